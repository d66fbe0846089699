// Migrations on real PostgreSQL: in order, once each, whoever runs them and however many at once; history stays as it was.
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type pg from 'pg';
import type { TestDatabase } from './database.fixture.js';
import { createTestDatabase } from './database.fixture.js';
import { migrationStatus, runMigrations } from './migrate.js';

let database: TestDatabase;
let connection: pg.Client;
let directory: string;

beforeEach(async () => {
  directory = mkdtempSync(path.join(tmpdir(), 'cardea-migrate-'));
  database = await createTestDatabase();
  connection = await database.connect();
});
afterEach(async () => {
  await database.drop();
  rmSync(directory, { recursive: true });
});

const write = (name: string, sql: string) => writeFileSync(path.join(directory, name), sql);
const run = (on = connection, namespace = 'test') => runMigrations(on, { directory, namespace });

/** What the migrations of these tests left behind, in the order in which it came. */
async function trail(): Promise<string[]> {
  const { rows } = await connection.query<{ step: string }>('SELECT step FROM trail ORDER BY id');
  return rows.map(({ step }) => step);
}

/** Three steps that write down that they ran; the second is slow enough to be met half-way. */
function threeSteps(): void {
  write('0002_second.sql', "INSERT INTO trail (step) SELECT 'second' FROM pg_sleep(0.05)");
  write('0010_third.sql', "INSERT INTO trail (step) VALUES ('third')");
  write('0001_first.sql', "CREATE TABLE trail (id serial, step text); INSERT INTO trail (step) VALUES ('first')");
  write('notes.md', 'not a migration');
  write('1_short.sql', 'neither is this');
}

test('files run in the order of their numbers, once', async () => {
  threeSteps();
  const names = ['0001_first.sql', '0002_second.sql', '0010_third.sql'];
  expect(await migrationStatus(connection, { directory, namespace: 'test' })).toEqual(
    names.map((name) => ({ name, applied: false })),
  );
  expect(await run()).toEqual(names);
  expect(await run()).toEqual([]);
  expect(await trail()).toEqual(['first', 'second', 'third']);
  expect(await migrationStatus(connection, { directory, namespace: 'test' })).toEqual(
    names.map((name) => ({ name, applied: true })),
  );
});

test('a new file runs alone', async () => {
  threeSteps();
  await run();
  write('0011_fourth.sql', "INSERT INTO trail (step) VALUES ('fourth')");
  expect(await run()).toEqual(['0011_fourth.sql']);
  expect(await trail()).toEqual(['first', 'second', 'third', 'fourth']);
});

test('four at once do the work of one', async () => {
  threeSteps();
  const clients = await Promise.all([1, 2, 3, 4].map(() => database.connect()));
  const ran = await Promise.all(clients.map((client) => run(client)));
  expect(ran.flat().sort()).toEqual(['0001_first.sql', '0002_second.sql', '0010_third.sql']);
  expect(await trail()).toEqual(['first', 'second', 'third']);
});

test('a file that was edited after it ran is refused, and nothing runs', async () => {
  threeSteps();
  await run();
  write('0002_second.sql', "INSERT INTO trail (step) VALUES ('rewritten')");
  write('0011_fourth.sql', "INSERT INTO trail (step) VALUES ('fourth')");
  await expect(run()).rejects.toThrow(
    'migration test/0002_second.sql was edited after it ran; write a new one instead',
  );
  expect(await trail()).toEqual(['first', 'second', 'third']);
});

test('a file that fails leaves nothing of itself, keeps what ran before, and can be mended', async () => {
  threeSteps();
  write('0002_second.sql', "INSERT INTO trail (step) VALUES ('half'); SELECT 1/0");
  await expect(run()).rejects.toThrow('division by zero');
  expect(await trail()).toEqual(['first']);
  write('0002_second.sql', "INSERT INTO trail (step) VALUES ('second')");
  // On another connection: the lock was given back.
  expect(await run(await database.connect())).toEqual(['0002_second.sql', '0010_third.sql']);
  expect(await trail()).toEqual(['first', 'second', 'third']);
});

test('rooms number their files by themselves', async () => {
  threeSteps();
  await run();
  write('0001_first.sql', "INSERT INTO trail (step) VALUES ('other first')");
  expect(await run(connection, 'other')).toContain('0001_first.sql');
  expect((await trail()).slice(3)).toEqual(['other first', 'second', 'third']);
});

test('a search path that hides public changes nothing', async () => {
  threeSteps();
  await connection.query('CREATE SCHEMA own; SET search_path TO own');
  await run();
  await connection.query('SET search_path TO own, public');
  expect(await run()).toEqual([]);
  expect(await trail()).toEqual(['first', 'second', 'third']);
});

test('a table in use is asked for again, and whoever comes meanwhile gets through', async () => {
  await connection.query('CREATE TABLE busy (n int)');
  const [holder, reader] = [await database.connect(), await database.connect()];
  await holder.query('BEGIN; SELECT * FROM busy');
  write('0001_column.sql', 'ALTER TABLE busy ADD COLUMN more int');
  const waits: number[] = [];
  const names = await runMigrations(connection, {
    directory,
    namespace: 'test',
    // It has given up its place in the queue: nobody waits behind it.
    async wait(millis) {
      waits.push(millis);
      await reader.query(`SET statement_timeout = '5s'; SELECT * FROM busy`);
      if (waits.length === 2) await holder.query('COMMIT');
    },
  });
  expect(names).toEqual(['0001_column.sql']);
  expect(waits).toHaveLength(2);
  expect((await connection.query('SELECT more FROM busy')).rows).toEqual([]);
});

test('a lock that is never given up ends the attempt with its name, and leaves nothing', async () => {
  await connection.query('CREATE TABLE busy (n int)');
  const holder = await database.connect();
  await holder.query('BEGIN; LOCK TABLE busy');
  write('0001_column.sql', `SET LOCAL lock_timeout = '1ms'; ALTER TABLE busy ADD COLUMN more int`);
  const running = runMigrations(connection, { directory, namespace: 'test', wait: () => Promise.resolve() });
  await expect(running).rejects.toThrow('migration test/0001_column.sql gets no lock');
  await holder.query('ROLLBACK');
  expect(await run()).toEqual(['0001_column.sql']);
});

test('an index may be made while the table is written to: outside a transaction', async () => {
  await connection.query('CREATE TABLE busy (n int)');
  const writer = await database.connect();
  await writer.query('INSERT INTO busy SELECT generate_series(1, 1000)');
  write('0001_index.sql', '-- outside a transaction: the table is hot.\nCREATE INDEX CONCURRENTLY busy_n ON busy (n)');
  expect(await run()).toEqual(['0001_index.sql']);
  expect(await run()).toEqual([]);
  const { rows } = await connection.query<{ valid: boolean }>(
    `SELECT indisvalid AS valid FROM pg_index WHERE indexrelid = 'busy_n'::regclass`,
  );
  expect(rows).toEqual([{ valid: true }]);
});

test('what the role is held to does not end a migration', async () => {
  await connection.query(`SET statement_timeout = '1s'`);
  write('0001_slow.sql', 'CREATE TABLE slow AS SELECT 1 AS one FROM pg_sleep(1.5)');
  expect(await run()).toEqual(['0001_slow.sql']);
});
