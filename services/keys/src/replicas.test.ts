// Five replicas that start together on an empty store, as a deployment starts them: each set has one key an algorithm, all
// publish the same bytes, and all change over at the same instant (issue "Lifecycle"; security §2.3 rule 9, E23).
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { signingV1 } from '@cardea/rpc';
import { randomUUID } from 'node:crypto';
import type { TestDatabase } from './database.fixture.js';
import { createTestDatabase, newKek } from './database.fixture.js';
import type { KeysProcess, Programs } from './installation.fixture.js';
import { bootstrap, bundlePrograms, startKeys, until } from './installation.fixture.js';
import { idTokenRequest, readJwt } from './requests.fixture.js';

// Five processes on a machine that may be busy.
jest.setTimeout(600_000);

const set = 'hydra.openid.id-token';
let database: TestDatabase;
let programs: Programs;
let environment: Record<string, string>;
let replicas: KeysProcess[] = [];
let made: number[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  programs = bundlePrograms();
  environment = { DSN: database.dsn, KEYS_KEK: newKek() };
  const startOne = async () => {
    const { created } = await bootstrap(programs, environment);
    return { created: created.length, replica: await startKeys(programs, environment) };
  };
  const started = await Promise.all(Array.from({ length: 5 }, startOne));
  replicas = started.map(({ replica }) => replica);
  made = started.map(({ created }) => created).sort();
});
afterAll(async () => {
  await Promise.all(replicas.map((replica) => replica.stop()));
  programs.remove();
  await database.drop();
});

const bytes = async ({ signing }: KeysProcess) => JSON.stringify((await signing.listPublicKeys({})).keys);

test('five starts make one key for each set and algorithm, and five times the same key set', async () => {
  expect(made.reduce((sum, count) => sum + count, 0)).toBe(4);
  for (const replica of replicas) expect(await replica.ready()).toMatchObject({ ok: true });
  const published = await Promise.all(replicas.map(bytes));
  expect(new Set(published).size).toBe(1);
  const keys = JSON.parse(published[0] ?? '') as signingV1.PublicKey[];
  expect(keys.map(({ keySet, algorithm }) => `${keySet} ${algorithm}`).sort()).toEqual([
    'hydra.jwt.access-token ES256',
    'hydra.jwt.access-token RS256',
    'hydra.openid.id-token ES256',
    'hydra.openid.id-token RS256',
  ]);
});

test('a replica that starts again changes no byte of the key set', async () => {
  const before = await bytes(replicas[0]!);
  expect(await replicas[0]!.stop()).toBe(0);
  replicas[0] = await startKeys(programs, environment);
  expect(await Promise.all(replicas.map(bytes))).toEqual(Array.from({ length: 5 }, () => before));
});

test('all of them sign with the next key from its instant on, and none before', async () => {
  const create = { keySet: set, algorithm: 'ES256', activateAfterSeconds: 15, requestId: randomUUID() };
  const { key: next } = await replicas[0]!.admin.createKey(create);
  const instant = next?.activatesAt?.getTime() ?? 0;
  const knows = async ({ signing }: KeysProcess) =>
    (await signing.listPublicKeys({})).keys.some(({ keyId }) => keyId === next?.keyId);
  for (const replica of replicas) await until(() => knows(replica));
  expect(Date.now()).toBeLessThan(instant);

  const signatures: { replica: number; asked: number; answered: number; kid: unknown }[] = [];
  const signAway = async ({ signing }: KeysProcess, replica: number) => {
    for (;;) {
      const asked = Date.now();
      const { jwt } = await signing.signIdToken(idTokenRequest());
      signatures.push({ replica, asked, answered: Date.now(), kid: readJwt(jwt).header['kid'] });
      if (asked > instant + 200) return;
    }
  };
  await Promise.all(replicas.map(signAway));
  for (const [index] of replicas.entries()) {
    const own = signatures.filter(({ replica }) => replica === index);
    const before = own.filter(({ answered }) => answered < instant);
    const after = own.filter(({ asked }) => asked >= instant);
    expect([before.length > 0, after.length > 0]).toEqual([true, true]);
    expect(before.filter(({ kid }) => kid === next?.keyId)).toEqual([]);
    expect(after.filter(({ kid }) => kid !== next?.keyId)).toEqual([]);
  }
  expect(new Set(await Promise.all(replicas.map(bytes))).size).toBe(1);
});

test('a key that is retired in an emergency signs nowhere once it is heard of, which is in a moment', async () => {
  const { keys } = await replicas[0]!.admin.listKeys({ keySet: set });
  const bad = keys.find(({ algorithm, state }) => algorithm === 'ES256' && state === signingV1.KeyState.CURRENT);
  const { warnings } = await replicas[0]!.admin.retireKey({ keyId: bad?.keyId ?? '' });
  expect(warnings.join(' ')).toContain('What it signed is accepted until it expires');
  const knows = async ({ signing }: KeysProcess) =>
    (await signing.listPublicKeys({})).keys.some(
      ({ keyId, state }) => keyId === bad?.keyId && state === signingV1.KeyState.RETIRED,
    );
  for (const replica of replicas) await until(() => knows(replica));
  const signed = await Promise.all(replicas.map(({ signing }) => signing.signIdToken(idTokenRequest())));
  expect(signed.map(({ jwt }) => readJwt(jwt).header['kid'])).not.toContain(bad?.keyId);
});
