// What clients may and may not say about themselves (hydra-wire §6).
import { describe, expect, test } from '@jest/globals';
import { emptyClient } from './document.js';
import type { ClientMetadata, ClientMetadataPolicy } from './metadata.js';
import { checkClientMetadata, defaultClientScope, isClientId, withClientDefaults } from './metadata.js';

const empty: ClientMetadata = { ...emptyClient(), clientId: 'app', redirectUris: ['https://app.example/cb'] };
const standard: ClientMetadataPolicy = {
  subjectTypes: ['public'],
  defaultScope: defaultClientScope,
  hydraCompat: false,
};
const json = (value: unknown) => Buffer.from(JSON.stringify(value));
const verdict = (change: Partial<ClientMetadata>, policy = standard) => {
  try {
    checkClientMetadata(withClientDefaults({ ...empty, ...change }, policy), policy);
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
    [{ accessTokenSignedResponseAlg: 'PS256' }, 'ok'],
    [{ accessTokenSignedResponseAlg: 'none' }, bad],
    [{ accessTokenSignedResponseAlg: 'HS256' }, bad],
    [{ idTokenSignedResponseAlg: 'ML-DSA-65', accessTokenSignedResponseAlg: 'ML-DSA-44' }, 'ok'],
    [{ requestObjectSigningAlg: 'ML-DSA-44' }, bad],
    [{ lifespans: { implicitGrantIdTokenMillis: -1 } }, bad],
    [{ lifespans: { implicitGrantIdTokenMillis: 0 } }, 'ok'],
    [{ applicationType: 'native' }, 'ok'],
    [{ applicationType: 'desktop' }, bad],
    [{ requestUris: ['https://app.example/request#hash'] }, 'ok'],
    [{ requestUris: ['ftp://app.example/request'] }, bad],
    [{ requestObjectSigningAlg: 'none' }, 'ok'],
    [{ requestObjectSigningAlg: 'HS256' }, bad],
    [{ backchannelLogoutUri: 'https://app.example/out#f' }, bad],
    [{ idTokenEncryptedResponseAlg: 'RSA-OAEP-256', jwksUri: 'https://app.example/jwks' }, 'ok'],
    [{ idTokenEncryptedResponseAlg: 'RSA-OAEP-256' }, bad],
    [{ idTokenEncryptedResponseAlg: 'RSA1_5', jwksUri: 'https://app.example/jwks' }, bad],
    [{ userinfoEncryptedResponseEnc: 'A128GCM' }, bad],
    [
      {
        userinfoEncryptedResponseAlg: 'ECDH-ES',
        userinfoEncryptedResponseEnc: 'A64GCM',
        jwksUri: 'https://app.example/jwks',
      },
      bad,
    ],
    [{ jwksJson: json({ keys: [{ kty: 'RSA', e: 'AQAB' }] }) }, bad],
    [{ jwksJson: json({ keys: [{ kty: 'EC', crv: 'P-256', x: 'x' }] }) }, bad],
    [{ jwksJson: json({ keys: [{ kty: 'OKP', crv: 'Ed25519', x: 'x' }] }) }, 'ok'],
    [{ jwksJson: json({ keys: [{ kty: 'a kind of the future' }] }) }, 'ok'],
    [{ jwksJson: json({ keys: ['x'] }) }, bad],
    [{ audience: ['a\0b'] }, bad],
  ])('%j: %s', (change, expected) => {
    expect(verdict(change)).toBe(expected);
  });
  test.each<[Partial<ClientMetadata>, string, string]>([
    [{ redirectUris: ['https://*.app.example/cb'] }, 'invalid_redirect_uri', 'ok'],
    [{ redirectUris: ['javascript:alert(1)//*'] }, 'invalid_redirect_uri', 'invalid_redirect_uri'],
    [{ redirectUris: ['/cb'] }, 'invalid_redirect_uri', 'invalid_redirect_uri'],
    [{ requestObjectSigningAlg: 'odd' }, bad, 'ok'],
    [{ subjectType: 'pairwise', redirectUris: ['https://a.example/', 'https://b.example/'] }, bad, 'ok'],
    [{ subjectType: 'pairwise', accessTokenStrategy: 'jwt', redirectUris: ['https://a.example/'] }, 'ok', bad],
    [{ subjectType: 'pairwise', redirectUris: ['https://a.example/1', 'https://a.example/2'] }, 'ok', 'ok'],
    [
      {
        subjectType: 'pairwise',
        redirectUris: ['https://a.example/', 'https://b.example/'],
        sectorIdentifierUri: 'https://a.example/sector',
      },
      'ok',
      'ok',
    ],
  ])('%j: %s, as Hydra %s', (change, expected, likeHydra) => {
    const policy = { ...standard, subjectTypes: ['public', 'pairwise'] };
    expect(verdict(change, policy)).toBe(expected);
    expect(verdict(change, { ...policy, hydraCompat: true })).toBe(likeHydra);
  });
  test('fills in what the operator decided', () => {
    const policy = { subjectTypes: ['pairwise', 'public'], defaultScope: 'openid read' };
    expect(withClientDefaults(empty, policy)).toMatchObject({ scope: 'openid read', subjectType: 'pairwise' });
  });
  test('fills in how an encrypted answer is encrypted, and takes slashes off origins', () => {
    const client = { ...empty, idTokenEncryptedResponseAlg: 'ECDH-ES', allowedCorsOrigins: ['https://a.example/'] };
    expect(withClientDefaults(client, standard)).toMatchObject({
      idTokenEncryptedResponseEnc: 'A128CBC-HS256',
      userinfoEncryptedResponseEnc: '',
      allowedCorsOrigins: ['https://a.example'],
    });
  });
  test('fills in what nobody said', () => {
    expect(withClientDefaults(empty, standard)).toMatchObject({
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
