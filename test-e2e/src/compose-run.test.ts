// What deploy/compose.yaml starts, started here as processes: the same programs with the same words, settings, secrets and order, only
// that names of containers are ports of this machine. Somebody logs in, and gets tokens.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { removeParts } from '@cardea/all';
import { compose, deployed, entryPointOf } from './compose-file.js';
import type { AdminKeys } from './compose-graph.js';
import { bringUpAll, makeSecrets, portsAt, translator } from './compose-graph.js';
import { logIn } from './compose-login.js';
import { freeBase } from './demo.js';
import type { Postgres, Redis } from './faults/servers.js';
import { startPostgres, startRedis } from './faults/servers.js';
import { root } from './processes.js';

const directory = mkdtempSync(path.join(os.tmpdir(), 'cardea-compose-'));
const at = (...names: string[]): string => {
  const place = path.join(directory, ...names);
  mkdirSync(path.dirname(place), { recursive: true, mode: 0o755 });
  return place;
};
const running: ChildProcess[] = [];
const servers: (Postgres | Redis)[] = [];
let logs = '';
let base: number;
let keys: AdminKeys;
let translate: (text: string) => string;

/** The words of a container as words of a process of this machine. */
const here = (words: readonly string[]) => words.map((word) => translate(word));

function launch(name: string, words: readonly string[]): ChildProcess {
  const [, ...args] = here(words);
  const environment = compose.services[name]?.environment ?? {};
  const env = Object.fromEntries(Object.entries(environment).map(([key, value]) => [key, translate(value)]));
  const child = spawn(process.execPath, args, {
    env: { PATH: process.env['PATH'], ...portsAt(base), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => (logs += `${name}: ${text}`));
  }
  return child;
}

const ended = (child: ChildProcess) =>
  new Promise<number | null>((resolve) => {
    if (child.exitCode !== null) resolve(child.exitCode);
    else child.once('exit', (code) => resolve(code));
  });

/** Settles when others may depend on it: healthy by its own health check, or over and done. */
async function bringUp(name: string): Promise<void> {
  const { build, command = [], restart, healthcheck } = compose.services[name] ?? {};
  if (build === undefined) return;
  const child = launch(name, [...entryPointOf(build.target), ...command]);
  if (restart === 'on-failure') {
    expect([name, await ended(child)]).toEqual([name, 0]);
    return;
  }
  running.push(child);
  if (healthcheck === undefined) return;
  for (const end = Date.now() + 120_000; ; await sleep(200)) {
    if ((await ended(launch(name, healthcheck.test.slice(1)))) === 0) return;
    if (child.exitCode !== null || Date.now() > end) throw new Error(`${name} does not become healthy:\n${logs}`);
  }
}

beforeAll(async () => {
  base = await freeBase();
  const cache = path.join(root, '.cache');
  const progress = () => undefined;
  const redis = (name: string, port: number) => startRedis({ directory: at('parts', name), cache, port, progress });
  const [postgres, ...both] = await Promise.all([
    startPostgres({ directory: at('parts', 'postgres'), cache, port: base + 40, progress }),
    redis('cache', base + 41),
    redis('queue', base + 30),
  ]);
  servers.push(postgres, ...both);
  const addresses = translator(base);
  const places: readonly (readonly [RegExp, string])[] = [
    [/\/run\/secrets\//g, `${at('secrets')}/`],
    [/\/etc\/cardea\/cardea\.yaml/g, at('cardea.yaml')],
    [/\/app\//g, `${root}/`],
  ];
  translate = (text) => places.reduce((said, [there, ours]) => said.replace(there, ours), addresses(text));
  keys = makeSecrets(at('secrets'), postgres.dsn);
  writeFileSync(at('cardea.yaml'), translate(deployed('compose/cardea.yaml')));
  await bringUpAll(bringUp);
}, 300_000);

afterAll(async () => {
  for (const child of running.reverse()) child.kill('SIGTERM');
  await Promise.all(running.map(ended));
  for (const server of servers) await server.stop();
  removeParts({ directory: path.join(directory, 'parts', 'postgres') });
  rmSync(directory, { recursive: true, force: true });
}, 60_000);

test('a person logs in through the login app, and the client gets tokens that are active', async () => {
  const [issuer, admin, login] = [0, 1, 20].map((offset) => `http://127.0.0.1:${String(base + offset)}`) as [
    string,
    string,
    string,
  ];
  const { tokens, introspection } = await logIn({ issuer, admin, login, operatorKey: keys.operatorKey });
  expect(tokens).toMatchObject({ id_token: expect.any(String), refresh_token: expect.any(String) });
  expect(introspection).toMatchObject({ active: true, sub: 'ada' });
}, 120_000);

test('the admin API asks who somebody is, and the key of the login app opens its own doors only', async () => {
  const address = `http://127.0.0.1:${String(base + 1)}/admin/clients`;
  const { operatorKey, loginKey } = keys;
  expect((await fetch(address)).status).toBe(401);
  expect((await fetch(address, { headers: { authorization: `Bearer ${loginKey}` } })).status).toBe(403);
  for (const key of [operatorKey, loginKey]) expect(logs).not.toContain(key);
});
