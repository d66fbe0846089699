// Lets a program believe that its disk is full, for some of its files: whatever would make one of them longer fails with ENOSPC, as it
// does on a file system without a free block, and what lies inside its length is written (security F24). Loaded by LD_PRELOAD, so that no
// file system and no rights are needed for it.
//
//   CARDEA_DISK   a directory of the driver's
//     full        as long as it exists, paths that contain one of its lines cannot grow; a line that ends with a digit means whole
//                 numbers: 123 is not 1234
//     refused     grows by a byte for each refusal
#define _GNU_SOURCE
#include <ctype.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static int contains(const char *path, const char *line) {
  size_t length = strlen(line);
  for (const char *at = strstr(path, line); at != NULL; at = strstr(at + 1, line)) {
    if (!isdigit((unsigned char)line[length - 1]) || !isdigit((unsigned char)at[length])) return 1;
  }
  return 0;
}

static void note(const char *directory) {
  char name[4096];
  snprintf(name, sizeof name, "%s/refused", directory);
  long to = syscall(SYS_openat, AT_FDCWD, name, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
  if (to < 0) return;
  syscall(SYS_write, to, ".", 1);
  syscall(SYS_close, to);
}

/** Whether this file may not reach as far as `end`. */
static int full(int file, off_t end) {
  const char *directory = getenv("CARDEA_DISK");
  if (directory == NULL) return 0;
  char name[4096], rules[16384], path[4096];
  snprintf(name, sizeof name, "%s/full", directory);
  long from = syscall(SYS_openat, AT_FDCWD, name, O_RDONLY | O_CLOEXEC, 0);
  if (from < 0) return 0;
  long size = syscall(SYS_read, from, rules, sizeof rules - 1);
  syscall(SYS_close, from);
  if (size <= 0) return 0;
  rules[size] = 0;
  snprintf(name, sizeof name, "/proc/self/fd/%d", file);
  ssize_t length = readlink(name, path, sizeof path - 1);
  if (length <= 0) return 0;
  path[length] = 0;
  struct stat status;
  if (fstat(file, &status) != 0 || !S_ISREG(status.st_mode) || end <= status.st_size) return 0;
  char *rest = NULL;
  for (char *line = strtok_r(rules, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
    if (!contains(path, line)) continue;
    note(directory);
    return 1;
  }
  return 0;
}

static size_t sum(const struct iovec *parts, int count) {
  size_t total = 0;
  for (int i = 0; i < count; i++) total += parts[i].iov_len;
  return total;
}

#define REAL(name, ...) ((__typeof__(name) *)dlsym(RTLD_NEXT, #name))(__VA_ARGS__)
#define UNLESS_FULL(file, end, name, ...)     \
  do {                                        \
    int before = errno;                       \
    if (full(file, end)) {                    \
      errno = ENOSPC;                         \
      return -1;                              \
    }                                         \
    errno = before;                           \
    return REAL(name, __VA_ARGS__);           \
  } while (0)

ssize_t write(int file, const void *bytes, size_t size) {
  UNLESS_FULL(file, lseek(file, 0, SEEK_CUR) + (off_t)size, write, file, bytes, size);
}
ssize_t pwrite(int file, const void *bytes, size_t size, off_t at) {
  UNLESS_FULL(file, at + (off_t)size, pwrite, file, bytes, size, at);
}
ssize_t pwrite64(int file, const void *bytes, size_t size, off64_t at) {
  UNLESS_FULL(file, at + (off_t)size, pwrite64, file, bytes, size, at);
}
ssize_t pwritev(int file, const struct iovec *parts, int count, off_t at) {
  UNLESS_FULL(file, at + (off_t)sum(parts, count), pwritev, file, parts, count, at);
}
ssize_t pwritev64(int file, const struct iovec *parts, int count, off64_t at) {
  UNLESS_FULL(file, at + (off_t)sum(parts, count), pwritev64, file, parts, count, at);
}
int posix_fallocate(int file, off_t at, off_t size) {
  return full(file, at + size) ? ENOSPC : REAL(posix_fallocate, file, at, size);
}
int posix_fallocate64(int file, off64_t at, off64_t size) {
  return full(file, at + size) ? ENOSPC : REAL(posix_fallocate64, file, at, size);
}
int fallocate(int file, int mode, off_t at, off_t size) {
  UNLESS_FULL(file, at + size, fallocate, file, mode, at, size);
}
int fallocate64(int file, int mode, off64_t at, off64_t size) {
  UNLESS_FULL(file, at + size, fallocate64, file, mode, at, size);
}
