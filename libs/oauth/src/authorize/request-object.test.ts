// Request objects as a table: what is refused, and which request remains of object and parameters (OpenID Connect Core §6,
// RFC 9101; security catalogue E).
import { describe, expect, test } from '@jest/globals';
import type { OAuthError } from '../errors.js';
import type { UnverifiedJwt } from '../jwt.js';
import type { RequestObjectClient, RequestObjectRules } from './request-object.js';
import { checkRequestObjectHeader, checkRequestUri, mergeRequestObject, requestObjectUse } from './request-object.js';

const client: RequestObjectClient = {
  clientId: 'app',
  requestUris: ['https://app.example/ro#hash', 'https://app.example/two'],
  requestObjectSigningAlg: '',
};
const now = 1_700_000_000;
const rules: RequestObjectRules = { issuer: 'https://as.test', merge: 'oidc', unsigned: false, now };
const outer = new Map([
  ['client_id', 'app'],
  ['response_type', 'code'],
  ['scope', 'openid'],
  ['state', 'outer'],
  ['request', 'x.y.z'],
]);
const verdict = (run: () => unknown) => {
  try {
    run();
    return 'ok';
  } catch (error) {
    return (error as OAuthError).code;
  }
};

describe('refused or not', () => {
  const bad = 'invalid_request_object';
  test.each<[string, Record<string, unknown>, string, string, string]>([
    // name, claims, then the verdicts by OpenID Connect, RFC 9101 and Hydra
    ['nothing but itself', { client_id: 'app' }, 'ok', 'ok', 'ok'],
    ['E15 no expiry', { client_id: 'app', exp: undefined }, 'ok', bad, 'ok'],
    ['E15 good for an hour', { client_id: 'app', exp: now + 3600 }, 'ok', 'ok', 'ok'],
    ['E15 good for two days', { client_id: 'app', exp: now + 172_800 }, 'ok', bad, 'ok'],
    ['no client_id', {}, 'ok', bad, 'ok'],
    ['another client', { client_id: 'eve' }, bad, bad, 'ok'],
    ['E15 another issuer', { client_id: 'app', iss: 'eve' }, bad, bad, 'ok'],
    ['its client as issuer', { client_id: 'app', iss: 'app' }, 'ok', 'ok', 'ok'],
    ['E15 another audience', { client_id: 'app', aud: 'https://other.test' }, bad, bad, 'ok'],
    ['us among others', { client_id: 'app', aud: ['https://other.test', 'https://as.test'] }, 'ok', 'ok', 'ok'],
    ['an assertion', { client_id: 'app', sub: 'app' }, bad, bad, 'ok'],
    ['E15 expired', { client_id: 'app', exp: now - 60 }, bad, bad, bad],
    ['expired within what clocks differ by', { client_id: 'app', exp: now - 59 }, 'ok', 'ok', 'ok'],
    ['E15 two minutes too early', { client_id: 'app', nbf: now + 120 }, bad, bad, bad],
    ['E15 not yet', { client_id: 'app', nbf: now + 61 }, bad, bad, bad],
    ['E15 a time that is none', { client_id: 'app', exp: 'tomorrow' }, bad, bad, bad],
    ['one inside another', { client_id: 'app', request: 'a.b.c' }, bad, bad, bad],
    ['an address inside', { client_id: 'app', request_uri: 'https://app.example/two' }, bad, bad, bad],
    ['another response_type', { client_id: 'app', response_type: 'token' }, bad, 'ok', 'ok'],
    ['a NUL', { client_id: 'app', state: 'a\0b' }, bad, bad, bad],
  ])('%s', (_name, claims, oidc, jar, hydra) => {
    const by = (merge: 'oidc' | 'jar' | 'hydra') =>
      verdict(() => mergeRequestObject(outer, { exp: now + 60, ...claims }, client, { ...rules, merge }));
    expect([by('oidc'), by('jar'), by('hydra')]).toEqual([oidc, jar, hydra]);
  });
});

describe('what remains', () => {
  const merged = (claims: Record<string, unknown>, merge: 'oidc' | 'jar' | 'hydra' = 'oidc') =>
    Object.fromEntries(
      mergeRequestObject(outer, { client_id: 'app', exp: now + 60, ...claims }, client, { ...rules, merge }),
    );

  test('its own parameters win, the others stay, the object goes', () => {
    expect(merged({ state: 'inner', scope: 'openid photos', iss: 'app', jti: '1' })).toEqual({
      client_id: 'app',
      response_type: 'code',
      scope: 'openid photos',
      state: 'inner',
    });
  });

  test('by RFC 9101 only what is inside counts', () => {
    expect(merged({ state: 'inner', response_type: 'code' }, 'jar')).toEqual({
      client_id: 'app',
      response_type: 'code',
      state: 'inner',
    });
  });

  test('Hydra adds scopes up, and never believes another client_id', () => {
    expect(merged({ scope: 'photos openid', client_id: 'eve' }, 'hydra')).toMatchObject({
      scope: 'openid photos',
      client_id: 'app',
    });
  });

  test.each<[unknown, string | undefined]>([
    [3600, '3600'],
    [10_000_000, '10000000'],
    [0, '0'],
    ['3600', '3600'],
    [['a', 'b'], 'a b'],
    [{ userinfo: null }, '{"userinfo":null}'],
    [null, undefined],
    ['', undefined],
  ])('%j is spelled %s', (value, text) => {
    expect(merged({ max_age: value })['max_age']).toBe(text);
  });

  test('handles of later legs cannot be brought in', () => {
    expect(merged({ login_verifier: 'x', consent_verifier: 'y', device_verifier: 'z' })).not.toHaveProperty(
      'login_verifier',
    );
  });
});

test.each<[unknown, 'oidc' | 'jar' | 'hydra', unknown]>([
  ['a', 'jar', { tokenId: 'a', expiresAt: now + 120 }],
  ['a', 'oidc', undefined],
  ['a', 'hydra', undefined],
  [undefined, 'jar', undefined],
  [7, 'jar', 'invalid_request_object'],
  ['', 'jar', 'invalid_request_object'],
  ['x'.repeat(1025), 'jar', 'invalid_request_object'],
])('E15 jti %j by %s is used up: %j', (jti, merge, expected) => {
  const run = () => requestObjectUse({ jti, exp: now + 60 }, { ...rules, merge });
  if (typeof expected === 'string') expect(verdict(run)).toBe(expected);
  else expect(run()).toEqual(expected);
});

test.each<[string, Partial<UnverifiedJwt>, string, boolean, string | boolean]>([
  ['signed', {}, '', false, true],
  ['by the registered algorithm', {}, 'RS256', false, true],
  ['by another', { algorithm: 'ES256' }, 'RS256', false, 'invalid_request_object'],
  ['its own type', { type: 'oauth-authz-req+jwt' }, '', false, true],
  ['an access token', { type: 'at+jwt' }, '', false, 'invalid_request_object'],
  ['unsigned', { algorithm: 'none', signature: Buffer.alloc(0) }, '', false, 'invalid_request_object'],
  ['unsigned, Hydra', { algorithm: 'none', signature: Buffer.alloc(0) }, '', true, false],
  ['unsigned, Hydra, another registered', { algorithm: 'none' }, 'RS256', true, 'invalid_request_object'],
  ['none with a signature', { algorithm: 'none' }, '', true, 'invalid_request_object'],
])('header: %s', (_name, jwt, registered, unsigned, expected) => {
  const whole = { algorithm: 'RS256', keyId: 'k', type: 'jwt', header: {}, claims: {}, input: Buffer.from(''), ...jwt };
  const signed = { ...whole, signature: jwt.signature ?? Buffer.from('s') };
  const run = () =>
    checkRequestObjectHeader(signed, { ...client, requestObjectSigningAlg: registered }, { ...rules, unsigned });
  if (typeof expected === 'boolean') expect(run()).toBe(expected);
  else expect(verdict(run)).toBe(expected);
});

test.each<[string, 'oidc' | 'hydra', string]>([
  ['https://app.example/ro#hash', 'hydra', 'ok'],
  ['https://app.example/ro', 'hydra', 'invalid_request_uri'],
  ['https://app.example/two#other', 'hydra', 'invalid_request_uri'],
  ['https://app.example/ro#other', 'oidc', 'ok'],
  ['https://app.example/two', 'oidc', 'ok'],
  ['https://app.example/two?', 'oidc', 'invalid_request_uri'],
  ['https://app.example/TWO', 'oidc', 'invalid_request_uri'],
  [`https://app.example/two#${'x'.repeat(600)}`, 'oidc', 'invalid_request_uri'],
])('address %s by %s: %s', (uri, merge, expected) => {
  expect(verdict(() => checkRequestUri(uri, client, merge))).toBe(expected);
});
