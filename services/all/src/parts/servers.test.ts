// PostgreSQL and Redis as development mode starts them: real ones, asked over their sockets, ended, killed and started again.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once as event } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import pg from 'pg';
import { bundle, cache } from './bundle.fixture.js';
import { alive } from './locks.js';
import { claimOutside } from './nobody.js';
import { launchPostgres } from './postgres.js';
import { placeOf } from './postgres-cluster.js';
import { launchRedis } from './redis.js';
import { removeParts } from './remove.js';

const said: string[] = [];
const progress = (sentence: string): number => said.push(sentence);
let directory: string;
let ports: { postgres: number; redis: number };

beforeAll(async () => {
  mkdirSync(cache, { recursive: true });
  directory = mkdtempSync(path.join(cache, 'parts-test-'));
  ports = { postgres: await freePort(), redis: await freePort() };
});

afterAll(() => {
  removeParts({ directory });
  rmSync(directory, { recursive: true, force: true });
});

const postgres = () => launchPostgres({ directory, cache, port: ports.postgres, progress });
const redis = () => launchRedis({ directory, cache, port: ports.redis, progress, persist: true });

test('PostgreSQL keeps what was committed, over a stop and over a kill', async () => {
  let server = await postgres();
  await query(server.dsn, 'CREATE TABLE kept (number int)');
  await query(server.dsn, 'INSERT INTO kept VALUES (1)');
  await server.stop();
  await expect(query(server.dsn, 'SELECT 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' });

  server = await postgres();
  await query(server.dsn, 'INSERT INTO kept VALUES (2)');
  process.kill(server.pid, 'SIGKILL');
  await server.exited;

  server = await postgres();
  expect(await query(server.dsn, 'SELECT number FROM kept ORDER BY 1')).toEqual([{ number: 1 }, { number: 2 }]);
  await server.stop();
}, 60_000);

test('PostgreSQL asks for its password, keeps it to its owner, and is durable', async () => {
  const server = await postgres();
  const url = new URL(server.dsn);
  url.password = 'wrong';
  await expect(query(url.href, 'SELECT 1')).rejects.toMatchObject({ code: '28P01' });
  expect(statSync(path.join(directory, 'postgres.password')).mode & 0o777).toBe(0o600);
  const settings = await query(
    server.dsn,
    `SELECT current_setting('synchronous_commit') AS commit, current_setting('fsync') AS fsync,
      current_setting('listen_addresses') AS listen, current_setting('server_encoding') AS encoding`,
  );
  expect(settings).toEqual([{ commit: 'on', fsync: 'on', listen: '127.0.0.1', encoding: 'UTF8' }]);
  await server.stop();
}, 30_000);

test('a number left in postmaster.pid that is another process by now stops nothing and ends nobody', async () => {
  const other = spawn('sleep', ['60']);
  const server = await postgres();
  await server.stop();
  // The user that runs PostgreSQL must be able to replace it.
  const stale = path.join(placeOf(directory), 'postmaster.pid');
  writeFileSync(stale, [other.pid, placeOf(directory), 0, ports.postgres, '', '127.0.0.1', '', 'ready', ''].join('\n'));

  const again = await postgres();
  expect(readFileSync(stale, 'utf8').split('\n')[0]).toBe(String(again.pid));
  expect(other.exitCode).toBeNull();
  await again.stop();
  other.kill();
}, 30_000);

test('a second launch over a living one is refused, and names who has it', async () => {
  const [database, store] = [await postgres(), await redis()];
  await expect(postgres()).rejects.toThrow(`is run by process ${process.pid}`);
  await expect(redis()).rejects.toThrow(`is run by process ${process.pid}`);
  expect(alive(database.pid) && alive(store.pid)).toBe(true);
  await Promise.all([database.stop(), store.stop()]);
}, 30_000);

test('a port that is taken is told in the words of the server', async () => {
  const taken = createServer().listen(ports.postgres, '127.0.0.1');
  await event(taken, 'listening');
  await expect(postgres()).rejects.toThrow(/PostgreSQL did not start: [^]*(in use|could not create)/);
  await expect(launchRedis({ directory, cache, port: ports.postgres, progress })).rejects.toThrow(
    /Redis did not start: [^]*in use/,
  );
  taken.close();
}, 30_000);

test('Redis never evicts, listens on loopback alone, and keeps its data when told to', async () => {
  let server = await redis();
  expect(await commands('SET kept yes', 'CONFIG GET maxmemory-policy', 'CONFIG GET bind')).toEqual([
    '+OK',
    '*2',
    '$16',
    'maxmemory-policy',
    '$10',
    'noeviction',
    '*2',
    '$4',
    'bind',
    '$9',
    '127.0.0.1',
  ]);
  await server.stop();
  server = await redis();
  expect(await commands('GET kept')).toEqual(['$3', 'yes']);
  await server.stop();
}, 60_000);

test('what a killed parent started ends by itself', async () => {
  const { parent, pids } = await launchInProcess();
  parent.kill('SIGKILL');
  await event(parent, 'exit');
  await gone(pids.postgres);
  await gone(pids.redis);
  expect(existsSync(path.join(placeOf(directory), 'postmaster.pid'))).toBe(false);
}, 30_000);

test('servers that outlived their parent and its guards are ended, and their data taken over', async () => {
  const { parent, pids } = await launchInProcess();
  await query(pids.dsn, 'CREATE TABLE orphaned (number int)');
  const servers = [pids.postgres, pids.redis];
  const guards = childrenOf(parent.pid!).filter((pid) => !servers.includes(pid));
  expect(guards).toHaveLength(2);
  for (const pid of [...guards, parent.pid!]) process.kill(pid, 'SIGKILL');
  await event(parent, 'exit');
  expect(servers.map(alive)).toEqual([true, true]);

  said.length = 0;
  const [database, store] = [await postgres(), await redis()];
  expect(said).toEqual([
    `ending PostgreSQL (process ${pids.postgres}), which an earlier run left behind`,
    `ending Redis (process ${pids.redis}), which an earlier run left behind`,
  ]);
  expect(await query(database.dsn, 'SELECT count(*)::int AS count FROM orphaned')).toEqual([{ count: 0 }]);
  await Promise.all([database.stop(), store.stop()]);
}, 60_000);

test('a PostgreSQL killed in the midst of a statement comes back with what was committed', async () => {
  const killed = await postgres();
  await query(killed.dsn, 'CREATE TABLE amidst (number int)');
  const busy = query(killed.dsn, 'INSERT INTO amidst SELECT count(*) FROM generate_series(1, 100000000)').catch(
    () => 'cut',
  );
  const under = `SELECT 1 FROM pg_stat_activity WHERE query LIKE 'INSERT INTO amidst%' AND state = 'active'`;
  while ((await query(killed.dsn, under)).length === 0);
  process.kill(killed.pid, 'SIGKILL');
  await killed.exited;
  const server = await postgres();
  expect(await query(server.dsn, 'SELECT * FROM amidst')).toEqual([]);
  expect(await busy).toBe('cut');
  await server.stop();
}, 60_000);

test('a directory made anew gets a database made anew, also where data lie outside of it', async () => {
  const server = await postgres();
  await query(server.dsn, 'CREATE TABLE old (number int)');
  await server.stop();
  rmSync(path.join(directory, 'postgres.password'));
  const fresh = await postgres();
  await expect(query(fresh.dsn, 'SELECT * FROM old')).rejects.toMatchObject({ code: '42P01' });
  await fresh.stop();
}, 60_000);

test('what was kept outside for a directory that is gone is removed by the next who keeps something there', () => {
  const deserted = mkdtempSync(path.join(cache, 'deserted-'));
  const place = claimOutside(deserted);
  claimOutside(directory);
  expect(existsSync(place)).toBe(true);
  rmSync(deserted, { recursive: true });
  claimOutside(directory);
  expect(existsSync(place)).toBe(false);
});

async function launchInProcess() {
  const file = await bundle('launch.fixture.ts', directory);
  const args = [file, directory, cache, String(ports.postgres), String(ports.redis)];
  const parent = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await event(parent.stdout, 'data')) as [Buffer];
  return { parent, pids: JSON.parse(String(line)) as { postgres: number; redis: number; dsn: string } };
}

/** Linux tells them by thread. */
function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number);
}

/** The lines that Redis answers, in its own protocol. */
async function commands(...lines: string[]): Promise<string[]> {
  const socket = connect(ports.redis, '127.0.0.1');
  socket.write([...lines, 'QUIT', ''].join('\r\n'));
  const answer = (await socket.setEncoding('utf8').toArray()).join('');
  return answer.trimEnd().split('\r\n').slice(0, -1);
}

async function gone(pid: number): Promise<void> {
  while (alive(pid)) await new Promise((resolve) => setTimeout(resolve, 20));
}

async function query(dsn: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: dsn });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return (await client.query(text)).rows as unknown[];
  } finally {
    await client.end();
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await event(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}
