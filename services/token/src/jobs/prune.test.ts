// Cleaning: partitions come and go, rows that still mean something stay, and the queue keeps itself going.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Queue } from 'bullmq';
import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import type { TestDatabase } from '../database.fixture.js';
import { createTestDatabase, needed, quietLog } from '../database.fixture.js';
import { metrics } from '../tokens.fixture.js';
import { createPruneWorker } from '../worker.js';
import { prune } from './prune.js';

const day = 86_400_000;
let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

test('J10: drops partitions that are over, keeps used refresh tokens for a day, ends sessions', async () => {
  const now = Date.now();
  const first = await prune(database.pool, now);
  expect(first.partitionsMade).toBeGreaterThan(0);
  const token = (key: number, expires: number) =>
    database.pool.query(
      `INSERT INTO cardea.access_token (key, expires_at, client_id, body) VALUES ($1, to_timestamp($2), 'app', '')`,
      [Buffer.alloc(32, key), expires / 1000],
    );
  await token(1, now + 1000);
  await token(2, now + 3 * day);
  await token(3, now + 400 * day);
  const refresh = (name: string, used: number | null, revoked: number | null, expires: number) =>
    database.pool.query(
      `INSERT INTO cardea.refresh_token (key, grant_id, client_id, expires_at, used_at, revoked_at, access_key, access_expires_at, body)
        VALUES ($1, gen_random_uuid(), $2, to_timestamp($3), to_timestamp($4), to_timestamp($5), '', now(), '')`,
      [
        Buffer.from(name),
        name,
        expires / 1000,
        used === null ? null : used / 1000,
        revoked === null ? null : revoked / 1000,
      ],
    );
  const later = now + 2 * day;
  await refresh('live', null, null, later + day);
  await refresh('never expires', null, null, Infinity);
  await refresh('used an hour ago', later - 3_600_000, null, later + day);
  await refresh('used two days ago', later - 2 * day, null, later + day);
  await refresh('revoked an hour ago', null, later - 3_600_000, later + day);
  await refresh('expired', null, null, later - day);
  const session = (expires: number) =>
    database.pool.query(
      `INSERT INTO cardea.login_session (id, subject, authenticated_at, remember, expires_at)
        VALUES (gen_random_uuid(), 's', now(), true, to_timestamp($1))`,
      [expires / 1000],
    );
  await session(later - 1000);
  await session(later + 1000);

  const result = await prune(database.pool, later);
  expect(result).toMatchObject({ refreshTokens: 3, sessions: 1 });
  expect(result.partitionsDropped).toBeGreaterThan(0);
  const { rows } = await database.pool.query<{ client_id: string }>(
    'SELECT client_id FROM cardea.refresh_token ORDER BY 1',
  );
  expect(rows.map((row) => row.client_id)).toEqual(['live', 'never expires', 'used an hour ago']);
  const tokens = await database.pool.query<{ key: Buffer }>('SELECT key FROM cardea.access_token ORDER BY key');
  expect(tokens.rows.map(({ key }) => key[0])).toEqual([2, 3]);
  expect(await prune(database.pool, later)).toMatchObject({
    partitionsMade: 0,
    partitionsDropped: 0,
    refreshTokens: 0,
  });
});

test('J10: forgets logout notifications when they said, never one that is still to be delivered', async () => {
  const now = Date.now();
  const notification = (state: string, next: number) =>
    database.pool.query(
      `INSERT INTO cardea.logout_delivery (client_id, uri, session_id, subject, state, created_at, begun_at, next_at)
        VALUES ($1, '', gen_random_uuid(), '', $1, now(), now(), to_timestamp($2))`,
      [state, next / 1000],
    );
  for (const state of ['pending', 'delivered', 'failed']) {
    await notification(state, now - 1_000);
    await notification(state, now + 60_000);
  }
  expect(await prune(database.pool, now)).toMatchObject({ logoutDeliveries: 2 });
  const { rows } = await database.pool.query<{ state: string }>(
    'SELECT state FROM cardea.logout_delivery ORDER BY state',
  );
  expect(rows.map(({ state }) => state)).toEqual(['delivered', 'failed', 'pending', 'pending']);
});

test('J10: an hour after the day on which it expired, nothing is left, whichever partition it lay in', async () => {
  const { pool } = database;
  const start = Math.ceil(Date.now() / day) * day;
  await prune(pool, start);
  const tables: Readonly<Record<string, string>> = {
    flow: `(id, expires_at, state, client_id, browser, body) VALUES ($1, to_timestamp($2), 'login', 'j10', '', '')`,
    authorization_code: `(key, expires_at, grant_id, client_id, body) VALUES ($1, to_timestamp($2), gen_random_uuid(), 'j10', '')`,
    device_code: `(key, expires_at, client_id, interval_seconds, body) VALUES ($1, to_timestamp($2), 'j10', 5, '')`,
    access_token: `(key, expires_at, client_id, body) VALUES ($1, to_timestamp($2), 'j10', '')`,
    used_once: `(key, expires_at) VALUES ($1, to_timestamp($2))`,
    user_code: `(key, device_key, expires_at) VALUES ($1, '', to_timestamp($2))`,
  };
  // The second lies beyond the partitions that are made ahead, so in the default one.
  const lives = [start + 60_000, start + 30 * day] as const;
  for (const [table, values] of Object.entries(tables)) {
    for (const expires of lives) {
      await pool.query(`INSERT INTO cardea.${table} ${values}`, [randomBytes(32), expires / 1000]);
    }
  }
  /** How many rows of this test each table has. */
  const left = async () => {
    const query = `expires_at IN (to_timestamp(${String(lives[0] / 1000)}), to_timestamp(${String(lives[1] / 1000)}))`;
    const found = Object.keys(tables).map((table) => pool.query(`SELECT 1 FROM cardea.${table} WHERE ${query}`));
    return new Set((await Promise.all(found)).map(({ rowCount }) => rowCount));
  };
  await prune(pool, lives[0] - 1);
  expect(await left()).toEqual(new Set([2]));
  const afterTheDay = 25 * 3_600_000;
  await prune(pool, start + afterTheDay);
  expect(await left()).toEqual(new Set([1]));
  await prune(pool, start + 30 * day + afterTheDay);
  expect(await left()).toEqual(new Set([0]));
});

test('the queue runs the job, and stands again after Redis forgot everything', async () => {
  const url = `${needed('CARDEA_TEST_REDIS_URL').replace(/\/\d*$/, '')}/8`;
  const direct = new Redis(url, { maxRetriesPerRequest: null });
  await direct.flushdb();
  let runs = 0;
  const counted = { ...metrics, counter: () => ({ inc: () => void runs++ }) } as unknown as typeof metrics;
  const start = () => createPruneWorker({ redisUrl: url, database: database.pool, log: quietLog, metrics: counted });
  const until = async (true_: () => Promise<boolean> | boolean) => {
    for (const from = Date.now(); Date.now() - from < 25_000;) {
      if (await true_()) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error('not within 25 s');
  };
  const worker = start();
  await worker.ready();
  await until(() => runs > 0);
  await direct.flushdb();
  const again = start();
  await again.ready();
  const queue = new Queue('cardea-cleaning', { connection: direct });
  expect(await queue.getJobSchedulersCount()).toBe(1);
  await queue.close();
  await Promise.all([worker.close(), again.close()]);
  direct.disconnect();
}, 20_000);
