// A walk over all access tokens ends those that are meant, in every partition, and no others (issue 6: storage that grows).
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { createEndTokens } from '../cache/end-tokens.js';
import { noDebts } from '../cache/debts.js';
import type { TestDatabase } from '../database.fixture.js';
import { createTestDatabase } from '../database.fixture.js';
import { createFamilies } from './families.js';
import { createPartitions } from './partitions.js';
import { sweepAccessTokens } from './sweep-access-tokens.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  await createPartitions(database.pool, Date.now());
});
afterAll(() => database.drop());

const told: Buffer[] = [];
const cache = {
  debts: noDebts,
  invalidate(keys: readonly Buffer[]) {
    told.push(...keys);
    return Promise.resolve();
  },
};
const end = () => createEndTokens(database.pool, cache);
const day = 86_400;

/** Tokens of a client that end in so many days, as many as fill pages. */
async function issue(clientId: string, days: number, count: number): Promise<void> {
  await database.pool.query(
    `INSERT INTO cardea.access_token (key, expires_at, grant_id, client_id, body)
      SELECT sha256(($3 || i::text)::bytea), now() + make_interval(secs => $2), NULL, $1, $4
      FROM generate_series(1, $5::int) AS i`,
    [clientId, days * day, `${clientId}-${String(days)}-`, randomBytes(400), count],
  );
}
const left = async (clientId: string) => {
  const { rows } = await database.pool.query<{ count: number }>(
    'SELECT count(*)::int AS count FROM cardea.access_token WHERE client_id = $1',
    [clientId],
  );
  return rows[0]?.count;
};

test('page by page through every partition, the default one too', async () => {
  for (const days of [0.001, 1, 3, 30]) {
    await issue('app', days, 120);
    await issue('other', days, 120);
  }
  told.length = 0;
  const which = { condition: 'client_id = $3', values: ['app'] };
  expect(await sweepAccessTokens(database.pool, end(), which, 2)).toBe(480);
  expect([await left('app'), await left('other')]).toEqual([0, 480]);
  expect(new Set(told.map((key) => key.toString('hex'))).size).toBe(480);
  expect(await sweepAccessTokens(database.pool, end(), which, 2)).toBe(0);
});

test('a partition that is dropped meanwhile has no tokens left to end', async () => {
  await issue('late', 2, 50);
  await issue('late', 4, 50);
  let dropped = false;
  const endTokens = end();
  const dropping = Object.assign(
    async (...[work]: Parameters<typeof endTokens>) => {
      // What the first look has found goes before the walk gets there.
      if (!dropped) {
        dropped = true;
        const name = `cardea.access_token_${new Date(Date.now() + 4 * day * 1000).toISOString().slice(0, 10).replaceAll('-', '')}`;
        await database.pool.query(`DROP TABLE ${name}`);
      }
      return endTokens(work);
    },
    { settled: endTokens.settled },
  ) as typeof endTokens;
  const which = { condition: 'client_id = $3', values: ['late'] };
  expect(await sweepAccessTokens(database.pool, dropping, which)).toBe(50);
  expect(await left('late')).toBe(0);
});

test('all grants of a client fall, however many pages they are, and those of others stay', async () => {
  const insert = (clientId: string, count: number) =>
    database.pool.query(
      `INSERT INTO cardea.consent_grant (id, client_id, subject, session_id, scopes, audience, remember, body)
        SELECT gen_random_uuid(), $1, 'person', gen_random_uuid(), '{}', '{}', false, '' FROM generate_series(1, $2::int)`,
      [clientId, count],
    );
  await insert('many', 1_300);
  await insert('few', 3);
  await createFamilies(database.pool, cache).fallOfClient('many');
  const { rows } = await database.pool.query(
    `SELECT client_id, count(*)::int AS count, count(fallen_at)::int AS fallen FROM cardea.consent_grant
      GROUP BY client_id ORDER BY client_id`,
  );
  expect(rows).toEqual([
    { client_id: 'few', count: 3, fallen: 0 },
    { client_id: 'many', count: 1_300, fallen: 1_300 },
  ]);
});
