// F07: a standby takes the primary's place, and whoever connects through the chooser of @cardea/service goes with it: with
// synchronous commits nothing that was acknowledged is gone, without them it may be.
import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals';
import { reachPostgres } from '@cardea/service';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { cache } from './bundle.fixture.js';
import type { PostgresPair } from './postgres-pair.js';
import { launchPostgresPair } from './postgres-pair.js';

jest.setTimeout(120_000);

let directory: string;
let pair: PostgresPair | undefined;
const closing: (() => Promise<unknown>)[] = [];

beforeAll(() => void (directory = mkdtempSync(path.join(cache, 'pair-test-'))));
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
  for (const server of [pair?.primary, pair?.standby]) {
    if (server !== undefined) signalAll(server.pid, 'SIGCONT');
    await server?.stop();
  }
  pair?.remove();
  pair = undefined;
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

async function startPair(name: string, synchronous: boolean): Promise<PostgresPair> {
  const ports = [await freePort(), await freePort()] as const;
  const place = path.join(directory, name);
  pair = await launchPostgresPair({ directory: place, cache, ports, synchronous, progress: () => undefined });
  const { primary } = pair;
  await until(async () => (await query(primary.dsn, standbys)).length === 1);
  return pair;
}
const standbys = `SELECT 1 FROM pg_stat_replication WHERE state = 'streaming'`;

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

async function query(dsn: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: dsn });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

/** A pool as the services have them: at most a second without an answer. */
function openPool(dsn: string): pg.Pool {
  const { Client, connectionString, watch } = reachPostgres(pg.Client, dsn);
  const limits = { max: 4, connectionTimeoutMillis: 2_000, query_timeout: 1_000 };
  const pool = new pg.Pool({ connectionString, Client, ...limits });
  pool.on('error', () => undefined);
  watch(pool);
  closing.push(() => pool.end());
  return pool;
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 60_000; !(await holds().catch(() => false)); await sleep(50)) {
    if (Date.now() > end) throw new Error('it did not come to pass');
  }
}

/** A server and the processes it answers from. */
function signalAll(pid: number, signal: NodeJS.Signals): void {
  const parentOf = (name: string) => {
    try {
      return Number(/^\d+ \(.*\) . (\d+)/s.exec(readFileSync(`/proc/${name}/stat`, 'utf8'))?.[1]);
    } catch {
      return undefined;
    }
  };
  const children = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && parentOf(name) === pid);
  for (const each of [pid, ...children.map(Number)]) {
    try {
      process.kill(each, signal);
    } catch {
      // It has ended meanwhile.
    }
  }
}

const promote = (server: { readonly dsn: string }) => query(server.dsn, 'SELECT pg_promote()');
const numbers = async (pool: pg.Pool) =>
  (await pool.query<{ number: number }>('SELECT number FROM kept ORDER BY 1')).rows.map(({ number }) => number);

/** Writes row after row until told to stop. @returns those that were acknowledged */
function writeAway(pool: pg.Pool): { count(): number; stop(): Promise<number[]> } {
  let running = true;
  let next = 0;
  const acknowledged: number[] = [];
  const lane = async () => {
    while (running) {
      const number = ++next;
      await pool.query('INSERT INTO kept VALUES ($1)', [number]).then(
        () => acknowledged.push(number),
        () => sleep(20),
      );
    }
  };
  const lanes = [lane(), lane(), lane()];
  return {
    count: () => acknowledged.length,
    async stop() {
      running = false;
      await Promise.all(lanes);
      return acknowledged;
    },
  };
}

test('F07: the primary is cut off while rows are written, and the standby is promoted: every acknowledged row is there', async () => {
  const { dsn, primary, standby } = await startPair('cut-off', true);
  const pool = openPool(dsn);
  await pool.query('CREATE TABLE kept (number int PRIMARY KEY)');
  const writing = writeAway(pool);
  await until(async () => writing.count() > 20);
  signalAll(primary.pid, 'SIGSTOP');
  await promote(standby);
  await until(async () => (await pool.query('INSERT INTO kept VALUES (-1)')).rowCount === 1);
  await sleep(300);
  const acknowledged = await writing.stop();
  const there = new Set(await numbers(pool));
  expect(acknowledged.filter((number) => !there.has(number))).toEqual([]);

  // What was cut off comes back and still takes itself for the primary.
  signalAll(primary.pid, 'SIGCONT');
  await until(
    async () => (await query(primary.dsn, 'SELECT pg_is_in_recovery() AS standby'))[0]?.['standby'] === false,
  );
  for (const again of [pool, openPool(dsn), openPool(dsn.replace(/(@)([^,]+),([^/]+)/, '$1$3,$2'))]) {
    for (let asked = 0; asked < 5; asked++) expect(await numbers(again)).toContain(-1);
  }
});

test('a standby is refused by whoever connects to it alone: it may know what was revoked since', async () => {
  const { standby, primary } = await startPair('alone', false);
  await expect(openPool(standby.dsn).query('SELECT 1')).rejects.toThrow('the PostgreSQL server is a standby');
  expect((await openPool(primary.dsn).query('SELECT 1')).rowCount).toBe(1);
});

test('a commit whose wait for the standby somebody cancels is not taken for done', async () => {
  const { dsn, primary, standby } = await startPair('cancelled', true);
  const patient = reachPostgres(pg.Client, dsn);
  const careful = new patient.Client({ connectionString: patient.connectionString, application_name: 'writer' });
  const careless = new pg.Client({ connectionString: primary.dsn, application_name: 'writer' });
  for (const client of [careful, careless]) {
    client.on('error', () => undefined);
    await client.connect();
    closing.push(() => client.end());
  }
  await careful.query('CREATE TABLE kept (number int PRIMARY KEY)');
  signalAll(standby.pid, 'SIGSTOP');
  const writes = Promise.allSettled([
    careful.query('INSERT INTO kept VALUES (1)'),
    careless.query('INSERT INTO kept VALUES (2)'),
  ]);
  const waiting = `FROM pg_stat_activity WHERE application_name = 'writer' AND wait_event = 'SyncRep'`;
  await until(async () => (await query(primary.dsn, `SELECT pid ${waiting}`)).length === 2);
  await query(primary.dsn, `SELECT pg_cancel_backend(pid) ${waiting}`);
  const [unknown, believed] = await writes;
  expect(unknown).toMatchObject({ status: 'rejected' });
  // PostgreSQL's own word for it is a warning beside a success: that is the trap.
  expect(believed).toMatchObject({ status: 'fulfilled' });
});

test('F07: without synchronous commits an acknowledged row can be gone: that mode is not for this database', async () => {
  const { primary, standby } = await startPair('asynchronous', false);
  await query(primary.dsn, 'CREATE TABLE kept (number int PRIMARY KEY)');
  await until(async () => (await query(standby.dsn, `SELECT to_regclass('kept') AS kept`))[0]?.['kept'] === 'kept');
  // The way between the two breaks, and nobody is told.
  await query(standby.dsn, `ALTER SYSTEM SET primary_conninfo = ''`);
  await query(standby.dsn, 'SELECT pg_reload_conf()');
  await until(async () => (await query(primary.dsn, standbys)).length === 0);
  await query(primary.dsn, 'INSERT INTO kept VALUES (1)');
  process.kill(primary.pid, 'SIGKILL');
  await primary.exited;
  await promote(standby);
  expect(await query(standby.dsn, 'SELECT number FROM kept')).toEqual([]);
});
