// A key that is retired in an emergency while signatures with it wait for the token or for the record: with two replicas, none of
// them leaves after the retirement was answered (issue 5 "Lifecycle"; security §2.3 rule 9).
import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals';
import { signingV1 } from '@cardea/rpc';
import { randomUUID } from 'node:crypto';
import type { TestDatabase } from './database.fixture.js';
import { createTestDatabase } from './database.fixture.js';
import type { FaultyToken } from './hsm/fault-shim.fixture.js';
import { createFaultyToken, hang, release } from './hsm/fault-shim.fixture.js';
import type { KeysProcess, Programs } from './installation.fixture.js';
import { bootstrap, bundlePrograms, startKeys, until } from './installation.fixture.js';
import { idTokenRequest, readJwt } from './requests.fixture.js';

// Real processes on a machine that may be busy.
jest.setTimeout(600_000);

const keySet = 'hydra.openid.id-token';
const sessions = 2;
let programs: Programs;
let database: TestDatabase;
let token: FaultyToken;
let replicas: KeysProcess[] = [];

beforeAll(async () => {
  programs = bundlePrograms();
  token = createFaultyToken();
  database = await createTestDatabase();
  const environment = { DSN: database.dsn, HSM_SESSIONS: String(sessions), ...token.environment };
  await bootstrap(programs, environment);
  replicas = await Promise.all([0, 1].map(() => startKeys(programs, environment)));
  await until(() => replicas.every(({ pid }) => token.calls(pid).openSessions === sessions));
});
afterEach(() => token.rules(release));
afterAll(async () => {
  token.rules(release);
  await Promise.all(replicas.map((replica) => replica.stop()));
  token.remove();
  await database.drop();
  programs.remove();
});

const kidOf = (jwt: string) => readJwt(jwt).header['kid'];
const create = async (): Promise<string> => {
  const request = { keySet, algorithm: 'ES256', activateAfterSeconds: 0, requestId: randomUUID() };
  const { key } = await replicas[0]!.admin.createKey(request);
  const kid = key?.keyId ?? '';
  const signsWithIt = async ({ signing }: KeysProcess) =>
    kidOf((await signing.signIdToken(idTokenRequest())).jwt) === kid;
  for (const replica of replicas) await until(() => signsWithIt(replica));
  return kid;
};
/** More than the sessions of both replicas take in hand: what came of each, told when the token has hold of as many as it takes. */
const askAll = async (): Promise<{ readonly answers: Promise<readonly unknown[]> }> => {
  const before = replicas.map(({ pid }) => token.calls(pid).made('C_Sign'));
  token.rules(hang('C_Sign'));
  const deadline = Date.now() + 60_000;
  const asked = replicas.flatMap(({ signing }) =>
    Array.from({ length: 60 }, () =>
      signing.signIdToken(idTokenRequest(), { deadline }).then(({ jwt }) => kidOf(jwt), String),
    ),
  );
  await until(() =>
    replicas.every(({ pid }, index) => token.calls(pid).made('C_Sign') >= (before[index] ?? 0) + sessions),
  );
  return { answers: Promise.all(asked) };
};
/** Retires a key at the second replica, and waits until the first knows: how long that takes at most is docs/keys.md's to say. */
const retire = async (keyId: string): Promise<void> => {
  await replicas[1]!.admin.retireKey({ keyId });
  const knows = async ({ signing }: KeysProcess) =>
    (await signing.listPublicKeys({})).keys.some(
      (key) => key.keyId === keyId && key.state === signingV1.KeyState.RETIRED,
    );
  for (const replica of replicas) await until(() => knows(replica));
};
const recorded = async (kid: string) => {
  const { rows } = await database.client.query<{ count: string }>(
    `SELECT count(*) FROM cardea_keys_audit.signature WHERE kid = $1`,
    [kid],
  );
  return Number(rows[0]?.count);
};

test('what waits for the token is signed by the key that takes over, and nothing by the retired one', async () => {
  const bad = await create();
  const before = await recorded(bad);
  const { answers } = await askAll();
  await retire(bad);
  token.rules(release);
  const kids = await answers;
  expect(kids).toHaveLength(120);
  expect(kids).not.toContain(bad);
  expect(new Set(kids).size).toBe(1);
  expect(await recorded(bad)).toBe(before);
});

test('where no key takes over, all that waited is refused', async () => {
  const { keys } = await replicas[0]!.admin.listKeys({ keySet });
  const left = keys.filter(({ algorithm }) => algorithm === 'ES256').map(({ keyId }) => keyId);
  const bad = await create();
  for (const keyId of left) await retire(keyId);
  const { answers } = await askAll();
  await retire(bad);
  token.rules(release);
  expect(new Set(await answers)).toEqual(new Set(['OAuthError: The signer cannot sign now.']));
});

test('a signature of before is not given out again, by the replica that made it or another', async () => {
  const bad = await create();
  const request = idTokenRequest();
  const { jwt } = await replicas[0]!.signing.signIdToken(request);
  expect(kidOf(jwt)).toBe(bad);
  await retire(bad);
  for (const { signing } of replicas) {
    await expect(signing.signIdToken(request)).rejects.toMatchObject({ code: 'temporarily_unavailable' });
  }
});
