// Hashes, reserved names and lifetimes.
import { describe, expect, test } from '@jest/globals';
import type { Authorization } from './authorization.js';
import { idTokenClaimNames, leftHalfHash, userinfoClaims, withoutClaims } from './claims.js';
import { confirmationOf } from './introspection.js';
import { lifetimesOf } from './lifespan.js';

const authorization: Authorization = {
  grantId: 'g',
  clientId: 'app',
  subject: 's',
  clientSubject: 's',
  scopes: [],
  audience: [],
  sessionId: 'sid',
  authenticatedAt: 5,
  requestedAt: 4,
  acr: '1',
  amr: ['pwd'],
  nonce: 'n',
  proof: { kind: 'none' },
  accessTokenClaims: {},
  idTokenClaims: { email: 'a@b.c', iss: 'evil', nonce: 'evil', sub: 'evil' },
};

describe('leftHalfHash', () => {
  test('is the example of OpenID Connect Core A.3', () => {
    expect(leftHalfHash('RS256', 'jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y')).toBe('77QmUPtjPfzWtF2AnpK9RQ');
  });
  test.each([
    ['ES384', 32],
    ['PS512', 43],
    ['EdDSA', 43],
  ])('goes with the algorithm: %s', (algorithm, length) => {
    expect(leftHalfHash(algorithm, 'x')).toHaveLength(length);
  });
  test('knows no algorithm we do not sign with', () => {
    expect(() => leftHalfHash('HS256', 'x')).toThrow(RangeError);
  });
});

test('userinfo tells custom claims, and no reserved one by their hand', () => {
  expect(userinfoClaims(authorization)).toEqual({ email: 'a@b.c', rat: 4, auth_time: 5, acr: '1', amr: ['pwd'] });
  const bare = { ...authorization, acr: '', amr: [], authenticatedAt: 0, idTokenClaims: {} };
  expect(userinfoClaims(bare)).toEqual({ rat: 4 });
});

test('withoutClaims leaves the rest', () => {
  expect(withoutClaims({ sub: 1, __proto__x: 2, email: 3 }, idTokenClaimNames)).toEqual({ __proto__x: 2, email: 3 });
});

test('confirmation names the proof', () => {
  expect(confirmationOf(authorization)).toBeUndefined();
  expect(confirmationOf({ ...authorization, proof: { kind: 'dpop', thumbprint: 't' } })).toEqual({ jkt: 't' });
  expect(confirmationOf({ ...authorization, proof: { kind: 'mtls', thumbprint: 't' } })).toEqual({ 'x5t#S256': 't' });
});

describe('lifetimesOf', () => {
  const server = { access: 10, id: 20, refresh: -1 };
  const own = {
    authorizationCodeGrantAccessTokenMillis: 1,
    authorizationCodeGrantIdTokenMillis: 2,
    authorizationCodeGrantRefreshTokenMillis: 3,
    refreshTokenGrantAccessTokenMillis: 4,
    refreshTokenGrantIdTokenMillis: 5,
    refreshTokenGrantRefreshTokenMillis: 6,
    clientCredentialsGrantAccessTokenMillis: 7,
  };
  test.each([
    ['authorization_code', { access: 1, id: 2, refresh: 3 }],
    ['refresh_token', { access: 4, id: 5, refresh: 6 }],
    ['client_credentials', { access: 7, id: 20, refresh: Infinity }],
  ])('%s: the client, else the server', (grant, expected) => {
    expect(lifetimesOf(grant, own, server)).toEqual(expected);
    expect(lifetimesOf(grant, undefined, server)).toEqual({ access: 10, id: 20, refresh: Infinity });
  });
});
