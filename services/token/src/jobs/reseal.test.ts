// What an older system secret sealed is sealed anew while it is in use: all of it, nothing twice, and nothing that was written
// meanwhile is overwritten (issue 6 "Storage"; catalogue J05).
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { clientV1 } from '@cardea/rpc';
import { randomBytes, randomUUID } from 'node:crypto';
import { uuidBytes } from '../authorize/uuid.js';
import { createClientSecrets } from '../client-secrets.js';
import type { TestDatabase } from '../database.fixture.js';
import { createTestDatabase } from '../database.fixture.js';
import { createSeal } from '../seal.js';
import { createClients } from '../storage/clients.js';
import type { Resealed } from './reseal.js';
import { reseal } from './reseal.js';

const [oldest, old, newest] = ['the-oldest-secret-of-all', 'an-old-secret-of-16', 'the-newest-secret-of-16'];
let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.pool.query(
    'TRUNCATE cardea.access_token, cardea.refresh_token, cardea.consent_grant, cardea.client CASCADE',
  );
});

const sealOf = (secrets: readonly string[], purpose: string) => createSeal(secrets, purpose, randomBytes);
const secretsOf = (secrets: readonly string[]) =>
  createClientSecrets({
    ...{ seal: sealOf(secrets, 'client_secret'), secrets, random: randomBytes, now: Date.now },
    hashers: { algorithm: 'pbkdf2', pbkdf2: { iterations: 1_000 }, bcrypt: { cost: 4 } } as never,
  });
const run = (secrets: readonly string[], progress?: (sofar: Resealed) => void) =>
  reseal(database.pool, { secrets, random: randomBytes, ...(progress === undefined ? {} : { progress }) });
const counts = (done: readonly Resealed[]) =>
  Object.fromEntries(done.map(({ rows, seen, renewed, lost }) => [rows, [seen, renewed, lost]]));

/** Tokens of one table, sealed under this secret. @returns what each of them says, by its key */
async function tokens(table: 'access_token' | 'refresh_token', secret: string, count: number) {
  const seal = sealOf([secret], table);
  const rows = Array.from({ length: count }, (_, at) => ({ key: randomBytes(32), plain: `${secret} ${String(at)}` }));
  const bodies = rows.map(({ key, plain }) => seal.seal(key, Buffer.from(plain)));
  const keys = rows.map(({ key }) => key);
  const rest =
    table === 'access_token'
      ? `(key, body, expires_at, client_id) SELECT k, b, now() + interval '1 hour', 'app'`
      : `(key, body, expires_at, client_id, grant_id, access_key, access_expires_at)
          SELECT k, b, 'infinity', 'app', gen_random_uuid(), '', now()`;
  await database.pool.query(`INSERT INTO cardea.${table} ${rest} FROM unnest($1::bytea[], $2::bytea[]) AS n (k, b)`, [
    keys,
    bodies,
  ]);
  return new Map(rows.map(({ key, plain }) => [key.toString('hex'), plain]));
}

/** What the tokens of a table say to whoever has only these secrets; undefined for those it cannot open. */
async function read(table: 'access_token' | 'refresh_token', secrets: readonly string[]) {
  const seal = sealOf(secrets, table);
  const { rows } = await database.pool.query<{ key: Buffer; body: Buffer }>(`SELECT key, body FROM cardea.${table}`);
  return new Map(rows.map(({ key, body }) => [key.toString('hex'), seal.open(key, body)?.toString()]));
}

async function grant(secret: string, plain: string): Promise<string> {
  const id = randomUUID();
  const body = sealOf([secret], 'consent_grant').seal(uuidBytes(id), Buffer.from(plain));
  await database.pool.query(
    `INSERT INTO cardea.consent_grant (id, client_id, subject, session_id, scopes, audience, remember, body)
      VALUES ($1, 'app', 'ann', gen_random_uuid(), '{}', '{}', true, $2)`,
    [id, body],
  );
  return id;
}

test('everything is had with the newest secret alone, and a second run has nothing to do', async () => {
  const access = await tokens('access_token', old, 1_200);
  const refresh = new Map([...(await tokens('refresh_token', old, 7)), ...(await tokens('refresh_token', newest, 3))]);
  const id = await grant(old, 'a consent');
  const told: Resealed[] = [];
  expect(counts(await run([newest, old], (sofar) => told.push(sofar)))).toEqual({
    ...{ consent_grant: [1, 1, 0], refresh_token: [10, 7, 0], access_token: [1_200, 1_200, 0] },
    'client secrets': [0, 0, 0],
  });
  // Progress comes window by window.
  expect(told.filter(({ rows }) => rows === 'access_token').map(({ seen }) => seen)).toEqual([1_000, 1_200]);
  expect(await read('access_token', [newest])).toEqual(access);
  expect(await read('refresh_token', [newest])).toEqual(refresh);
  expect([...(await read('access_token', [old])).values()].every((plain) => plain === undefined)).toBe(true);
  const { rows } = await database.pool.query<{ body: Buffer }>('SELECT body FROM cardea.consent_grant');
  expect(sealOf([newest], 'consent_grant').open(uuidBytes(id), rows[0]!.body)?.toString()).toBe('a consent');
  expect((await run([newest, old])).map(({ renewed }) => renewed)).toEqual([0, 0, 0, 0]);
});

test('secrets of clients that must be had back are, and hashes stay what they are', async () => {
  const before = secretsOf([old]);
  const hashes = [
    await before.hash('the secret itself', { generated: true, recoverable: true }),
    await before.hash('an earlier one', { generated: true, recoverable: false }),
  ];
  const stored = createClients(database.pool);
  const client = (clientId: string) => clientV1.Client.create({ clientId });
  await stored.insert({ client: client('app'), secretHashes: hashes, registrationKey: Buffer.alloc(32) });
  await stored.insert({ client: client('other'), secretHashes: [hashes[1]!], registrationKey: Buffer.alloc(32) });
  expect(counts(await run([newest, old]))['client secrets']).toEqual([1, 1, 0]);
  const { rows } = await database.pool.query<{ id: string; secret_hashes: string[] }>(
    'SELECT id, secret_hashes FROM cardea.client ORDER BY cardea.client.id',
  );
  const after = secretsOf([newest]);
  expect(after.recover(rows[0]!.secret_hashes).map(String)).toEqual(['the secret itself']);
  expect(await after.verify('app', 'an earlier one', rows[0]!.secret_hashes)).toBe(true);
  expect(rows[0]!.secret_hashes[1]).toBe(hashes[1]);
  expect(rows[1]!.secret_hashes).toEqual([hashes[1]]);
});

test('what no secret opens is counted and left alone', async () => {
  await tokens('refresh_token', oldest, 2);
  const good = await tokens('refresh_token', old, 1);
  expect(counts(await run([newest, old]))['refresh_token']).toEqual([3, 1, 2]);
  const opened = await read('refresh_token', [newest]);
  expect([...opened].filter(([, plain]) => plain !== undefined)).toEqual([...good]);
  expect((await read('refresh_token', [oldest])).size).toBe(3);
});

test('two that run at once, and writes in between, lose nothing', async () => {
  const all = await tokens('refresh_token', old, 1_500);
  const [changed] = all.keys();
  const key = Buffer.from(changed!, 'hex');
  // Changed between being read and being written: the first window is told before the second is read, so it is done by then.
  const body = sealOf([newest], 'refresh_token').seal(key, Buffer.from('changed meanwhile'));
  const writing = database.pool.query('UPDATE cardea.refresh_token SET body = $2 WHERE key = $1', [key, body]);
  const [first, second] = await Promise.all([run([newest, old]), run([newest, old]), writing]);
  const renewed = (counts(first)['refresh_token']?.[1] ?? 0) + (counts(second)['refresh_token']?.[1] ?? 0);
  expect([1_499, 1_500]).toContain(renewed);
  expect(await read('refresh_token', [newest])).toEqual(new Map(all).set(changed!, 'changed meanwhile'));
});
