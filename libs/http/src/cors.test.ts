// Cross-origin browsers on a real server: who may read, what a preflight says, what is never said (security catalogue S12).
import { loadConfig } from '@cardea/service';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ServedApp } from './app.fixture.js';
import { serveRoutes } from './app.fixture.js';
import type { Route } from './route.js';
import type { ClaimedClient } from './cors.js';
import { createCors } from './cors.js';
import { readJson } from './body.js';
import { readForm, valueOf } from './form.js';
import { sendJson } from './send.js';

const asked: [string, ClaimedClient][] = [];
const routes: Route[] = [
  {
    path: '/token',
    cors: 'clients',
    post: async (request, response) =>
      sendJson(response, 200, { client: valueOf(await readForm(request), 'client_id') ?? null }),
  },
  { path: '/userinfo', cors: 'clients', get: (_request, response) => sendJson(response, 200, {}) },
  {
    path: '/json',
    cors: 'clients',
    post: async (request, response) => sendJson(response, 200, await readJson(request)),
  },
  { path: '/keys', cors: 'everyone', get: (_request, response) => sendJson(response, 200, {}) },
  { path: '/page', get: (_request, response) => sendJson(response, 200, {}) },
];

const settings = (env: Record<string, string>) =>
  loadConfig({
    env: Object.fromEntries(Object.entries(env).map(([name, value]) => [`SERVE_PUBLIC_CORS_${name}`, value])),
  }).serve.public.cors;

const serve = (env: Record<string, string>) =>
  serveRoutes({
    manner: 'oauth',
    routes,
    cors: createCors({
      settings: settings(env),
      allowedByClient: async (origin, client) => {
        asked.push([origin, client]);
        if (origin === 'https://broken.example') throw new Error('nobody knows');
        const known = client.clientId === undefined || client.clientId === 'spa';
        return origin === 'https://spa.example' && known && client.accessToken !== 'other';
      },
    }),
  });

interface Said {
  readonly status: number;
  readonly origin: string | null;
  readonly credentials: string | null;
  readonly vary: string | null;
  readonly headers: Headers;
}

async function say(
  app: ServedApp,
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body?: string,
): Promise<Said> {
  const { status, headers: said } = await fetch(app.url + path, { method, headers, ...(body ? { body } : {}) });
  const of = (name: string) => said.get(name);
  return {
    status,
    origin: of('access-control-allow-origin'),
    credentials: of('access-control-allow-credentials'),
    vary: of('vary'),
    headers: said,
  };
}

const preflight = (origin: string, headers = 'authorization', method = 'POST') => ({
  origin,
  'access-control-request-method': method,
  'access-control-request-headers': headers,
});
const form = { 'content-type': 'application/x-www-form-urlencoded' };

describe('origins of the installation and of clients', () => {
  let app: ServedApp;
  beforeAll(async () => {
    app = await serve({ ENABLED: 'true', ALLOWED_ORIGINS: 'https://app.example,https://*.wild.example', MAX_AGE: '9' });
  });
  afterAll(() => app.stop());

  test.each(['/token', '/page', '/nothing-here'])('a listed origin may read %s, and preflight it', async (path) => {
    const answer = await say(app, 'GET', path, { origin: 'https://app.example' });
    expect(answer).toMatchObject({ origin: 'https://app.example', credentials: 'true', vary: 'Origin' });
    expect(answer.headers.get('access-control-expose-headers')).toContain('Content-Type');
    const asks = await say(app, 'OPTIONS', path, preflight('https://app.example'));
    expect(asks).toMatchObject({ status: 204, origin: 'https://app.example', credentials: 'true' });
    expect(asks.headers.get('access-control-allow-methods')).toBe('POST');
    expect(asks.headers.get('access-control-allow-headers')).toBe('authorization');
    expect(asks.headers.get('access-control-max-age')).toBe('9');
    expect(asks.vary).toBe('Origin, Access-Control-Request-Method, Access-Control-Request-Headers');
  });

  test.each([
    'null',
    'http://app.example',
    'https://app.example:8443',
    'https://APP.example',
    'https://app.example.evil.example',
    'https://evilapp.example',
    'https://evilwild.example',
    'https://wild.example',
    'https://broken.example',
  ])('%s may read nothing and preflight nothing', async (origin) => {
    for (const answer of [
      await say(app, 'GET', '/page', { origin }),
      await say(app, 'GET', '/userinfo', { origin, authorization: 'Bearer x' }),
      await say(app, 'POST', '/token', { origin, ...form }, 'client_id=spa'),
      await say(app, 'OPTIONS', '/token', preflight(origin)),
      await say(app, 'OPTIONS', '/page', preflight(origin)),
    ]) {
      expect(answer.origin).toBeNull();
      expect(answer.credentials).toBeNull();
      expect(answer.headers.get('access-control-allow-methods')).toBeNull();
      expect(answer.vary).toContain('Origin');
    }
  });

  test.each([
    ['a method that is not allowed', preflight('https://app.example', 'authorization', 'BREW')],
    ['a header that is not allowed', preflight('https://app.example', 'authorization, x-unknown')],
  ])('%s is not promised', async (_what, headers) => {
    expect(await say(app, 'OPTIONS', '/token', headers)).toMatchObject({ status: 204, origin: null });
  });

  test('a cache is told that answers differ, even by a request that has no origin', async () => {
    expect(await say(app, 'GET', '/page')).toMatchObject({ origin: null, vary: 'Origin' });
  });

  test('what everybody may read says so itself', async () => {
    expect(await say(app, 'GET', '/keys', { origin: 'https://app.example' })).toMatchObject({
      origin: null,
      vary: null,
    });
  });

  test('a client’s own origin counts for that client, however it says who it is, and for preflights', async () => {
    const origin = 'https://spa.example';
    const basic = (id: string) => ({ origin, ...form, authorization: `Basic ${btoa(`${id}:secret`)}` });
    expect(await say(app, 'OPTIONS', '/token', preflight(origin))).toMatchObject({ status: 204, origin });
    expect(await say(app, 'POST', '/token', { origin, ...form }, 'client_id=spa')).toMatchObject({
      status: 200,
      origin,
    });
    expect(await say(app, 'POST', '/token', { origin, ...form }, 'client_id=other')).toMatchObject({ origin: null });
    expect(await say(app, 'POST', '/token', basic('spa'), 'a=b')).toMatchObject({ status: 200, origin });
    expect(await say(app, 'POST', '/token', basic('other'), 'a=b')).toMatchObject({ origin: null });
    expect(await say(app, 'POST', '/token', basic('%zz'), 'a=b')).toMatchObject({ status: 200, origin: null });
    expect(await say(app, 'GET', '/userinfo', { origin, authorization: 'Bearer mine' })).toMatchObject({ origin });
    expect(await say(app, 'GET', '/userinfo', { origin, authorization: 'Bearer other' })).toMatchObject({
      origin: null,
    });
    expect(await say(app, 'GET', '/page', { origin })).toMatchObject({ origin: null });
    // Who says nothing is nobody, and a body of another kind still reaches its handler.
    expect(await say(app, 'POST', '/token', { origin, ...form }, 'a=b')).toMatchObject({ status: 200, origin: null });
    expect(await say(app, 'GET', '/userinfo', { origin })).toMatchObject({ status: 200, origin: null });
    expect(await say(app, 'POST', '/json', { origin }, '{"a":1}')).toMatchObject({ status: 200, origin: null });
    // A form that cannot be read is refused as it would be without an origin.
    expect(await say(app, 'POST', '/token', { origin, ...form }, 'client_id=%zz')).toMatchObject({
      status: 400,
      origin: null,
    });
  });

  test('clients are not asked for what the installation allows, nor without an origin', async () => {
    asked.length = 0;
    await say(app, 'POST', '/token', { origin: 'https://app.example', ...form }, 'client_id=spa');
    await say(app, 'POST', '/token', form, 'client_id=spa');
    expect(asked).toEqual([]);
  });
});

test('clients alone: only their paths, and nothing about others', async () => {
  const app = await serve({});
  try {
    const origin = 'https://spa.example';
    expect(await say(app, 'GET', '/userinfo', { origin, authorization: 'Bearer mine' })).toMatchObject({
      origin,
      vary: 'Origin',
    });
    expect(await say(app, 'GET', '/page', { origin })).toMatchObject({ origin: null, vary: null });
    expect(await say(app, 'GET', '/userinfo')).toMatchObject({ origin: null, vary: null });
    expect(await say(app, 'OPTIONS', '/page', preflight(origin))).toMatchObject({ status: 204, origin: null });
  } finally {
    await app.stop();
  }
});

test('open to everyone is never open with credentials', async () => {
  const app = await serve({ ENABLED: 'true' });
  try {
    for (const answer of [
      await say(app, 'GET', '/page', { origin: 'https://any.example' }),
      await say(app, 'OPTIONS', '/token', preflight('https://any.example')),
    ])
      expect(answer).toMatchObject({ origin: '*', credentials: null });
    expect(await say(app, 'GET', '/page', { origin: 'null' })).toMatchObject({ origin: null });
  } finally {
    await app.stop();
  }
});
