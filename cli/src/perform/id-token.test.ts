// ID tokens that must not be believed, one fault each (OpenID Connect Core §3.1.3.7).
import { describe, expect, test } from '@jest/globals';
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { checkIdToken } from './id-token.js';

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const now = Date.parse('2026-01-02T03:04:05Z');
const seconds = now / 1000;
const accessToken = 'an access token';
const hash = createHash('sha256').update(accessToken).digest().subarray(0, 16).toString('base64url');
const keys = [{ ...publicKey.export({ format: 'jwk' }), kid: 'one' }];
const expected = { issuer: 'https://as.test', clientId: 'rp', nonce: 'n', accessToken, keys, now };
const good = { iss: 'https://as.test', aud: 'rp', exp: seconds + 60, iat: seconds, nonce: 'n', at_hash: hash };

function token(claims: object, header: object = { alg: 'ES256', kid: 'one' }): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const input = `${part(header)}.${part(claims)}`;
  return `${input}.${sign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
}

test('a good one', () => {
  expect(checkIdToken(token(good), expected)).toMatch(/is good: ES256 by key one/);
  expect(checkIdToken(token({ ...good, aud: ['other', 'rp'] }), expected)).toMatch(/is good/);
});

test('an encrypted one is not looked into', () => expect(checkIdToken('a.b.c.d.e', expected)).toMatch(/is encrypted/));

describe('one fault each', () => {
  test.each<[object, RegExp]>([
    [{ iss: 'https://evil.test' }, /iss is https:\/\/evil\.test/],
    [{ aud: ['other'] }, /aud is other, and the client is rp/],
    [{ exp: seconds - 3600 }, /has expired/],
    [{ exp: undefined }, /has expired/],
    [{ iat: seconds + 3600 }, /issued in the future/],
    [{ nonce: 'other' }, /nonce/],
    [{ nonce: undefined }, /nonce/],
    [{ at_hash: 'other' }, /at_hash/],
  ])('%j', (fault, sentence) => {
    expect(() => checkIdToken(token({ ...good, ...fault }), expected)).toThrow(sentence);
  });

  test('signature, key, algorithm, form', () => {
    const [head = '', , mark = ''] = token(good).split('.');
    const forged = `${head}.${Buffer.from(JSON.stringify({ ...good, sub: 'root' })).toString('base64url')}.${mark}`;
    expect(() => checkIdToken(forged, expected)).toThrow(/signature/);
    expect(() => checkIdToken(token(good, { alg: 'ES256', kid: 'two' }), expected)).toThrow(/signed by two/);
    expect(() => checkIdToken(token(good, { alg: 'none', kid: 'one' }), expected)).toThrow(/with none/);
    expect(() => checkIdToken('nonsense', expected)).toThrow(/is no JWT/);
  });
});
