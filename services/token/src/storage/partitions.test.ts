// Partitions are there before anybody needs them, also where tokens live longer than partitions are made ahead at first (ARCHITECTURE §6).
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import type { TestDatabase } from '../database.fixture.js';
import { createTestDatabase } from '../database.fixture.js';
import { createPartitions, dropExpiredPartitions } from './partitions.js';

const day = 86_400_000;
let database: TestDatabase;
beforeAll(async () => void (database = await createTestDatabase()));
afterAll(() => database.drop());

/** Issues a token on a day that lives so many days. */
const issue = (now: number, days: number, { pool } = database) =>
  pool.query(
    `INSERT INTO cardea.access_token (key, expires_at, client_id, body) VALUES ($1, to_timestamp($2), 'app', '')`,
    [randomBytes(32), (now + days * day) / 1_000],
  );
const inDefault = async ({ pool } = database) => {
  const { rows } = await pool.query<{ count: number }>(
    'SELECT count(*)::int AS count FROM cardea.access_token_default',
  );
  return rows[0]?.count;
};
const partitions = async () => {
  const { rows } = await database.pool.query(
    `SELECT FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
      WHERE i.inhparent = 'cardea.access_token'::regclass AND c.relname ~ '_[0-9]{8}$'`,
  );
  return rows.length;
};

test('tokens that are configured to live for thirty days never fall into the default partition', async () => {
  const own = await createTestDatabase(2);
  try {
    const begin = Date.now();
    const accessMillis = 30 * day;
    await createPartitions(own.pool, begin, { accessMillis });
    for (let today = 0; today <= 3; today++) {
      const now = begin + today * day;
      if (today > 0) await createPartitions(own.pool, now, 'used');
      // The last one of that day.
      await issue(now, 30, own);
      await issue(Math.floor(now / day) * day + day - 1_000, 30, own);
      expect([today, await inDefault(own)]).toEqual([today, 0]);
    }
  } finally {
    await own.drop();
  }
});

test('tokens of ten days fall into the default partition on the first day, and on no later one', async () => {
  // At noon: what is issued for a quarter of an hour expires on the same day.
  const begin = Math.floor(Date.now() / day) * day + day / 2;
  await createPartitions(database.pool, begin);
  expect(await partitions()).toBe(8);
  await issue(begin, 10);
  expect(await inDefault()).toBe(1);
  for (let today = 1; today <= 14; today++) {
    const now = begin + today * day;
    await createPartitions(database.pool, now, 'used');
    await dropExpiredPartitions(database.pool, now);
    await issue(now, 10);
    await issue(now, 0.01);
    // The day of the first one has no partition: it is all that lies in the default one, with what else expires that day.
    expect([today, await inDefault()]).toEqual([today, today < 10 ? 1 : today === 10 ? 2 : 0]);
  }
  // The days of ten, the next one, and those that are about to go.
  expect(await partitions()).toBeLessThan(15);
});

test('what expired in the default partition goes, however much it is', async () => {
  const now = Date.now() + 200 * day;
  await database.pool.query(
    `INSERT INTO cardea.access_token (key, expires_at, client_id, body)
      SELECT sha256(i::text::bytea), to_timestamp($1), 'app', '' FROM generate_series(1, 25000) AS i`,
    [now / 1_000],
  );
  expect(await inDefault()).toBe(25_000);
  await dropExpiredPartitions(database.pool, now + day);
  expect(await inDefault()).toBe(0);
});

test('what lives for years takes no partitions with it', async () => {
  const now = Date.now() + 400 * day;
  await issue(now, 3_650);
  await createPartitions(database.pool, now, 'used');
  await dropExpiredPartitions(database.pool, now);
  expect(await partitions()).toBe(8);
});
