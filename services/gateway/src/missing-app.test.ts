// A person is told by a page of ours that an app on this machine is not there, and nobody else is kept from going on.
import { describe, expect, test } from '@jest/globals';
import type { authorizationV1 } from '@cardea/rpc';
import type { StartedGateway } from './gateway.fixture.js';
import { startGateway } from './gateway.fixture.js';

let answer: () => authorizationV1.AuthorizeResponse;

describe('an app on this machine that is not there', () => {
  const env = {
    URLS_SELF_ISSUER: 'http://127.0.0.1:4444',
    SERVE_PUBLIC_HOST: '127.0.0.1',
    URLS_ERROR: 'https://ui.test/error',
  };
  /** Nobody listens at port 1, and the gateway itself somewhere. */
  const at = async (started: StartedGateway, location: string, dest = 'document') => {
    answer = () => ({ next: { $case: 'interaction', value: { location } }, setCookies: [] });
    const headers = { 'sec-fetch-dest': dest };
    const response = await fetch(`${started.url}/oauth2/auth?client_id=a`, { redirect: 'manual', headers });
    return new URL(response.headers.get('location') ?? '');
  };
  const handlers = { authorization: { authorize: async () => answer() } };

  test('is missed before a person is sent there, with the setting and the fix', async () => {
    const local = await startGateway(handlers, env);
    try {
      for (const page of ['login', 'consent']) {
        const shown = await at(local, `http://localhost:1/${page}?${page}_challenge=c`);
        expect(Object.fromEntries(shown.searchParams)).toMatchObject({
          error: 'temporarily_unavailable',
          error_description: `Nobody listens at http://localhost:1, where urls.${page} sends people: start your app there, or set urls.${page} to where it listens.`,
        });
      }
      for (const [location, dest] of [
        [`${local.url}/login?login_challenge=c`, 'document'],
        ['http://127.0.0.1:1/login?login_challenge=c', 'empty'],
        ['https://ui.test/login?login_challenge=c', 'document'],
        ['http://127.0.0.1:1/elsewhere', 'document'],
      ] as const) {
        expect((await at(local, location, dest)).href).toBe(location);
      }
    } finally {
      await local.stop();
    }
  });

  test.each([
    ['others reach the gateway', { SERVE_PUBLIC_HOST: '0.0.0.0' }],
    ['browsers reach it by another name', { URLS_SELF_ISSUER: 'https://as.test' }],
    ['answers are Hydra’s', { PROFILE: 'hydra-compat' }],
  ])('is nobody’s business where %s', async (_name, more) => {
    const started = await startGateway(handlers, { ...env, ...more });
    try {
      const location = 'http://127.0.0.1:1/login?login_challenge=c';
      expect((await at(started, location)).href).toBe(location);
    } finally {
      await started.stop();
    }
  });
});
