// Rotation by schedule over a real database: several replicas, one successor each, and nothing cleared away too early.
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { jwsAlgorithm, keyState } from '@cardea/oauth';
import type { Log } from '@cardea/service';
import { createPublicKey, randomBytes, verify } from 'node:crypto';
import type pg from 'pg';
import { createMissingKeys } from './create-key.js';
import type { TestDatabase } from './database.fixture.js';
import { createTestDatabase, quietLog } from './database.fixture.js';
import { retireKey } from './end-key.js';
import { createKeyRing } from './key-ring.js';
import { openPool } from './registry/connection.js';
import { openRegistry, readKeys } from './registry/registry.js';
import { createRotation } from './rotation.js';
import { createSealedBackend } from './sealed/backend.js';
import { createEnvelope } from './sealed/envelope.js';

// Many keys on a busy machine.
jest.setTimeout(300_000);

const hour = 3_600_000;
const rules = { interval: 24 * hour, prePublish: hour, keep: 2 * hour };
const kek = randomBytes(32);
let database: TestDatabase;
let pool: pg.Pool;
let clock = 0;

beforeEach(async () => {
  database = await createTestDatabase();
  pool = openPool(database.dsn, quietLog);
  clock = Date.now();
});
afterEach(async () => {
  await pool.end();
  await database.drop();
});

function openReplica(log: Log = quietLog, keks: readonly Buffer[] = [kek]) {
  const now = () => clock;
  const backend = createSealedBackend({ envelope: createEnvelope(keks, randomBytes), now });
  const maker = { registry: openRegistry(pool), backend, now, random: randomBytes };
  const ring = createKeyRing({ backend, log, now });
  const rotation = createRotation({ maker, rules, log });
  const look = async () => {
    const keys = await readKeys(database.client);
    await ring.learn(keys, []);
    rotation.learn(keys);
    await rotation.idle();
  };
  return { maker, backend, ring, look };
}
const bootstrap = ({ maker }: ReturnType<typeof openReplica>) =>
  createMissingKeys(maker, [
    { keySet: 'hydra.openid.id-token', algorithm: 'ES256' },
    { keySet: 'hydra.jwt.access-token', algorithm: 'EdDSA' },
  ]);
const states = async () => {
  const keys = await readKeys(database.client);
  return keys.map((key) => keyState(keys, key, clock)).sort();
};

test('E23: five replicas make one successor for each key that signs, and all sign with it from its first moment', async () => {
  const replicas = [openReplica(), openReplica(), openReplica(), openReplica(), openReplica()];
  await bootstrap(replicas[0]!);
  const all = () => Promise.all(replicas.map(({ look }) => look()));
  await all();
  expect(await states()).toEqual(['current', 'current']);
  clock += 23 * hour;
  await all();
  await all();
  expect(await states()).toEqual(['current', 'current', 'next', 'next']);
  const signs = () => new Set(replicas.map(({ ring }) => ring.signing('hydra.openid.id-token', 'ES256').stored.kid));
  const published = replicas.map(({ ring }) => ring.published().map(({ stored }) => stored.kid));
  const before = signs();
  clock += hour - 1;
  expect(signs()).toEqual(before);
  clock += 1;
  // None of them has looked again: they all knew, and so did whoever read their key sets an hour ago.
  const after = signs();
  expect([before.size, after.size]).toEqual([1, 1]);
  expect(after).not.toEqual(before);
  for (const kids of published) expect(kids).toEqual(expect.arrayContaining([...before, ...after]));
  await all();
  expect(await states()).toEqual(['current', 'current', 'retired', 'retired']);
  clock += 2 * hour;
  await all();
  expect(await states()).toEqual(['current', 'current', 'destroyed', 'destroyed']);
  const { rows } = await database.client.query('SELECT 1 FROM cardea_keys.key WHERE sealed IS NULL');
  expect(rows).toHaveLength(2);
});

test('F28: key-encryption key and signing key change while one replica is a minute behind, and each verifies what the other signs', async () => {
  const newKek = randomBytes(32);
  const first = openReplica(quietLog, [newKek, kek]);
  let late = openReplica();
  await bootstrap(late);
  const kids = new Set<string>();
  const bothSign = async () => {
    for (const [signer, verifier] of [
      [first, late],
      [late, first],
    ] as const) {
      const { stored } = signer.ring.signing('hydra.openid.id-token', 'ES256');
      const signature = await signer.backend.sign(stored, 'header.claims', clock + 1000);
      const seen = verifier.ring.published().find(({ stored: { kid } }) => kid === stored.kid)?.stored;
      const key = createPublicKey({ key: seen?.jwk ?? {}, format: 'jwk' });
      expect(verify('sha256', Buffer.from('header.claims'), { key, dsaEncoding: 'ieee-p1363' }, signature)).toBe(true);
      kids.add(stored.kid);
    }
  };
  await late.look();
  await first.look();
  await bothSign();
  // The successor is sealed under a key that the other replica does not have yet.
  clock += 23 * hour;
  await first.look();
  await late.look();
  await bothSign();
  clock += 60_000;
  await first.look();
  late = openReplica(quietLog, [newKek, kek]);
  await late.look();
  await bothSign();
  expect(kids.size).toBe(1);
  clock += hour;
  await bothSign();
  expect(kids.size).toBe(2);
});

test('a set in which nothing signs gets no key by itself', async () => {
  const replica = openReplica();
  await replica.look();
  const { created } = await bootstrap(replica);
  await retireKey(replica.maker, created[0]!.kid, rules.prePublish);
  clock += 100 * hour;
  await replica.look();
  expect((await readKeys(database.client)).map(({ keySet }) => keySet).sort()).toEqual([
    'hydra.jwt.access-token',
    'hydra.jwt.access-token',
    'hydra.openid.id-token',
  ]);
});

test('what cannot be rotated is said, and tried again later', async () => {
  const said: string[] = [];
  const replica = openReplica({ ...quietLog, error: (fields) => void said.push(JSON.stringify(fields)) });
  await bootstrap(replica);
  clock += 23 * hour;
  const keys = await readKeys(database.client);
  await database.client.query(
    'ALTER TABLE cardea_keys.key ADD CONSTRAINT none CHECK (created_at < $$2000-01-01$$) NOT VALID',
  );
  await replica.look();
  expect(said).toEqual([expect.stringContaining('constraint'), expect.stringContaining('constraint')]);
  await database.client.query('ALTER TABLE cardea_keys.key DROP CONSTRAINT none');
  await replica.look();
  expect(await readKeys(database.client)).toEqual(keys);
  clock += 60_000;
  await replica.look();
  expect(await states()).toEqual(['current', 'current', 'next', 'next']);
});

test('a key that cannot have a successor keeps no other from having one', async () => {
  const said: string[] = [];
  const replica = openReplica({ ...quietLog, error: (fields) => void said.push(JSON.stringify(fields)) });
  await bootstrap(replica);
  // What it was made by was switched off since: no successor of it can be made.
  await database.client.query(
    `UPDATE cardea_keys.key SET algorithm = 'ML-DSA-44', created_at = created_at - interval '1 second'
      WHERE algorithm = 'ES256'`,
  );
  clock += 23 * hour;
  await replica.look();
  const made = (await readKeys(database.client)).filter(({ createdAt }) => createdAt === clock);
  expect(made).toMatchObject([{ algorithm: 'EdDSA' }]);
  expect(said).toContainEqual(expect.stringContaining('ML-DSA-44'));
});

test('E23, F28: ten rotations, and no verifier with an old copy of the key set ever refuses a token that is good', async () => {
  const replica = openReplica();
  await bootstrap(replica);
  const copies: { at: number; keys: Map<string, object> }[] = [];
  const tokens: { at: number; kid: string; algorithm: string; signature: Uint8Array }[] = [];
  const input = 'header.claims';
  let verified = 0;
  for (const end = clock + 10 * rules.interval + hour; clock < end; clock += hour / 2) {
    await replica.look();
    copies.push({ at: clock, keys: new Map(replica.ring.published().map(({ stored }) => [stored.kid, stored.jwk])) });
    for (const [keySet, algorithm] of [
      ['hydra.openid.id-token', 'ES256'],
      ['hydra.jwt.access-token', 'EdDSA'],
    ] as const) {
      const { stored } = replica.ring.signing(keySet, algorithm);
      const signature = await replica.backend.sign(stored, input, clock + 1000);
      tokens.push({ at: clock, kid: stored.kid, algorithm, signature });
    }
    // Verifiers whose copies are up to half an hour old, and tokens up to an hour and a half.
    const fresh = copies.filter(({ at }) => at >= clock - hour / 2);
    for (const { kid, algorithm, signature, at } of tokens.filter((token) => token.at >= clock - 1.5 * hour)) {
      for (const copy of fresh.filter((one) => one.at >= at - hour / 2)) {
        const jwk = copy.keys.get(kid);
        expect(jwk).toBeDefined();
        const { digest, options } = jwsAlgorithm(algorithm)!.node;
        const key = createPublicKey({ key: jwk as Record<string, string>, format: 'jwk' });
        expect(verify(digest, Buffer.from(input), { key, ...options }, signature)).toBe(true);
        verified++;
      }
    }
  }
  expect(await readKeys(database.client)).toHaveLength(22);
  expect(verified).toBeGreaterThan(3_000);
});
