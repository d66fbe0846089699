// Somebody holds the registry and does not let go, or it is lost in the middle: whoever wants to change it hears that it may be tried again
// (ARCHITECTURE §2 law 10).
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type pg from 'pg';
import type { TestDatabase } from '../database.fixture.js';
import { createTestDatabase, quietLog } from '../database.fixture.js';
import { alone, openPool } from './connection.js';

let database: TestDatabase;
let pool: pg.Pool;
const unavailable = { code: 'temporarily_unavailable', status: 503 };

beforeAll(async () => {
  database = await createTestDatabase();
  // As an operator may have it; what a pool has by itself is longer than a test should take.
  pool = openPool(`${database.dsn}?lock_timeout=100`, quietLog);
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

test('F26: a registry that another session holds is refused as unavailable, and open again when it is let go', async () => {
  await database.client.query(`BEGIN; SELECT pg_advisory_xact_lock(hashtext('cardea keys'))`);
  const work = () => Promise.resolve('done');
  await expect(alone(pool, work)).rejects.toMatchObject({ ...unavailable, cause: { code: '55P03' } });
  await database.client.query('COMMIT');
  expect(await alone(pool, work)).toBe('done');
});

test('F05: a session that is ended in the middle leaves nobody knowing, and the next one begins anew', async () => {
  const ended = alone(pool, async (connection) => {
    const { rows } = await connection.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    await database.client.query('SELECT pg_terminate_backend($1)', [rows[0]?.pid]);
    await connection.query('SELECT 1');
  });
  await expect(ended).rejects.toMatchObject(unavailable);
  expect(await alone(pool, () => Promise.resolve('done'))).toBe('done');
});

test('what the work itself refuses is told as it is', async () => {
  const refusal = new Error('not this one');
  await expect(alone(pool, () => Promise.reject(refusal))).rejects.toBe(refusal);
});

test('every connection is given bounds for statements, locks and idling within a transaction', async () => {
  const own = openPool(database.dsn, quietLog);
  try {
    const { rows } = await own.query(`SELECT name, setting FROM pg_settings
      WHERE name IN ('statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout') ORDER BY name`);
    expect(rows).toEqual([
      { name: 'idle_in_transaction_session_timeout', setting: '120000' },
      { name: 'lock_timeout', setting: '20000' },
      { name: 'statement_timeout', setting: '30000' },
    ]);
  } finally {
    await own.end();
  }
});
