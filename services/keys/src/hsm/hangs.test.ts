// A token that is slow or does not answer at all, with a real SoftHSM behind a library that holds calls up: nobody else waits for
// it, nothing is done twice or too late, and what it let go of is as before (security F16, F18, §2.3 rule 8).
import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals';
import type { TestDatabase } from '../database.fixture.js';
import { createTestDatabase } from '../database.fixture.js';
import type { KeysProcess, Programs } from '../installation.fixture.js';
import { bootstrap, bundlePrograms, startKeys, until } from '../installation.fixture.js';
import { idTokenRequest, isSignedBy } from '../requests.fixture.js';
import type { FaultyToken } from './fault-shim.fixture.js';
import { createFaultyToken, delay, hang, release, threadsOf } from './fault-shim.fixture.js';

// Real processes on a machine that may be busy, and hangs that take ten seconds to be believed.
jest.setTimeout(600_000);

const keySet = 'hydra.openid.id-token';
const sessions = 2;
let programs: Programs;
let database: TestDatabase;
let token: FaultyToken;
let keys: KeysProcess;
let idleThreads: number;

beforeAll(async () => {
  programs = bundlePrograms();
  token = createFaultyToken();
  database = await createTestDatabase();
  await bootstrap(programs, environment());
  keys = await startKeys(programs, environment());
  await until(() => calls().openSessions === sessions);
  await sign();
  idleThreads = threadsOf(keys.pid);
});
afterAll(async () => {
  token.rules(release);
  await keys.stop();
  token.remove();
  await database.drop();
  programs.remove();
});
// Whatever a test did: once the token is well again, so is the service, with as many sessions and threads as before.
afterEach(async () => {
  token.rules(release);
  await until(() => calls().openSessions === sessions && threadsOf(keys.pid) <= idleThreads);
  expect(await sign()).toBe(true);
});

const environment = () => ({
  ...{ DSN: database.dsn, LOG_LEVEL: 'debug', HSM_SESSIONS: String(sessions) },
  ...token.environment,
});
const calls = () => token.calls(keys.pid);
const sign = async (options: { deadline?: number } = {}, signer = keys) => {
  const { jwt } = await signer.signing.signIdToken(idTokenRequest(), options);
  return isSignedBy((await signer.signing.listPublicKeys({})).keys, keySet, jwt);
};
const many = (count: number) => Promise.all(Array.from({ length: count }, () => sign()));
const allTrue = (count: number) => new Array<boolean>(count).fill(true);
const unavailable = expect.objectContaining({ code: 'temporarily_unavailable' });

test('F16: what waits behind a call that hangs is done by others; come free, the session is one too many and ends', async () => {
  token.rules(hang('C_Sign', { times: 1 }));
  expect(await many(20)).toEqual(allTrue(20));
  await until(() => calls().openSessions === sessions + 1);
  expect(keys.log()).toContain('a session is stuck in a call');
  expect((await keys.ready()).ok).toBe(true);
  token.rules(release);
  await until(() => keys.log().includes('a session came free again and is not needed'));
});

test('F16: what a call that hangs leaves undone is done by a session that is idle, though no other can be opened', async () => {
  token.rules(hang('C_Sign', { times: 1 }), hang('C_OpenSession'));
  expect(await sign()).toBe(true);
});

test('F16: a session that hangs is replaced, its thread is the only one held, and gives its session back when it can', async () => {
  token.rules(hang('C_Sign', { times: 1 }));
  expect(await sign()).toBe(true);
  await until(() => keys.log().includes('a session thread is replaced'));
  expect(threadsOf(keys.pid)).toBeLessThanOrEqual(idleThreads + 1);
  await until(() => calls().openSessions === sessions + 1);
  expect(await many(20)).toEqual(allTrue(20));
});

test.each([50, 500])('F16: a token that takes %i ms longer is waited for', async (millis) => {
  token.rules(delay('C_Sign', millis));
  expect(await many(6)).toEqual(allTrue(6));
});

test('F16: a token that takes 5 s longer fails callers in time, and loses nothing', async () => {
  token.rules(delay('C_Sign', 5_000));
  const signed = many(4);
  await expect(signed).rejects.toEqual(unavailable);
});

test('over the bound of the queue calls are refused before any other is answered', async () => {
  token.rules(hang('C_Sign'));
  const count = 1_000;
  const answers: string[] = [];
  const asked = Array.from({ length: count }, async () => {
    const answer = await sign({ deadline: Date.now() + 120_000 }).then(String, (error: unknown) => String(error));
    answers.push(answer);
  });
  // 256 wait for each session, and eight are in its hands; on a slow machine also in those of sessions that replace it.
  const fewest = count - sessions * 256 - (sessions + 15) * 8;
  await until(() => answers.length >= fewest);
  const refusal = 'OAuthError: The signer has too much to do.';
  expect(new Set(answers)).toEqual(new Set([refusal]));
  token.rules(release);
  await Promise.all(asked);
  expect(new Set(answers)).toEqual(new Set([refusal, 'true']));
  expect(answers.filter((answer) => answer === 'true').length).toBeGreaterThanOrEqual(sessions * 256);
});

test('F18: work that waited past its deadline is never sent to the token', async () => {
  const before = calls();
  const begun = () => calls().made('C_Sign') - before.made('C_Sign');
  const passedOn = () => calls().passedOn('C_Sign') - before.passedOn('C_Sign');
  token.rules(hang('C_Sign'));
  let rounds = 0;
  // Once more where a machine is so busy that no session began in time.
  for (; begun() === 0; rounds++) {
    const late = Array.from({ length: 30 }, () => sign({ deadline: Date.now() + 1_500 }));
    for (const result of await Promise.allSettled(late)) {
      expect(result).toEqual({ status: 'rejected', reason: unavailable });
    }
  }
  token.rules(release);
  await until(() => passedOn() === begun());
  expect(await sign()).toBe(true);
  // What each session had in hand, on a slow machine also those that replace it, and the last one: of the others nothing.
  expect(begun()).toBeLessThanOrEqual(rounds * 15);
  expect(passedOn()).toBe(begun());
});

test('F18: a caller with 50 ms asks again under the same id, and one signature was made', async () => {
  const before = calls();
  token.rules(delay('C_Sign', 400));
  const request = idTokenRequest();
  await expect(keys.signing.signIdToken(request, { deadline: Date.now() + 50 })).rejects.toEqual(unavailable);
  // Whoever asks while the first attempt is under way shares its fate.
  let first: { jwt: string } | undefined;
  await until(async () => {
    first = await keys.signing.signIdToken(request).catch(() => undefined);
    return first !== undefined;
  });
  expect(await keys.signing.signIdToken(request)).toEqual(first);
  expect(calls().made('C_Sign')).toBe(before.made('C_Sign') + 1);
});

test('F16: a token that does not even open leaves the service unready, until it does', async () => {
  token.rules(hang('C_OpenSession'));
  const other = await startKeys(programs, environment());
  try {
    expect(await other.ready()).toEqual({ ok: false, reasons: expect.stringContaining('did not answer') });
    await expect(sign({}, other)).rejects.toEqual(unavailable);
    token.rules(release);
    await other.becomes(true);
    expect(await sign({}, other)).toBe(true);
  } finally {
    await other.stop();
  }
});

test('F16: a library that lets go of nothing holds a bounded number of threads, and is found well again without a restart', async () => {
  const crowd = 16;
  const other = await startKeys(programs, { ...environment(), HSM_SESSIONS: String(crowd) });
  const theirs = () => token.calls(other.pid);
  try {
    await until(() => theirs().openSessions === crowd);
    const idle = threadsOf(other.pid);
    token.rules(hang('C_Sign'));
    const before = theirs();
    const asked = Promise.allSettled(Array.from({ length: 100 }, () => sign({}, other)));
    // Every session works at once: none waits for another to come back from the token.
    await until(() => theirs().made('C_Sign') >= before.made('C_Sign') + crowd);
    await until(async () => (await other.ready()).reasons.includes('calls hang in the PKCS#11 library'));
    for (const result of await asked) expect(result).toEqual({ status: 'rejected', reason: unavailable });
    // Fifteen more than the sessions that are wanted.
    expect(threadsOf(other.pid)).toBeLessThanOrEqual(idle + 15);
    expect(theirs().made('C_Sign')).toBeLessThanOrEqual(before.made('C_Sign') + crowd + 15);

    token.rules(release);
    await other.becomes(true);
    expect(await sign({}, other)).toBe(true);
    await until(() => theirs().openSessions === crowd && threadsOf(other.pid) <= idle);
  } finally {
    token.rules(release);
    await other.stop();
  }
});

test('F16: a service with a call that never comes back ends all the same when it is told to', async () => {
  const other = await startKeys(programs, environment());
  token.rules(hang('C_Sign', { times: 1 }));
  expect(await sign({}, other)).toBe(true);
  await other.stop();
});
