// The keys service behind pgbouncer in transaction mode (`database.pooler: transaction`): registry, rotation and record hold over
// connections that are somebody else's the next moment, and replicas hear of changes though nothing is announced.
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { loadConfig } from '@cardea/service';
import { randomUUID } from 'node:crypto';
import { verifyAudit } from './audit/verify.js';
import type { TestDatabase } from './database.fixture.js';
import { createTestDatabase, needed, newKek } from './database.fixture.js';
import type { KeysProcess, Programs } from './installation.fixture.js';
import { bootstrap, bundlePrograms, startKeys, until } from './installation.fixture.js';
import { idTokenRequest, isSignedBy, readJwt } from './requests.fixture.js';

jest.setTimeout(600_000);

const keySet = 'hydra.openid.id-token';
let database: TestDatabase;
let programs: Programs;
let environment: Record<string, string>;
let replicas: KeysProcess[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  programs = bundlePrograms();
  const { pathname } = new URL(database.dsn);
  const pooled = Object.assign(new URL(needed('CARDEA_TEST_POOLED_DSN')), { pathname }).toString();
  environment = { DSN: pooled, DATABASE_POOLER: 'transaction', KEYS_KEK: newKek() };
  const made = await Promise.all([bootstrap(programs, environment), bootstrap(programs, environment)]);
  expect(made.flatMap(({ created }) => created)).toHaveLength(4);
  replicas = await Promise.all([startKeys(programs, environment), startKeys(programs, environment)]);
});
afterAll(async () => {
  await Promise.all(replicas.map((replica) => replica.stop()));
  programs.remove();
  await database.drop();
});

test('both replicas are ready, and sign and record side by side', async () => {
  for (const replica of replicas) expect(await replica.ready()).toMatchObject({ ok: true });
  const { keys } = await replicas[0]!.signing.listPublicKeys({});
  const signed = await Promise.all(
    Array.from({ length: 40 }, (_, index) => replicas[index % 2]!.signing.signIdToken(idTokenRequest())),
  );
  expect(signed.filter(({ jwt }) => !isSignedBy(keys, keySet, jwt))).toEqual([]);
  const verdict = await verifyAudit(loadConfig({ env: environment }));
  expect(verdict).toMatchObject({ rows: 40, broken: undefined });
});

test('one request id has one signature, whichever replica is asked', async () => {
  const request = idTokenRequest();
  const answers = await Promise.all(
    Array.from({ length: 10 }, (_, index) => replicas[index % 2]!.signing.signIdToken(request)),
  );
  expect(new Set(answers.map(({ jwt }) => jwt)).size).toBe(1);
});

test('a key that one replica made signs at the other, which asked for news', async () => {
  const create = { keySet, algorithm: 'ES256', activateAfterSeconds: 1, requestId: randomUUID() };
  const { key } = await replicas[0]!.admin.createKey(create);
  const signsWithIt = async () => {
    const { jwt } = await replicas[1]!.signing.signIdToken(idTokenRequest());
    return readJwt(jwt).header['kid'] === key?.keyId;
  };
  await until(signsWithIt);
});
