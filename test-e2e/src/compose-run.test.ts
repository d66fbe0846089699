// What deploy/compose.yaml starts, started here as processes: the same programs with the same words, settings, secrets and order, only
// that names of containers are ports of this machine. Somebody logs in, and gets tokens.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { removeParts } from '@cardea/all';
import { createBrowserSession, locationOf } from './browser-session.js';
import { createAuthority } from './certificates.js';
import { basic, callback } from './clients.js';
import type { CreatedClient } from './clients.js';
import { compose, deployed, entryPointOf } from './compose-file.js';
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
const newKey = (): string => `cardea_ak_${randomBytes(32).toString('base64url')}`;
const [operatorKey, loginKey] = [newKey(), newKey()];
const running: ChildProcess[] = [];
const servers: (Postgres | Redis)[] = [];
let logs = '';
let base: number;
let translate: (text: string) => string;

/** What deploy/secrets.sh makes, by the same names. */
function makeSecrets(dsn: string): void {
  const put = (name: string, text: string) => writeFileSync(at('secrets', name), text, { mode: 0o600 });
  const hash = (key: string) => `sha256:${createHash('sha256').update(key).digest('hex')}`;
  put('dsn', dsn);
  put('system', randomBytes(32).toString('hex'));
  put('kek', randomBytes(32).toString('base64'));
  put('login-key', loginKey);
  const keys = [
    { name: 'login', hash: hash(loginKey), roles: ['login-ui'] },
    { name: 'operator', hash: hash(operatorKey), roles: ['operator', 'key-operator', 'introspector', 'auditor'] },
  ];
  put('admin.yaml', JSON.stringify({ serve: { admin: { authentication: { api_keys: keys } } } }));
  const authority = createAuthority(path.dirname(at('secrets', 'ca.pem')));
  for (const name of ['gateway', 'admin', 'token', 'worker', 'keys']) {
    authority.issue(name, { uri: `spiffe://cardea.local/${name}`, dns: name });
  }
}

/** The words of a container as words of a process of this machine. */
const here = (words: readonly string[]) => words.map((word) => translate(word));

/** Each container has ports of its own; here they share. */
const ports = (): Record<string, string> => ({
  SERVE_PUBLIC_PORT: String(base),
  SERVE_ADMIN_PORT: String(base + 1),
  ...Object.fromEntries(
    ['GATEWAY', 'ADMIN', 'TOKEN', 'WORKER', 'KEYS'].map((name, index) => [
      `SERVE_MANAGEMENT_${name}`,
      String(base + 10 + index),
    ]),
  ),
  LOGIN_PORT: String(base + 20),
});

function launch(name: string, words: readonly string[]): ChildProcess {
  const [, ...args] = here(words);
  const environment = compose.services[name]?.environment ?? {};
  const env = Object.fromEntries(Object.entries(environment).map(([key, value]) => [key, translate(value)]));
  const child = spawn(process.execPath, args, {
    env: { PATH: process.env['PATH'], ...ports(), ...env },
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

/** All of them, in the order in which they wait for each other. */
async function bringUpAll(): Promise<void> {
  const up = new Map<string, Promise<void>>();
  const start = (name: string): Promise<void> => {
    const known = up.get(name);
    if (known !== undefined) return known;
    const before = Object.keys(compose.services[name]?.depends_on ?? {}).map(start);
    const begun = Promise.all(before).then(() => bringUp(name));
    up.set(name, begun);
    return begun;
  };
  await Promise.all(Object.keys(compose.services).map(start));
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
  const local = (offset: number) => `127.0.0.1:${String(base + offset)}`;
  const places: readonly (readonly [RegExp, string])[] = [
    [/\/run\/secrets\//g, `${at('secrets')}/`],
    [/\/etc\/cardea\/cardea\.yaml/g, at('cardea.yaml')],
    [/\/app\//g, `${root}/`],
    [/\b(?:0\.0\.0\.0|token):4450\b/g, local(2)],
    [/\b(?:0\.0\.0\.0|keys):4451\b/g, local(3)],
    [/\blocalhost:4444\b/g, local(0)],
    [/\b(?:localhost|admin):4445\b/g, local(1)],
    [/\b(?:localhost|127\.0\.0\.1):3000\b/g, local(20)],
    [/\bcache:6379\b/g, local(41)],
    [/\bqueue:6379\b/g, local(30)],
    [/\b0\.0\.0\.0\b/g, '0.0.0.0'],
  ];
  translate = (text) => places.reduce((said, [there, ours]) => said.replace(there, ours), text);
  makeSecrets(postgres.dsn);
  writeFileSync(at('cardea.yaml'), translate(deployed('compose/cardea.yaml')));
  await bringUpAll();
}, 300_000);

afterAll(async () => {
  for (const child of running.reverse()) child.kill('SIGTERM');
  await Promise.all(running.map(ended));
  for (const server of servers) await server.stop();
  removeParts({ directory: path.join(directory, 'parts', 'postgres') });
  rmSync(directory, { recursive: true, force: true });
}, 60_000);

const admin = async <T>(method: string, at: string, body?: object): Promise<{ status: number; json: T }> => {
  const response = await fetch(`http://127.0.0.1:${String(base + 1)}${at}`, {
    method,
    headers: { authorization: `Bearer ${operatorKey}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { status: response.status, json: (await response.json()) as T };
};

/** The form of a page, filled in by what it says itself. */
function formOf(page: string): URLSearchParams {
  const form = new URLSearchParams();
  for (const [input] of page.matchAll(/<input\b[^>]*>/g)) {
    const name = /\bname="([^"]*)"/.exec(input)?.[1];
    const kept = /\btype="hidden"/.test(input) || /\bchecked\b/.test(input);
    if (name !== undefined && kept) form.append(name, /\bvalue="([^"]*)"/.exec(input)?.[1] ?? '');
  }
  return form;
}

test('a person logs in through the login app, and the client gets tokens that are active', async () => {
  const { status, json: client } = await admin<CreatedClient>('POST', '/admin/clients', {
    redirect_uris: [callback],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    scope: 'openid offline_access',
  });
  expect(status).toBe(201);
  const issuer = `http://127.0.0.1:${String(base)}`;
  const login = `http://127.0.0.1:${String(base + 20)}`;
  const browser = createBrowserSession();
  const query = new URLSearchParams({
    ...{ client_id: client.client_id, response_type: 'code', redirect_uri: callback },
    ...{ scope: 'openid offline_access', state: 'a state of some length' },
  });
  /** Follows until somebody shows a page, or the client is reached. */
  const follow = async (response: Response): Promise<{ url?: URL; page: string }> => {
    let current = response;
    for (let hops = 0; hops < 10; hops++) {
      if (current.status === 200) return { page: await current.text() };
      const location = new URL(await locationOf(current), login);
      if (location.href.startsWith(callback)) return { url: location, page: '' };
      current = await browser.visit(location.href);
    }
    throw new Error('redirected for ever');
  };
  const submit = async (page: string, action: string, filled: Record<string, string>) => {
    const body = formOf(page);
    for (const [name, value] of Object.entries({ ...filled, decision: 'accept' })) body.set(name, value);
    return follow(await browser.visit(`${login}${action}`, { method: 'POST', body, headers: { origin: login } }));
  };
  const atLogin = await follow(await browser.visit(`${issuer}/oauth2/auth?${query.toString()}`));
  const atConsent = await submit(atLogin.page, '/login', { username: 'ada', password: 'any password' });
  const { url } = await submit(atConsent.page, '/consent', {});
  const answer = await fetch(`${issuer}/oauth2/token`, {
    method: 'POST',
    headers: { authorization: basic(client) },
    body: new URLSearchParams({
      ...{ grant_type: 'authorization_code', redirect_uri: callback, code: url?.searchParams.get('code') ?? '' },
    }),
  });
  const tokens = (await answer.json()) as Record<string, string>;
  expect(tokens).toMatchObject({ id_token: expect.any(String), refresh_token: expect.any(String) });
  const introspection = await fetch(`http://127.0.0.1:${String(base + 1)}/admin/oauth2/introspect`, {
    method: 'POST',
    headers: { authorization: `Bearer ${operatorKey}` },
    body: new URLSearchParams({ token: tokens['access_token'] ?? '' }),
  });
  expect(await introspection.json()).toMatchObject({ active: true, sub: 'ada' });
}, 120_000);

test('the admin API asks who somebody is, and the key of the login app opens its own doors only', async () => {
  const address = `http://127.0.0.1:${String(base + 1)}/admin/clients`;
  expect((await fetch(address)).status).toBe(401);
  expect((await fetch(address, { headers: { authorization: `Bearer ${loginKey}` } })).status).toBe(403);
  for (const key of [operatorKey, loginKey]) expect(logs).not.toContain(key);
});
