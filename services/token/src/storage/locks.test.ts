// Somebody holds a lock and does not let go: whoever waits hears in time that nothing was done (ARCHITECTURE §2 law 10, security F26).
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { TestDatabase } from '../database.fixture.js';
import { createTestDatabase, quietLog } from '../database.fixture.js';
import { openDatabase, transaction } from './database.js';
import { createGroups } from './groups.js';

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

test('a statement that PostgreSQL gives up to end a deadlock is done once more, and its caller hears nothing of it', async () => {
  const other = new pg.Client({ connectionString: database.dsn });
  await other.connect();
  const ours = openDatabase(database.dsn, quietLog, { max: 1 });
  let begun = 0;
  const count = createGroups({ name: 'test', observed: undefined }, async (names: readonly string[]) => {
    begun++;
    return transaction(ours, async (connection) => {
      await connection.query(`UPDATE public.counted SET n = n + 1 WHERE name = 'first'`);
      await connection.query(`UPDATE public.counted SET n = n + 1 WHERE name = 'second'`);
      return names;
    });
  });
  try {
    await other.query(
      `CREATE TABLE public.counted AS SELECT name, 0 AS n FROM unnest(ARRAY['first', 'second']) AS t(name)`,
    );
    await other.query(`BEGIN; UPDATE public.counted SET n = n + 10 WHERE name = 'second'`);
    const counted = count('row');
    await sleep(300);
    // Who waited first looks for a deadlock first, finds itself in one, and gives way.
    await other.query(`UPDATE public.counted SET n = n + 10 WHERE name = 'first'; COMMIT`);
    expect(await counted).toBe('row');
    expect(begun).toBe(2);
    expect((await other.query('SELECT n FROM public.counted')).rows).toEqual([{ n: 11 }, { n: 11 }]);
  } finally {
    await ours.end();
    await other.end();
  }
}, 30_000);
