// The public listener as profiles and settings have it: origins, methods, unknown paths, documents, TLS.
import type { clientOriginV1 } from '@cardea/rpc';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { StartedGateway } from './gateway.fixture.js';
import { startGateway } from './gateway.fixture.js';

let gateway: StartedGateway;
afterEach(() => gateway.stop());

const form = { 'content-type': 'application/x-www-form-urlencoded' };
const asked: clientOriginV1.CheckOriginRequest[] = [];
const start = (env: Record<string, string> = {}) => {
  asked.length = 0;
  return startGateway(
    {
      token: { revokeToken: async () => ({}) },
      origins: {
        checkOrigin: async (request) => {
          asked.push(request);
          return { allowed: request.origin === 'https://spa.test' };
        },
      },
    },
    env,
  );
};

const revoke = async (origin: string) => {
  const headers = { ...form, origin };
  const answer = await fetch(`${gateway.url}/oauth2/revoke`, {
    method: 'POST',
    headers,
    body: 'token=t&client_id=spa',
  });
  return { status: answer.status, origin: answer.headers.get('access-control-allow-origin') };
};

describe('origins that clients list', () => {
  test('may read what their client is answered, and preflight it', async () => {
    gateway = await start();
    expect(await revoke('https://spa.test')).toEqual({ status: 200, origin: 'https://spa.test' });
    expect(await revoke('https://evil.test')).toEqual({ status: 200, origin: null });
    const headers = { origin: 'https://spa.test', 'access-control-request-method': 'POST' };
    const preflight = await fetch(`${gateway.url}/oauth2/token`, { method: 'OPTIONS', headers });
    expect(preflight.headers.get('access-control-allow-origin')).toBe('https://spa.test');
    expect(asked).toEqual([
      { origin: 'https://spa.test', clientId: 'spa', accessToken: '' },
      { origin: 'https://evil.test', clientId: 'spa', accessToken: '' },
      { origin: 'https://spa.test', clientId: '', accessToken: '' },
    ]);
  });
  test.each([
    ['switched off', { SERVE_PUBLIC_CORS_ENABLED: 'false' }],
    ['not switched on in hydra-compat', { PROFILE: 'hydra-compat' }],
  ])('but not where CORS is %s', async (_how, env) => {
    gateway = await start(env);
    expect(await revoke('https://spa.test')).toEqual({ status: 200, origin: null });
    expect(asked).toEqual([]);
  });
});

describe('by profile', () => {
  const look = async (method: string, path: string) => {
    const answer = await fetch(gateway.url + path, { method, headers: { accept: 'application/json' } });
    const { headers } = answer;
    return { status: answer.status, allow: headers.get('allow'), cache: headers.get('cache-control') };
  };
  test('standard', async () => {
    gateway = await start();
    expect(await look('GET', '/oauth2/token')).toEqual({ status: 405, allow: 'POST', cache: 'no-store' });
    expect(await look('OPTIONS', '/oauth2/token')).toMatchObject({ status: 204, allow: 'POST' });
    expect(await look('GET', '/.well-known/jwks.json')).toMatchObject({ status: 200, cache: 'public, max-age=300' });
    expect(await look('GET', '/version')).toMatchObject({ status: 404 });
    expect(await look('GET', '/admin/clients')).toMatchObject({ status: 404 });
  });
  test('hydra-compat', async () => {
    gateway = await start({ PROFILE: 'hydra-compat' });
    const cache = 'private, no-cache, no-store, must-revalidate';
    expect(await look('GET', '/oauth2/token')).toEqual({ status: 404, allow: null, cache });
    expect(await look('HEAD', '/.well-known/jwks.json')).toMatchObject({ status: 200, cache: null });
    expect(await look('OPTIONS', '/oauth2/token')).toMatchObject({ status: 200 });
    expect(await look('OPTIONS', '/oauth2/auth')).toMatchObject({ status: 404 });
    expect(await look('GET', '/.well-known/jwks.json')).toMatchObject({ status: 200, cache });
  });
});

test('an issuer with a path has its documents in all three places, and HEAD and a slash too many change nothing', async () => {
  gateway = await start({ URLS_SELF_ISSUER: 'https://as.test/tenant', URLS_SELF_PUBLIC: 'https://as.test' });
  for (const path of [
    '/.well-known/openid-configuration',
    '/.well-known/oauth-authorization-server',
    '/.well-known/openid-configuration/tenant',
    '/.well-known/oauth-authorization-server/tenant',
    '/tenant/.well-known/openid-configuration',
    '/.well-known/openid-configuration/',
  ]) {
    const [whole, head] = [await fetch(gateway.url + path), await fetch(gateway.url + path, { method: 'HEAD' })];
    expect([whole.status, head.status]).toEqual([200, 200]);
    expect(head.headers.get('etag')).toBe(whole.headers.get('etag'));
    expect(whole.headers.get('access-control-allow-origin')).toBe('*');
    expect(whole.headers.get('access-control-allow-credentials')).toBeNull();
  }
});
