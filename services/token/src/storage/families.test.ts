// Revocations that come at once end together, and nobody fails for his neighbours (ARCHITECTURE §9.4; RFC 7009 §2.1).
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { randomBytes, randomUUID } from 'node:crypto';
import { noDebts } from '../cache/debts.js';
import type { TestDatabase } from '../database.fixture.js';
import { createTestDatabase } from '../database.fixture.js';
import { createFamilies } from './families.js';
import { createPartitions } from './partitions.js';
import { createAccessTokens } from './tokens.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  await createPartitions(database.pool, Date.now());
});
afterAll(() => database.drop());

/** Families, with what is told to the caches and how many transactions owed them something. */
function watched() {
  const told: string[] = [];
  const seen = { transactions: 0, settled: 0 };
  const families = createFamilies(database.pool, {
    invalidate: (keys) => Promise.resolve(void told.push(...keys.map((key) => key.toString('hex')))),
    debts: {
      ...noDebts,
      owe: () => Promise.resolve(++seen.transactions),
      settled: () => Promise.resolve(void seen.settled++),
    },
  });
  return { families, told, seen };
}

async function issue(clientId: string, grantId?: string) {
  const ref = { key: randomBytes(32), expiresAt: Math.floor(Date.now() / 1_000) + 3_600 };
  await createAccessTokens(database.pool).insert({ ...ref, clientId, grantId, body: randomBytes(40) });
  return ref;
}

async function consent(): Promise<string> {
  const id = randomUUID();
  await database.pool.query(
    `INSERT INTO cardea.consent_grant (id, client_id, subject, session_id, scopes, audience, remember, body)
      VALUES ($1, 'app', 'person', gen_random_uuid(), '{}', '{}', false, '')`,
    [id],
  );
  return id;
}

const times = <T>(count: number, make: () => Promise<T>) => Promise.all(Array.from({ length: count }, make));
const living = async (clientId: string) => {
  const text = 'SELECT key FROM cardea.access_token WHERE client_id = $1';
  const { rows } = await database.pool.query<{ key: Buffer }>(text, [clientId]);
  return rows.map(({ key }) => key.toString('hex'));
};
const hex = ({ key }: { readonly key: Buffer }) => key.toString('hex');

test('tokens without a family end together, each of them and no other', async () => {
  const { families, told, seen } = watched();
  const refs = await times(60, () => issue('alone'));
  const other = await issue('alone');
  await Promise.all(refs.map((ref) => families.endOne(ref)));
  expect(await living('alone')).toEqual([hex(other)]);
  expect([...told].sort()).toEqual(refs.map(hex).sort());
  expect(seen.transactions).toBeLessThan(10);
});

test('families fall together; who names one that is falling waits for the caches as well', async () => {
  const { families, told, seen } = watched();
  const grants = await times(30, consent);
  const untouched = await consent();
  const refs = await Promise.all([...grants, ...grants].map((grant) => issue('app', grant)));
  const other = await issue('app', untouched);
  await Promise.all([...grants, ...grants.slice(0, 5)].map((grant) => families.fall(grant)));
  expect(await living('app')).toEqual([hex(other)]);
  expect([...new Set(told)].sort()).toEqual(refs.map(hex).sort());
  expect(seen.transactions).toBeLessThan(10);
  const { rows } = await database.pool.query(
    'SELECT count(*)::int AS count FROM cardea.consent_grant WHERE fallen_at IS NOT NULL AND id = ANY($1)',
    [grants],
  );
  expect(rows).toEqual([{ count: 30 }]);

  // Nothing is left of it, but perhaps whoever ended it has not told the caches yet.
  const before = seen.settled;
  await families.fall(grants[0] ?? '');
  expect(seen.settled).toBe(before + 1);
});

test('one that PostgreSQL refuses fails alone', async () => {
  const { families } = watched();
  const refs = await times(5, () => issue('group'));
  const cursed = await issue('cursed');
  await database.pool.query(`CREATE FUNCTION public.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN IF OLD.client_id = 'cursed' THEN RAISE EXCEPTION 'no' USING ERRCODE = 'P0001'; END IF; RETURN OLD; END $$`);
  await database.pool.query(
    'CREATE TRIGGER refuse BEFORE DELETE ON cardea.access_token FOR EACH ROW EXECUTE FUNCTION public.refuse()',
  );
  const ends = await Promise.allSettled([...refs, cursed].map((ref) => families.endOne(ref)));
  expect(ends.map(({ status }) => status)).toEqual([...refs.map(() => 'fulfilled'), 'rejected']);
  expect(ends.at(-1)).toMatchObject({ reason: { code: 'temporarily_unavailable' } });
  expect([await living('group'), await living('cursed')]).toEqual([[], [hex(cursed)]]);
});
