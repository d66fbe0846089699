// What a device may ask for, as a table (RFC 8628 §3.1).
import { expect, test } from '@jest/globals';
import type { OAuthError } from '../errors.js';
import type { GrantClient } from '../grants/grant.js';
import { deviceGrantType } from '../grants/device-code.js';
import { readDeviceRequest } from './request.js';

const tv: GrantClient = {
  clientId: 'tv',
  grantTypes: [deviceGrantType],
  scope: 'openid a.*',
  audience: ['https://api.example'],
  tokenEndpointAuthMethod: 'none',
};
const phone = { ...tv, grantTypes: ['authorization_code'] };

function told(client: GrantClient, parameters: object, hydraCompat = false): unknown {
  const policy = { scopeStrategy: 'wildcard', hydraCompat } as const;
  try {
    return readDeviceRequest(client, new Map(Object.entries(parameters)), policy);
  } catch (error) {
    return (error as OAuthError).code;
  }
}

test.each<[string, GrantClient, object, unknown, unknown]>([
  ['nothing', tv, { client_id: 'tv' }, { scopes: [], audience: [] }, { scopes: [], audience: [] }],
  [
    'scopes and an audience',
    tv,
    { client_id: 'tv', scope: 'openid a.b openid', audience: 'https://api.example/v1' },
    { scopes: ['openid', 'a.b'], audience: ['https://api.example/v1'] },
    { scopes: ['openid', 'a.b'], audience: ['https://api.example/v1'] },
  ],
  ['no client_id', tv, {}, { scopes: [], audience: [] }, 'invalid_request'],
  ['the client_id of another', tv, { client_id: 'x' }, 'invalid_request', 'invalid_request'],
  ['a scope that is not registered', tv, { client_id: 'tv', scope: 'b' }, 'invalid_scope', 'invalid_scope'],
  ['a foreign audience', tv, { client_id: 'tv', audience: 'https://x.example' }, 'invalid_request', 'invalid_request'],
  ['a client without the grant', phone, { client_id: 'tv' }, 'unauthorized_client', 'invalid_grant'],
])('%s', (_name, client, parameters, standard, compat) => {
  expect(told(client, parameters)).toEqual(standard);
  expect(told(client, parameters, true)).toEqual(compat);
});
