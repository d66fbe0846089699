// Answers of the admin API in `profile: hydra-compat`: bodies and caching are Hydra's to the letter, and the id of an error
// travels in a header (hydra-wire §0, §2).
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { OAuthError } from '@cardea/oauth';
import { clientV1, interactionV1, introspectionV1 } from '@cardea/rpc';
import type { StartedAdmin } from './admin.fixture.js';
import { startAdmin } from './admin.fixture.js';

let admin: StartedAdmin;
const client = clientV1.Client.create({ clientId: 'rp' });
const stored = { client, version: 1, clientSecret: '', registrationAccessToken: 'rat' };

beforeAll(async () => {
  admin = await startAdmin(
    {
      clients: {
        createClient: () => Promise.resolve(stored),
        listClients: () => Promise.resolve({ clients: [], nextPageToken: '', firstPageToken: '' }),
        getClient: ({ clientId }) => {
          if (clientId === 'nobody') throw new OAuthError('not_found');
          return Promise.resolve(stored);
        },
        setClient: () => Promise.resolve(stored),
        deleteClient: () => Promise.resolve({}),
        rotateClientSecret: () => Promise.resolve({ client, clientSecret: 'new' }),
        setClientLifespans: () => Promise.resolve({ client }),
      },
      interactions: {
        getLoginRequest: ({ challenge }) => {
          if (challenge === 'handled')
            throw new OAuthError('request_handled', undefined, { redirectTo: 'https://as.test/on' });
          return Promise.resolve(interactionV1.GetLoginRequestResponse.create({ challenge, client }));
        },
        acceptLoginRequest: () => Promise.resolve({ redirectTo: 'https://as.test/next' }),
      },
      introspection: {
        introspect: () =>
          Promise.resolve(
            introspectionV1.IntrospectResponse.create({
              active: true,
              clientId: 'rp',
              subject: 's',
              tokenUse: 'access_token',
            }),
          ),
      },
      keys: {
        getJsonWebKeys: () => Promise.resolve({ jwksJson: [] }),
        createJsonWebKey: () => Promise.resolve({ jwkJson: Buffer.from('{"kty":"EC"}') }),
      },
    },
    { PROFILE: 'hydra-compat', URLS_SELF_ISSUER: 'https://id.example/' },
  );
});
afterAll(() => admin.stop());

const long = 'private, no-cache, no-store, must-revalidate';
const form = new URLSearchParams({ token: 't' });

describe('caching', () => {
  test.each<[string, string, unknown, number, string | null, string | null]>([
    ['GET', '/admin/clients', undefined, 200, long, null],
    ['HEAD', '/admin/clients', undefined, 200, null, null],
    ['GET', '/admin/clients/nobody', undefined, 404, long, null],
    ['GET', '/admin/version', undefined, 200, long, null],
    ['GET', '/admin/openapi.json', undefined, 200, long, null],
    ['GET', '/admin/metrics/prometheus', undefined, 200, long, null],
    ['GET', '/admin/keys/mine', undefined, 200, long, null],
    ['GET', '/admin/oauth2/auth/requests/login?login_challenge=c', undefined, 200, long, null],
    ['PUT', '/admin/oauth2/auth/requests/login/accept?login_challenge=c', { subject: 's' }, 200, null, null],
    ['PUT', '/admin/clients/rp', {}, 200, null, null],
    ['PUT', '/admin/clients/rp/lifespans', {}, 200, null, null],
    ['POST', '/admin/clients', '{', 400, null, null],
    ['DELETE', '/admin/clients/rp', undefined, 204, null, null],
    // Where Hydra says nothing of an answer with a secret, or with what a token is worth, nobody keeps it all the same.
    ['POST', '/admin/clients', {}, 201, 'no-store', 'no-cache'],
    ['PUT', '/admin/clients/rp', { client_secret: 'chosen-by-me' }, 200, 'no-store', 'no-cache'],
    ['POST', '/admin/clients/rp/secrets/rotate', undefined, 200, 'no-store', 'no-cache'],
    ['POST', '/admin/keys/mine', { alg: 'ES256' }, 201, 'no-store', 'no-cache'],
    ['POST', '/admin/oauth2/introspect', form, 200, 'no-store', 'no-cache'],
    ['POST', '/admin/oauth2/introspect', new URLSearchParams(), 400, 'no-store', 'no-cache'],
  ])('%s %s with %j is %i, %s, %s', async (method, path, body, status, cacheControl, pragma) => {
    const answer = await admin.call(method, path, body);
    const { headers } = answer;
    expect([answer.status, headers.get('cache-control'), headers.get('pragma')]).toEqual([
      status,
      cacheControl,
      pragma,
    ]);
  });
});

describe('errors', () => {
  test.each<[string, number, object]>([
    ['/admin/clients/nobody', 404, { error: 'Unable to locate the resource', error_description: '' }],
    ['/admin/oauth2/auth/requests/login?login_challenge=handled', 410, { redirect_to: 'https://as.test/on' }],
    [
      '/admin/oauth2/auth/requests/login',
      400,
      { error: 'invalid_request', error_description: 'The query parameter login_challenge is missing.' },
    ],
  ])('%s', async (path, status, body) => {
    const answer = await admin.call('GET', path);
    expect([answer.status, answer.json, answer.headers.get('content-type')]).toEqual([
      status,
      body,
      'application/json',
    ]);
    expect(answer.headers.get('cardea-error-id')).toMatch(/^\w{16,}$/);
  });

  test('of the introspection endpoint are OAuth’s', async () => {
    const answer = await admin.call('POST', '/admin/oauth2/introspect', new URLSearchParams());
    expect(answer.headers.get('content-type')).toBe('application/json;charset=UTF-8');
    expect(Object.keys(answer.json as object)).toEqual(['error', 'error_description']);
  });

  test('the OpenAPI document says where the id is', async () => {
    const { components, paths } = (await admin.call('GET', '/admin/openapi.json')).json as {
      components: { schemas: Record<string, { required: string[] }> };
      paths: Record<string, { get: { responses: { default: object } } }>;
    };
    expect(components.schemas['errorOAuth2']?.required).toEqual(['error', 'error_description']);
    expect(paths['/admin/clients']?.get.responses.default).toHaveProperty('headers.Cardea-Error-Id');
  });
});
