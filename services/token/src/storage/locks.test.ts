// Somebody holds a lock and does not let go: whoever waits hears in time that nothing was done (ARCHITECTURE §2 law 10, security F26).
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import type { TestDatabase } from '../database.fixture.js';
import { createTestDatabase, quietLog } from '../database.fixture.js';
import { openDatabase, transaction } from './database.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase(1);
});
afterAll(() => database.drop());

test('F26: a lock that another session holds on is refused as unavailable, sooner than a statement, and the connection goes on', async () => {
  const holder = new pg.Client({ connectionString: database.dsn });
  await holder.connect();
  const ours = openDatabase(database.dsn, quietLog, { max: 1 });
  try {
    await holder.query('CREATE TABLE public.held AS SELECT 1 AS one');
    await holder.query('BEGIN; LOCK TABLE public.held IN ACCESS EXCLUSIVE MODE');
    const one = () => transaction(ours, (connection) => connection.query('UPDATE public.held SET one = one + 1'));
    await expect(one()).rejects.toMatchObject({
      code: 'temporarily_unavailable',
      status: 503,
      // Of a lock; 57014 would be that of a statement.
      cause: { code: '55P03' },
    });
    await holder.query('COMMIT');
    await one();
    expect((await holder.query('SELECT one FROM public.held')).rows).toEqual([{ one: 2 }]);
  } finally {
    await ours.end();
    await holder.end();
  }
}, 30_000);
