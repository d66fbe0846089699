// Which tokens pass the check of the benchmark's answers, and which must not.
import { expect, test } from '@jest/globals';
import { generateKeyPairSync, sign } from 'node:crypto';
import { verifyJwt } from './verify-jwt.js';

const issuer = 'http://127.0.0.1:1/';
const now = 1_700_000_000_000;
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const jwkOf = (pair: typeof ec, kid: string) => ({ ...pair.publicKey.export({ format: 'jwk' }), kid }) as never;
const keys = [jwkOf(ec, 'e'), jwkOf(rsa, 'r')];
const expected = { keys, issuer, now };

function jwt(alg: string, kid: string, claims: object): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const input = `${part({ alg, kid })}.${part(claims)}`;
  const key = alg === 'ES256' ? ec.privateKey : rsa.privateKey;
  return `${input}.${sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
}

const claims = { iss: issuer, exp: now / 1000 + 60, sub: 'user-1' };

test.each([
  ['ES256', 'e'],
  ['RS256', 'r'],
])('a good %s token is good', (alg, kid) => {
  expect(verifyJwt(jwt(alg, kid, claims), expected)).toEqual({ algorithm: alg, claims });
});

test.each([
  ['its signature is of another text', jwt('ES256', 'e', claims).replace(/\.[^.]+\./, '.e30.'), 'signature'],
  ['its key is unknown', jwt('ES256', 'x', claims), 'not published'],
  ['its algorithm is none', jwt('none', 'e', claims), 'none'],
  ['its issuer is another', jwt('RS256', 'r', { ...claims, iss: 'http://evil/' }), 'issuer'],
  ['it has expired', jwt('RS256', 'r', { ...claims, exp: now / 1000 - 1 }), 'expired'],
  ['it never expires', jwt('RS256', 'r', { ...claims, exp: undefined }), 'expired'],
])('a token is refused when %s', (_name, token, why) => expect(() => verifyJwt(token, expected)).toThrow(why));
