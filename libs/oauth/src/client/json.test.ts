// Client JSON: members, both ways, as Hydra's API has them.
import { describe, expect, test } from '@jest/globals';
import { emptyClient } from './document.js';
import { clientJson, readClient, readLifespans } from './json.js';

const lifespans = Object.fromEntries(
  [
    'authorization_code_grant_access_token',
    'authorization_code_grant_id_token',
    'authorization_code_grant_refresh_token',
    'client_credentials_grant_access_token',
    'implicit_grant_access_token',
    'implicit_grant_id_token',
    'jwt_bearer_grant_access_token',
    'refresh_token_grant_id_token',
    'refresh_token_grant_access_token',
    'refresh_token_grant_refresh_token',
    'device_authorization_grant_id_token',
    'device_authorization_grant_access_token',
    'device_authorization_grant_refresh_token',
  ].map((name) => [`${name}_lifespan`, null]),
);

/** What Hydra answers for a client of `{}`, read back. */
const minimal = {
  client_id: 'id',
  client_name: '',
  redirect_uris: [],
  grant_types: [],
  response_types: [],
  scope: 'offline_access offline openid',
  audience: [],
  owner: '',
  policy_uri: '',
  allowed_cors_origins: [],
  tos_uri: '',
  client_uri: '',
  logo_uri: '',
  contacts: [],
  client_secret_expires_at: 0,
  subject_type: 'public',
  jwks: {},
  token_endpoint_auth_method: 'client_secret_basic',
  userinfo_signed_response_alg: 'none',
  created_at: '2026-01-02T03:04:05Z',
  updated_at: '2026-01-02T03:04:05.678Z',
  metadata: {},
  skip_consent: false,
  skip_logout_consent: null,
  ...lifespans,
};

const stored = {
  ...emptyClient(),
  clientId: 'id',
  scope: 'offline_access offline openid',
  subjectType: 'public',
  tokenEndpointAuthMethod: 'client_secret_basic',
  userinfoSignedResponseAlg: 'none',
  createdAt: new Date('2026-01-02T03:04:05.678Z'),
  updatedAt: new Date('2026-01-02T03:04:05.678Z'),
};

describe('writing', () => {
  test('a minimal client, in Hydra’s order', () => {
    expect(clientJson(stored)).toEqual(minimal);
    expect(Object.keys(clientJson(stored))).toEqual(Object.keys(minimal));
  });

  test('right after a body, lists it did not have are null; those it had are as sent', () => {
    expect(clientJson(stored, {})).toEqual({
      ...minimal,
      redirect_uris: null,
      grant_types: null,
      response_types: null,
      contacts: null,
    });
    expect(clientJson(stored, { contacts: [], grant_types: null })).toMatchObject({
      contacts: [],
      grant_types: null,
      redirect_uris: null,
    });
  });
});

const full = {
  client_id: 'full',
  client_name: 'Full',
  redirect_uris: ['https://c.test/cb', 'com.example.app:/cb'],
  grant_types: ['authorization_code'],
  response_types: ['code'],
  scope: 'openid read',
  audience: ['https://api.test'],
  owner: 'o',
  policy_uri: 'https://c.test/p',
  allowed_cors_origins: ['https://c.test'],
  tos_uri: 'https://c.test/t',
  client_uri: 'https://c.test',
  logo_uri: 'https://c.test/l',
  contacts: ['a@c.test'],
  subject_type: 'pairwise',
  sector_identifier_uri: 'https://c.test/s',
  jwks: { keys: [{ kty: 'EC', crv: 'P-256', x: 'x', y: 'y' }] },
  jwks_uri: 'https://c.test/j',
  token_endpoint_auth_method: 'private_key_jwt',
  token_endpoint_auth_signing_alg: 'ES256',
  request_uris: ['https://c.test/r'],
  request_object_signing_alg: 'ES256',
  id_token_signed_response_alg: 'ES256',
  userinfo_signed_response_alg: 'RS256',
  frontchannel_logout_uri: 'https://c.test/f',
  frontchannel_logout_session_required: true,
  backchannel_logout_uri: 'https://c.test/b',
  backchannel_logout_session_required: true,
  logout_revokes_tokens: false,
  post_logout_redirect_uris: ['https://c.test/out'],
  metadata: { tier: 1, nested: { a: [1] } },
  access_token_strategy: 'jwt',
  skip_consent: true,
  skip_logout_consent: false,
  default_max_age: 60,
  default_acr_values: ['1'],
  id_token_encrypted_response_alg: 'RSA-OAEP-256',
  id_token_encrypted_response_enc: 'A256GCM',
  userinfo_encrypted_response_alg: 'ECDH-ES',
  userinfo_encrypted_response_enc: 'A128CBC-HS256',
  require_auth_time: true,
  application_type: 'native',
  initiate_login_uri: 'https://c.test/i',
};

describe('reading', () => {
  test('everything a caller may say comes back as it was said', () => {
    const json = clientJson(readClient(full).client);
    expect(json).toMatchObject(full);
    // Nothing beside it but what a caller cannot say.
    const own = Object.keys(json).filter((member) => !(member in full) && !(member in lifespans));
    expect(own).toEqual(['client_secret_expires_at']);
  });

  test('what we write can be sent back unchanged', () => {
    const { createdAt: _created, updatedAt: _updated, ...rest } = stored;
    expect(readClient(clientJson(stored)).client).toMatchObject(rest);
  });

  test('unknown, null and read-only members change nothing', () => {
    const nothing = readClient({}).client;
    const sent = {
      unknown_member: 1,
      scope: null,
      redirect_uris: null,
      skip_consent: null,
      jwks: {},
      metadata: {},
      created_at: '2001-01-01T00:00:00Z',
      client_secret_expires_at: 17,
    };
    expect(readClient(sent).client).toEqual(nothing);
    expect(readClient(JSON.parse('{"__proto__":{"scope":"admin"}}')).client).toEqual(nothing);
  });

  test('the secret is taken aside', () => {
    const { client, secret } = readClient({ client_secret: 'canary' });
    expect(secret).toBe('canary');
    expect(JSON.stringify(client)).not.toContain('canary');
    expect(JSON.stringify(clientJson(client))).not.toContain('canary');
  });

  test.each<[string, unknown, number, string]>([
    ['hours', '31h', 111_600_000, '31h0m0s'],
    ['mixed', '1h30m', 5_400_000, '1h30m0s'],
    ['milliseconds', '250ms', 250, '250ms'],
    ['zero', '0', 0, '0s'],
  ])('a lifespan of %s', (_name, text, millis, written) => {
    const { client } = readClient({ client_credentials_grant_access_token_lifespan: text });
    expect(client.lifespans?.clientCredentialsGrantAccessTokenMillis).toBe(millis);
    expect(clientJson(client)['client_credentials_grant_access_token_lifespan']).toBe(written);
  });

  test.each<[unknown]>([
    [{ scope: ['a'] }],
    [{ redirect_uris: 'https://c.test' }],
    [{ grant_types: [1] }],
    [{ skip_consent: 'yes' }],
    [{ skip_logout_consent: 1 }],
    [{ logout_revokes_tokens: 'yes' }],
    [{ client_secret: 1 }],
    [{ default_max_age: 'x' }],
    [{ default_max_age: 1.5 }],
    [{ implicit_grant_id_token_lifespan: 3600 }],
    [{ implicit_grant_id_token_lifespan: 'soon' }],
    [{ implicit_grant_id_token_lifespan: '1d' }],
    [{ implicit_grant_id_token_lifespan: '-1h' }],
    [[]],
    ['text'],
    [null],
  ])('refuses %j', (body) => {
    expect(() => readClient(body)).toThrow(expect.objectContaining({ code: 'invalid_request', status: 400 }));
  });

  test('metadata may be any JSON', () => {
    for (const metadata of ['text', [1], 7, false]) {
      expect(clientJson(readClient({ metadata }).client)['metadata']).toEqual(metadata);
    }
  });
});

test('lifespans are read alone', () => {
  expect(readLifespans({ implicit_grant_id_token_lifespan: '1h', scope: 7 })).toEqual({
    implicitGrantIdTokenMillis: 3_600_000,
  });
  expect(readLifespans({})).toBeUndefined();
  expect(() => readLifespans([])).toThrow(expect.objectContaining({ code: 'invalid_request' }));
});
