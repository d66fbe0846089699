// What clients may and may not say about themselves (hydra-wire §6).
import { describe, expect, test } from '@jest/globals';
import type { ClientMetadata } from './metadata.js';
import { checkClientMetadata, isClientId, withClientDefaults } from './metadata.js';

const empty: ClientMetadata = {
  clientId: 'app',
  redirectUris: ['https://app.example/cb'],
  postLogoutRedirectUris: [],
  grantTypes: [],
  responseTypes: [],
  scope: '',
  audience: [],
  contacts: [],
  policyUri: '',
  tosUri: '',
  logoUri: '',
  clientUri: '',
  allowedCorsOrigins: [],
  subjectType: '',
  sectorIdentifierUri: '',
  jwksJson: new Uint8Array(),
  jwksUri: '',
  tokenEndpointAuthMethod: '',
  tokenEndpointAuthSigningAlg: '',
  idTokenSignedResponseAlg: '',
  userinfoSignedResponseAlg: '',
  frontchannelLogoutUri: '',
  backchannelLogoutUri: '',
  initiateLoginUri: '',
  metadataJson: new Uint8Array(),
  accessTokenStrategy: '',
};
const json = (value: unknown) => Buffer.from(JSON.stringify(value));
const verdict = (change: Partial<ClientMetadata>) => {
  try {
    checkClientMetadata(withClientDefaults({ ...empty, ...change }), { subjectTypes: ['public'] });
    return 'ok';
  } catch (error) {
    return (error as { code: string }).code;
  }
};
const bad = 'invalid_client_metadata';

describe('checkClientMetadata', () => {
  test.each<[Partial<ClientMetadata>, string]>([
    [{}, 'ok'],
    [{ clientId: 'any thing, ünd more' }, 'ok'],
    [{ clientId: '' }, bad],
    [{ clientId: 'a\nb' }, bad],
    [{ clientId: 'x'.repeat(256) }, bad],
    [{ redirectUris: ['https://app.example/cb#'] }, 'invalid_redirect_uri'],
    [{ redirectUris: ['javascript:alert(1)'] }, 'invalid_redirect_uri'],
    [{ redirectUris: ['com.example.app:/cb', 'http://127.0.0.1/cb'] }, 'ok'],
    [{ redirectUris: Array.from({ length: 101 }, (_, i) => `https://a.example/${String(i)}`) }, bad],
    [{ postLogoutRedirectUris: ['https://app.example/bye'] }, 'ok'],
    [{ postLogoutRedirectUris: ['https://app.example:8443/bye'] }, bad],
    [{ postLogoutRedirectUris: ['http://app.example/bye'] }, bad],
    [{ redirectUris: ['myapp://a/cb'], postLogoutRedirectUris: ['yourapp://a/cb'] }, bad],
    [{ scope: 'a b' }, 'ok'],
    [{ scope: 'a"b' }, bad],
    [{ logoUri: 'https://app.example/logo' }, 'ok'],
    [{ logoUri: 'javascript:alert(1)' }, bad],
    [{ policyUri: 'https://' }, bad],
    [{ allowedCorsOrigins: ['https://app.example', 'http://localhost:8080/', 'https://*.example.com'] }, 'ok'],
    [{ allowedCorsOrigins: ['https://app.example/path'] }, bad],
    [{ allowedCorsOrigins: ['https://user@app.example'] }, bad],
    [{ allowedCorsOrigins: ['*'] }, bad],
    [{ subjectType: 'pairwise' }, bad],
    [{ sectorIdentifierUri: 'http://app.example/sector' }, bad],
    [{ tokenEndpointAuthMethod: 'client_secret_jwt' }, 'ok'],
    [{ tokenEndpointAuthMethod: 'client_secret_jwt', tokenEndpointAuthSigningAlg: 'HS512' }, 'ok'],
    [{ tokenEndpointAuthMethod: 'client_secret_jwt', tokenEndpointAuthSigningAlg: 'ES256' }, bad],
    [{ tokenEndpointAuthSigningAlg: 'HS256' }, bad],
    [{ tokenEndpointAuthMethod: 'tls_client_auth' }, bad],
    [{ tokenEndpointAuthMethod: 'private_key_jwt' }, bad],
    [{ tokenEndpointAuthMethod: 'private_key_jwt', jwksUri: 'https://app.example/jwks' }, 'ok'],
    [{ jwksUri: 'https://app.example/jwks', jwksJson: json({ keys: [] }) }, bad],
    [{ jwksJson: json({ keys: [{ kty: 'EC', crv: 'P-256', x: 'x', y: 'y' }] }) }, 'ok'],
    [{ jwksJson: json({ keys: [{ kty: 'EC', crv: 'P-256', x: 'x', y: 'y', d: 'secret' }] }) }, bad],
    [{ jwksJson: json({ keys: [{ kty: 'oct', k: 'secret' }] }) }, bad],
    [{ jwksJson: json([]) }, bad],
    [{ jwksJson: json(null) }, bad],
    [{ jwksJson: Buffer.from('{') }, bad],
    [{ metadataJson: json('a string') }, 'ok'],
    [{ metadataJson: Buffer.from('{') }, bad],
    [{ metadataJson: Buffer.alloc(70_000, 0x20) }, bad],
    [{ accessTokenStrategy: 'JWT' }, 'ok'],
    [{ accessTokenStrategy: 'paseto' }, bad],
    [{ idTokenSignedResponseAlg: 'ES256', userinfoSignedResponseAlg: 'none' }, 'ok'],
    [{ idTokenSignedResponseAlg: 'none' }, bad],
    [{ userinfoSignedResponseAlg: 'HS256' }, bad],
    [{ lifespans: { x: -1 } }, bad],
    [{ lifespans: { x: 0 } }, 'ok'],
    [{ audience: ['a\0b'] }, bad],
  ])('%j: %s', (change, expected) => {
    expect(verdict(change)).toBe(expected);
  });
  test('fills in what nobody said', () => {
    expect(withClientDefaults(empty)).toMatchObject({
      scope: 'offline_access offline openid',
      subjectType: 'public',
      tokenEndpointAuthMethod: 'client_secret_basic',
      userinfoSignedResponseAlg: 'none',
    });
  });
  test('an id has no control characters and no lone surrogates', () => {
    expect(['a', 'é', ''].map(isClientId)).toEqual([true, true, false]);
    expect(['a\0', '\ud800', 'a\u0085'].map(isClientId)).toEqual([false, false, false]);
  });
});
