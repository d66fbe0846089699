// `cardea doctor` at running services, whole and with parts broken: each failure names what mends it.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Finding } from '../findings/finding.js';
import type { Running } from '../running.fixture.js';
import { freePorts, run, startRunning } from '../running.fixture.js';

let running: Running;
const servers: (() => void)[] = [];

/** Somebody who answers, until the tests are over. */
async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  servers.push(() => server.close());
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
}

beforeAll(async () => {
  // As a login app does: of a challenge that nobody knows it says so.
  const app = await serve((request, response) => {
    response.statusCode = request.url?.includes('challenge') === true ? 404 : 400;
    response.end('a page');
  });
  running = await startRunning({ URLS_LOGIN: `${app}/login`, URLS_CONSENT: `${app}/consent` });
}, 60_000);
afterAll(async () => {
  await running.stop();
  for (const close of servers) close();
});

/** Asks the gateway and the admin API where they really are. */
async function doctor(change: Record<string, string> = {}): Promise<{ code: number; found: readonly Finding[] }> {
  const env = { ...running.env, CARDEA_ADMIN_URL: running.admin, ...change };
  const { code, out, err } = await run(['doctor', '--format', 'json'], { env });
  if (out === '') throw new Error(err);
  return { code, found: (JSON.parse(out) as { findings: Finding[] }).findings };
}
const wrongs = (found: readonly Finding[]) =>
  found.filter(({ verdict }) => verdict === 'wrong').map(({ about }) => about);

test('an installation that is well, with Redis and a real signature', async () => {
  const { code, found } = await doctor({ REDIS_URL: process.env['CARDEA_TEST_REDIS_URL'] ?? '' });
  expect(wrongs(found)).toEqual([]);
  expect(code).toBe(0);
  expect(found).toContainEqual(expect.objectContaining({ about: 'cookies', verdict: 'note' }));
  for (const about of ['postgres', 'clock', 'schema', 'redis', 'signature', 'issuer', 'urls.login', 'urls.consent']) {
    expect(found).toContainEqual(expect.objectContaining({ verdict: 'ok', about }));
  }
});

test('for people it goes on line by line', async () => {
  const { code, out } = await run(['doctor'], { env: running.env });
  expect(out).toMatch(/PostgreSQL\n {2}ok +postgres[\s\S]*keys\n[\s\S]*Nothing is wrong\./);
  expect(out).toMatch(/WARNING +redis\.url[\s\S]*why: [\s\S]*fix: /);
  expect(code).toBe(0);
  expect((await run(['doctor', '--strict'], { env: running.env })).code).toBe(1);
});

const [nowhere] = await freePorts(1);
const gone = `127.0.0.1:${String(nowhere)}`;

test.each<[string, string, Record<string, string>]>([
  ['PostgreSQL is gone', 'postgres', { DSN: `postgres://cardea@${gone}/cardea` }],
  ['Redis is gone', 'redis', { REDIS_URL: `redis://${gone}` }],
  ['the keys service is gone', 'keys', { SERVE_KEYS_ADDRESS: gone }],
  ['the gateway is gone', 'issuer', { URLS_SELF_ISSUER: `http://${gone}` }],
  ['the login app is at another port', 'urls.login', { URLS_LOGIN: `http://${gone}/login` }],
  ['the gateway that runs has another issuer', 'issuer', {}],
])('%s', async (name, about, change) => {
  const other = name.includes('another issuer')
    ? { URLS_SELF_ISSUER: running.public.replace('127.0.0.1', 'localhost') }
    : change;
  const { code, found } = await doctor(other);
  expect(code).toBe(1);
  const finding = found.find((each) => each.about === about && each.verdict === 'wrong');
  expect(finding).toMatchObject({ fix: expect.any(String) });
});

test('a database without the tables', async () => {
  const { found } = await doctor({ DSN: process.env['CARDEA_TEST_DSN'] ?? '' });
  expect(found.find(({ about }) => about === 'schema')).toMatchObject({ verdict: 'wrong', fix: 'cardea migrate up' });
});

test('a clock that is wrong', async () => {
  const { issuer, path } = { issuer: '', path: '/.well-known/openid-configuration' };
  const base = await serve((request, response) => {
    response.setHeader('date', new Date(Date.now() + 60_000).toUTCString());
    response.statusCode = request.url === path ? 200 : 404;
    response.end(JSON.stringify({ issuer }));
  });
  const { found } = await doctor({ URLS_SELF_ISSUER: base });
  expect(found).toContainEqual(
    expect.objectContaining({ verdict: 'wrong', about: 'clock', says: expect.stringMatching(/\d+ s ahead/) }),
  );
});

test('an admin API that the proxy lets everybody reach', async () => {
  const base = await serve((request, response) => {
    response.end(request.url?.startsWith('/admin/clients') === true ? '[]' : JSON.stringify({ issuer: '' }));
  });
  const { found } = await doctor({ URLS_SELF_ISSUER: base });
  expect(found).toContainEqual(expect.objectContaining({ verdict: 'wrong', about: 'admin' }));
});

test('a port that somebody else has', async () => {
  const base = await serve((_request, response) => {
    response.statusCode = 404;
    response.end();
  });
  const { found } = await doctor({ SERVE_MANAGEMENT_GATEWAY: new URL(base).port });
  expect(found).toContainEqual(
    expect.objectContaining({ verdict: 'wrong', about: 'gateway', fix: expect.stringContaining('ss -ltnp') }),
  );
});

test('a login is begun for a client that is there, and its cookie looked at', async () => {
  expect(await running.cardea(['create', 'client', '--redirect-uri', 'https://app.test/callback'])).toMatchObject({
    code: 0,
  });
  const { found } = await doctor();
  expect(found).toContainEqual(
    expect.objectContaining({ about: 'cookies', verdict: 'ok', says: expect.stringContaining('ory_hydra_login_csrf') }),
  );
});

test('a login app that has no such page is asked about', async () => {
  const base = await serve((_request, response) => {
    response.statusCode = 404;
    response.end();
  });
  const { found } = await doctor({ URLS_LOGIN: `${base}/logn` });
  expect(found).toContainEqual(expect.objectContaining({ about: 'urls.login', verdict: 'warning' }));
});

test('a signer that keeps its keys elsewhere than the settings say', async () => {
  const { found } = await doctor({ HSM_ENABLED: 'true' });
  expect(found).toContainEqual(
    expect.objectContaining({
      about: 'signature',
      verdict: 'warning',
      says: expect.stringContaining('hsm.enabled is true'),
    }),
  );
});
