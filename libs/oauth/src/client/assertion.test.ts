// What an assertion must say, and which keys may serve which algorithm, as tables (RFC 7523 §3; security catalogue C08, C09,
// C14, E04, E22).
import { describe, expect, test } from '@jest/globals';
import type { AssertionRules } from './assertion.js';
import { AssertionError, readAssertion } from './assertion.js';
import type { KeyUse } from './key-fit.js';
import { keyFits } from './key-fit.js';

const now = 1_000_000;
const rules: AssertionRules = {
  issuer: 'https://as',
  endpoints: ['https://as/token', 'https://alias/token'],
  audience: 'only',
  jtiOptional: false,
  iatOptional: false,
  longestMillis: 3_600_000,
  now: now * 1000,
};
const claims = { iss: 'app', sub: 'app', aud: 'https://as', jti: 'j', iat: now, exp: now + 60 };
const verdict = (change: object, rule: Partial<AssertionRules> = {}) => {
  try {
    readAssertion({ ...claims, ...change }, { ...rules, ...rule });
    return 'ok';
  } catch (error) {
    if (error instanceof AssertionError) return error.message.replace('The ', '').replace('claim ', '').split(' ')[0];
    throw error;
  }
};

describe('readAssertion', () => {
  test.each<[object, Partial<AssertionRules>, string]>([
    [{}, {}, 'ok'],
    [{ aud: ['https://as', 'https://alias/token'] }, {}, 'ok'],
    [{ aud: ['https://as', 'https://other'] }, {}, 'assertion'],
    [{ aud: ['https://as', 'https://other'] }, { audience: 'among' }, 'ok'],
    [{ aud: 'https://other' }, { audience: 'among' }, 'assertion'],
    [{ aud: [] }, { audience: 'among' }, 'aud'],
    [{ aud: 'https://as' }, { audience: 'issuer' }, 'ok'],
    [{ aud: 'https://as/token' }, { audience: 'issuer' }, 'assertion'],
    [{ aud: ['https://as'] }, { audience: 'issuer' }, 'assertion'],
    [{ aud: 'https://as/' }, { audience: 'issuer' }, 'assertion'],
    [{ aud: [''] }, {}, 'aud'],
    [{ jti: undefined }, {}, 'jti'],
    [{ jti: undefined }, { jtiOptional: true }, 'ok'],
    [{ jti: '' }, { jtiOptional: true }, 'jti'],
    [{ jti: 'a\0b' }, {}, 'jti'],
    [{ iat: undefined }, {}, 'iat'],
    [{ iat: undefined }, { iatOptional: true }, 'ok'],
    [{ iat: now + 60 }, {}, 'ok'],
    [{ iat: now + 61 }, {}, 'iat'],
    [{ nbf: now + 60 }, {}, 'ok'],
    [{ nbf: now + 61 }, {}, 'assertion'],
    [{ exp: now - 59 }, {}, 'ok'],
    [{ exp: now - 60 }, {}, 'assertion'],
    [{ exp: now + 3660 }, {}, 'ok'],
    [{ exp: now + 3661 }, {}, 'assertion'],
    [{ exp: now + 1e9 }, { longestMillis: Infinity }, 'ok'],
    [{ exp: Infinity }, {}, 'exp'],
    [{ exp: NaN }, {}, 'exp'],
    [{ exp: -1 }, {}, 'exp'],
    [{ exp: '1' }, {}, 'exp'],
    [{ iss: 'x'.repeat(1025) }, {}, 'iss'],
    [{ sub: {} }, {}, 'sub'],
  ])('%j with %j: %s', (change, rule, expected) => {
    expect(verdict(change, rule)).toBe(expected);
  });
});

const n = (bits: number, last = 1) => {
  const bytes = Buffer.alloc(bits / 8, 0xff);
  bytes[bytes.length - 1] = last;
  return bytes.toString('base64url');
};
const rsa = { kty: 'RSA', n: n(2048), e: 'AQAB' };
const ec = { kty: 'EC', crv: 'P-256', x: 'x', y: 'y' };

describe('keyFits', () => {
  test.each<[object, string, KeyUse, boolean]>([
    [rsa, 'RS256', 'sig', true],
    [rsa, 'PS512', 'sig', true],
    [rsa, 'ES256', 'sig', false],
    [ec, 'ES256', 'sig', true],
    [ec, 'ES384', 'sig', false],
    [{ kty: 'OKP', crv: 'Ed25519', x: 'x' }, 'EdDSA', 'sig', true],
    [{ ...ec, use: 'sig', alg: 'ES256', key_ops: ['verify'] }, 'ES256', 'sig', true],
    [{ ...ec, use: 'enc' }, 'ES256', 'sig', false],
    [{ ...ec, alg: 'ES512' }, 'ES256', 'sig', false],
    [{ ...ec, key_ops: ['deriveKey'] }, 'ES256', 'sig', false],
    [{ ...ec, key_ops: 'verify' }, 'ES256', 'sig', false],
    [{ ...ec, d: 'd' }, 'ES256', 'sig', false],
    [{ kty: 'oct', k: 'k' }, 'HS256', 'sig', false],
    [rsa, 'none', 'sig', false],
    [{ ...rsa, n: n(1024) }, 'RS256', 'sig', false],
    [{ ...rsa, n: n(8192) }, 'RS256', 'sig', true],
    [{ ...rsa, n: n(16384) }, 'RS256', 'sig', false],
    [{ ...rsa, n: n(2048, 2) }, 'RS256', 'sig', false],
    [{ ...rsa, e: 'AQ' }, 'RS256', 'sig', false],
    [{ ...rsa, e: '' }, 'RS256', 'sig', false],
    [{ ...rsa, e: 'AQABAQABAQAB' }, 'RS256', 'sig', false],
    [{ ...rsa, n: 7 }, 'RS256', 'sig', false],
    [rsa, 'RSA-OAEP-256', 'enc', true],
    [{ ...rsa, use: 'sig' }, 'RSA-OAEP', 'enc', false],
    [ec, 'ECDH-ES+A256KW', 'enc', true],
    [{ ...ec, crv: 'secp256k1' }, 'ECDH-ES', 'enc', false],
    [rsa, 'dir', 'enc', false],
  ])('%j serves %s to %s: %s', (jwk, alg, use, expected) => {
    expect(keyFits(jwk as Readonly<Record<string, unknown>>, alg, use)).toBe(expected);
  });
});
