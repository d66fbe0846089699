// A PKCS#11 library that passes every call on to a real one and, when it is told to, is slow, hangs, has no session left, or
// fails: what tests need to see how the keys service stands faults that no SoftHSM has by itself (security F15-F17).
//
//   CARDEA_FAULTS_LIBRARY  the real library
//   CARDEA_FAULTS          a directory of the test's
//     rules                read again whenever it was replaced (write beside it and rename); one instruction a line:
//                            CALL fail CODE SHARE TIMES    returns CODE instead of being passed on
//                            CALL delay MILLIS SHARE TIMES is passed on that much later
//                            CALL hang 0 SHARE TIMES       is passed on when `release` is said, if ever
//                            CALL corrupt 0 SHARE TIMES    C_Sign only: a bit of the signature is another one
//                            release                       lets go of what hangs, and nothing hangs from now on
//                            sessions MOST                 C_OpenSession has no more than these to give
//                            seed NUMBER                   of the dice; the same throws come again
//                          CALL is a function's name or `*`, SHARE how many of a million calls, TIMES how often at most
//                          (0: no matter how often), CODE a number as C writes it.
//     calls.PID            what this process did: a record of 64 bytes a function: its name (40), calls made, calls passed
//                          on, and sessions open now (in that of C_OpenSession), 8 bytes each in the order of the machine
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <pkcs11.h>

/** Every function that can be made to fail. */
#define EACH_CALL(X)                                                                                                     \
  X(C_Initialize) X(C_Finalize) X(C_GetSlotList) X(C_GetTokenInfo) X(C_OpenSession) X(C_CloseSession)                    \
  X(C_CloseAllSessions) X(C_Login) X(C_Logout) X(C_FindObjectsInit) X(C_FindObjects) X(C_FindObjectsFinal)               \
  X(C_GetAttributeValue) X(C_SetAttributeValue) X(C_CreateObject) X(C_DestroyObject) X(C_GenerateKeyPair)                \
  X(C_SignInit) X(C_Sign)

#define INDEX(name) AT_##name,
enum { EACH_CALL(INDEX) CALLS };
#define NAME(name) #name,
static const char *const names[CALLS] = {EACH_CALL(NAME)};

struct record {
  char name[40];
  _Atomic uint64_t made, passed_on, open;
};
static struct record *records;

enum what { FAIL, DELAY, HANG, CORRUPT };
struct rule {
  int call; // -1: any
  enum what what;
  unsigned long value, share, times;
};

static struct {
  struct rule rule[64];
  int count;
  uint64_t seed;
  long sessions;
  int released;
} rules;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char rules_file[4096];
static struct stat rules_read;
static uint64_t thrown;
static CK_FUNCTION_LIST_PTR real;

static void give_up(const char *why, const char *what) {
  fprintf(stderr, "fault shim: %s %s\n", why, what);
  abort();
}

static int call_named(const char *name) {
  if (strcmp(name, "*") == 0) return -1;
  for (int at = 0; at < CALLS; at++)
    if (strcmp(name, names[at]) == 0) return at;
  give_up("there is no function", name);
  return 0;
}

static enum what what_named(const char *name) {
  if (strcmp(name, "fail") == 0) return FAIL;
  if (strcmp(name, "delay") == 0) return DELAY;
  if (strcmp(name, "hang") == 0) return HANG;
  if (strcmp(name, "corrupt") == 0) return CORRUPT;
  give_up("nobody can", name);
  return FAIL;
}

static void read_line(const char *line) {
  char call[40], what[16], value[32];
  struct rule rule;
  if (sscanf(line, "seed %lu", &rule.value) == 1) rules.seed = rule.value;
  else if (sscanf(line, "sessions %ld", &rules.sessions) == 1) return;
  else if (strncmp(line, "release", 7) == 0) rules.released = 1;
  else if (sscanf(line, "%39s %15s %31s %lu %lu", call, what, value, &rule.share, &rule.times) == 5) {
    if (rules.count == 64) give_up("too many rules:", line);
    rule.call = call_named(call);
    rule.what = what_named(what);
    rule.value = strtoul(value, NULL, 0);
    // Counted down to zero, which is spent; so "no matter how often" is a number nobody reaches.
    if (rule.times == 0) rule.times = ~0UL;
    rules.rule[rules.count++] = rule;
  } else if (line[0] != '\n') give_up("cannot read", line);
}

/** Under the lock. */
static void read_rules(void) {
  struct stat now;
  if (stat(rules_file, &now) != 0) return;
  if (now.st_ino == rules_read.st_ino && now.st_mtim.tv_nsec == rules_read.st_mtim.tv_nsec) return;
  rules_read = now;
  memset(&rules, 0, sizeof rules);
  rules.sessions = -1;
  thrown = 0;
  FILE *file = fopen(rules_file, "r");
  if (file == NULL) return;
  char line[256];
  while (fgets(line, sizeof line, file) != NULL) read_line(line);
  fclose(file);
}

/** One throw of the dice (splitmix64): the n-th is the same for the same seed. Under the lock. */
static int falls(unsigned long share) {
  uint64_t z = rules.seed + 0x9e3779b97f4a7c15ULL * ++thrown;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return (z ^ (z >> 31)) % 1000000 < share;
}

static void wait_millis(unsigned long millis) {
  struct timespec time = {(time_t)(millis / 1000), (long)(millis % 1000) * 1000000};
  nanosleep(&time, NULL);
}

struct fate {
  CK_RV code;
  unsigned long delay;
  int hangs, corrupt;
};

static struct fate fate_of(int call) {
  struct fate fate = {CKR_OK, 0, 0, 0};
  pthread_mutex_lock(&lock);
  read_rules();
  if (call == AT_C_OpenSession && rules.sessions >= 0 && records[call].open >= (uint64_t)rules.sessions)
    fate.code = CKR_SESSION_COUNT;
  for (int at = 0; at < rules.count; at++) {
    struct rule *rule = &rules.rule[at];
    if ((rule->call != -1 && rule->call != call) || rule->times == 0 || !falls(rule->share)) continue;
    if (rule->what == HANG && rules.released) continue;
    rule->times--;
    if (rule->what == DELAY) fate.delay += rule->value;
    else if (rule->what == HANG) fate.hangs = 1;
    else if (rule->what == CORRUPT) fate.corrupt = 1;
    else if (fate.code == CKR_OK) fate.code = rule->value;
  }
  pthread_mutex_unlock(&lock);
  return fate;
}

static int released(void) {
  pthread_mutex_lock(&lock);
  read_rules();
  int yes = rules.released;
  pthread_mutex_unlock(&lock);
  return yes;
}

/** What becomes of a call before it is passed on, if it is. */
static struct fate before(int call) {
  records[call].made++;
  struct fate fate = fate_of(call);
  while (fate.hangs && !released()) wait_millis(20);
  if (fate.delay > 0) wait_millis(fate.delay);
  if (fate.code == CKR_OK) records[call].passed_on++;
  return fate;
}

/** Keeps count of the open sessions, and spoils what is to be spoilt. */
static void after(int call, struct fate fate, CK_BYTE_PTR signature) {
  _Atomic uint64_t *open = &records[AT_C_OpenSession].open;
  if (call == AT_C_OpenSession) (*open)++;
  else if (call == AT_C_CloseSession) (*open)--;
  else if (call == AT_C_CloseAllSessions || call == AT_C_Finalize) *open = 0;
  else if (call == AT_C_Sign && fate.corrupt && signature != NULL) signature[7] ^= 1;
}

#define PASS(name, parameters, arguments, signature)                                                                     \
  static CK_RV shim_##name parameters {                                                                                  \
    struct fate fate = before(AT_##name);                                                                                \
    if (fate.code != CKR_OK) return fate.code;                                                                           \
    CK_RV result = real->name arguments;                                                                                 \
    if (result == CKR_OK) after(AT_##name, fate, signature);                                                             \
    return result;                                                                                                       \
  }

#define SESSION CK_SESSION_HANDLE session
#define OBJECT CK_OBJECT_HANDLE object
#define TEMPLATE CK_ATTRIBUTE_PTR template, CK_ULONG count

PASS(C_Initialize, (CK_VOID_PTR args), (args), NULL)
PASS(C_Finalize, (CK_VOID_PTR reserved), (reserved), NULL)
PASS(C_GetSlotList, (CK_BBOOL present, CK_SLOT_ID_PTR list, CK_ULONG_PTR count), (present, list, count), NULL)
PASS(C_GetTokenInfo, (CK_SLOT_ID slot, CK_TOKEN_INFO_PTR info), (slot, info), NULL)
PASS(C_OpenSession,
     (CK_SLOT_ID slot, CK_FLAGS flags, CK_VOID_PTR application, CK_NOTIFY notify, CK_SESSION_HANDLE_PTR session),
     (slot, flags, application, notify, session), NULL)
PASS(C_CloseSession, (SESSION), (session), NULL)
PASS(C_CloseAllSessions, (CK_SLOT_ID slot), (slot), NULL)
PASS(C_Login, (SESSION, CK_USER_TYPE user, CK_UTF8CHAR_PTR pin, CK_ULONG length), (session, user, pin, length), NULL)
PASS(C_Logout, (SESSION), (session), NULL)
PASS(C_FindObjectsInit, (SESSION, TEMPLATE), (session, template, count), NULL)
PASS(C_FindObjects, (SESSION, CK_OBJECT_HANDLE_PTR objects, CK_ULONG most, CK_ULONG_PTR found),
     (session, objects, most, found), NULL)
PASS(C_FindObjectsFinal, (SESSION), (session), NULL)
PASS(C_GetAttributeValue, (SESSION, OBJECT, TEMPLATE), (session, object, template, count), NULL)
PASS(C_SetAttributeValue, (SESSION, OBJECT, TEMPLATE), (session, object, template, count), NULL)
PASS(C_CreateObject, (SESSION, TEMPLATE, CK_OBJECT_HANDLE_PTR object), (session, template, count, object), NULL)
PASS(C_DestroyObject, (SESSION, OBJECT), (session, object), NULL)
PASS(C_GenerateKeyPair,
     (SESSION, CK_MECHANISM_PTR how, CK_ATTRIBUTE_PTR public, CK_ULONG publics, CK_ATTRIBUTE_PTR private,
      CK_ULONG privates, CK_OBJECT_HANDLE_PTR public_key, CK_OBJECT_HANDLE_PTR private_key),
     (session, how, public, publics, private, privates, public_key, private_key), NULL)
PASS(C_SignInit, (SESSION, CK_MECHANISM_PTR how, CK_OBJECT_HANDLE key), (session, how, key), NULL)
PASS(C_Sign, (SESSION, CK_BYTE_PTR data, CK_ULONG length, CK_BYTE_PTR signature, CK_ULONG_PTR signature_length),
     (session, data, length, signature, signature_length), signature)

static void open_records(const char *directory) {
  char file[4096];
  snprintf(file, sizeof file, "%s/calls.%ld", directory, (long)getpid());
  int fd = open(file, O_RDWR | O_CREAT | O_TRUNC, 0600);
  if (fd < 0 || ftruncate(fd, sizeof(struct record) * CALLS) != 0) give_up("cannot write", file);
  records = mmap(NULL, sizeof(struct record) * CALLS, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  close(fd);
  if (records == MAP_FAILED) give_up("cannot map", file);
  for (int at = 0; at < CALLS; at++) strncpy(records[at].name, names[at], sizeof records[at].name - 1);
}

static CK_FUNCTION_LIST_PTR real_functions(void) {
  const char *library = getenv("CARDEA_FAULTS_LIBRARY");
  if (library == NULL) give_up("CARDEA_FAULTS_LIBRARY is not set", "");
  void *handle = dlopen(library, RTLD_NOW | RTLD_LOCAL);
  if (handle == NULL) give_up("cannot load", library);
  CK_C_GetFunctionList list = (CK_C_GetFunctionList)dlsym(handle, "C_GetFunctionList");
  CK_FUNCTION_LIST_PTR functions = NULL;
  if (list == NULL || list(&functions) != CKR_OK) give_up("is no PKCS#11 library:", library);
  return functions;
}

CK_RV C_GetFunctionList(CK_FUNCTION_LIST_PTR_PTR list) {
  static CK_FUNCTION_LIST functions;
  pthread_mutex_lock(&lock);
  if (real == NULL) {
    const char *directory = getenv("CARDEA_FAULTS");
    if (directory == NULL) give_up("CARDEA_FAULTS is not set", "");
    snprintf(rules_file, sizeof rules_file, "%s/rules", directory);
    rules.sessions = -1;
    open_records(directory);
    real = real_functions();
    functions = *real;
#define REPLACE(name) functions.name = shim_##name;
    EACH_CALL(REPLACE)
  }
  pthread_mutex_unlock(&lock);
  *list = &functions;
  return CKR_OK;
}
