// Connections through the chooser on a real server: one of several addresses, statements without names behind a pooler, and what
// counts as PostgreSQL's own word.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import pg from 'pg';
import { sqlState } from './failures.js';
import { reachPostgres } from './reach.js';

const dsn = process.env['CARDEA_TEST_DSN'] ?? '';
const server = new URL(dsn);
let silent: Server;

beforeAll(async () => {
  silent = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => silent.once('listening', resolve));
});
afterAll(() => void silent.close());

const among = (...others: string[]) => dsn.replace(server.host, [...others, server.host].join(','));

test('the server that answers is found behind one that refuses and one that says nothing', async () => {
  const { port } = silent.address() as AddressInfo;
  const { Client, connectionString } = reachPostgres(pg.Client, among('127.0.0.1:1', `127.0.0.1:${port}`));
  const pool = new pg.Pool({ connectionString, Client, max: 2 });
  try {
    const answers = await Promise.all([1, 2, 3].map((n) => pool.query<{ n: number }>('SELECT $1::int AS n', [n])));
    expect(answers.map(({ rows }) => rows[0]?.n)).toEqual([1, 2, 3]);
  } finally {
    await pool.end();
  }
});

test('where none answers, the failure says what each one did', async () => {
  const { Client, connectionString } = reachPostgres(pg.Client, 'postgres://x@127.0.0.1:1,127.0.0.1:2/x');
  const client = new Client({ connectionString });
  await expect(client.connect()).rejects.toThrow(
    /no PostgreSQL server takes writes: 127.0.0.1:[12]: connect ECONNREFUSED.*; 127.0.0.1:[12]: connect ECONNREFUSED/,
  );
});

test('one that refuses is not tried by everybody who asks, and nobody is refused once it is there', async () => {
  let [there, tried] = [false, 0];
  const door = createServer((near) => {
    tried++;
    near.on('error', () => undefined);
    if (!there) return void near.destroy();
    const far = connect(Number(server.port || '5432'), server.hostname);
    far.on('error', () => near.destroy()).on('close', () => near.destroy());
    near.on('close', () => far.destroy()).pipe(far);
    far.pipe(near);
  }).listen(0, '127.0.0.1');
  await once(door, 'listening');
  const { port } = door.address() as AddressInfo;
  const { Client, connectionString } = reachPostgres(pg.Client, dsn.replace(server.host, `127.0.0.1:${port}`));
  const together = 40;
  const pool = new pg.Pool({ connectionString, Client, max: together });
  const ask = () =>
    pool.query('SELECT 1').then(
      () => 'answered',
      () => 'refused',
    );
  const all = (outcome: string) => Array.from({ length: together }, () => outcome);
  const askAll = () => Promise.all(all('').map(ask));
  try {
    for (let round = 0; round < 4; round++) expect(await askAll()).toEqual(all('refused'));
    // Nobody knew at first; then one of them tries, and the others hear of it.
    expect(tried).toBe(together + 3);
    there = true;
    expect(await askAll()).toEqual(all('answered'));
  } finally {
    await pool.end();
    door.close();
  }
});

test('behind a pooler nothing is left prepared on a connection', async () => {
  const prepared = async (pooler: 'none' | 'transaction') => {
    const { Client, connectionString } = reachPostgres(pg.Client, dsn, pooler);
    const client = new Client({ connectionString });
    await client.connect();
    await client.query({ name: 'by name', text: 'SELECT $1::int', values: [1] });
    const { rows } = await client.query<{ name: string }>('SELECT name FROM pg_prepared_statements');
    await client.end();
    return rows.map(({ name }) => name);
  };
  expect(await prepared('none')).toEqual(['by name']);
  expect(await prepared('transaction')).toEqual([]);
});

test('an error of the system is not taken for a verdict of PostgreSQL, though its code looks like one', async () => {
  expect(sqlState(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }))).toBeUndefined();
  expect(sqlState(undefined)).toBeUndefined();
  const client = new pg.Client({ connectionString: dsn });
  await client.connect();
  const refused: unknown = await client.query('SELECT 1/0').catch((error: unknown) => error);
  await client.end();
  expect(sqlState(refused)).toBe('22012');
});
