// What is a JSON Web Key, and what of it may be seen (RFC 7517, RFC 7518 §6).
import { describe, expect, test } from '@jest/globals';
import type { JsonWebKey } from 'node:crypto';
import { generateKeyPairSync } from 'node:crypto';
import { readKeyDocument } from './document.js';

const jwkOf = ({ privateKey }: { privateKey: { export(options: { format: 'jwk' }): JsonWebKey } }) =>
  privateKey.export({ format: 'jwk' });
const ec = jwkOf(generateKeyPairSync('ec', { namedCurve: 'P-256' }));
const otherEc = jwkOf(generateKeyPairSync('ec', { namedCurve: 'P-256' }));
const rsa = jwkOf(generateKeyPairSync('rsa', { modulusLength: 2048 }));
const ed = jwkOf(generateKeyPairSync('ed25519'));
const x25519 = jwkOf(generateKeyPairSync('x25519'));
const read = (jwk: unknown) => readKeyDocument(Buffer.from(JSON.stringify(jwk)));

// A certificate and the key it is of.
const certified = {
  kty: 'EC',
  x: 'audo0tQLdD1lD_Zn3oLDu8ptJEklVu-mbdVsrwsG4kM',
  y: '3iQ4hEz5mZoNGI6E2qo_-5bNpkGCFLhVC-YP0uF2rIo',
  crv: 'P-256',
  x5c: [
    'MIIBhDCCASmgAwIBAgIUBYILJJ2h80SgjnJwCA9/BXfCWr8wCgYIKoZIzj0EAwIwFjEUMBIGA1UEAwwLY2FyZGVhLXRlc3QwIBcNMjYxMTI2MTE1OTIwWhgPMjEyNjExMDIxMTU5MjBaMBYxFDASBgNVBAMMC2NhcmRlYS10ZXN0MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEaudo0tQLdD1lD/Zn3oLDu8ptJEklVu+mbdVsrwsG4kPeJDiETPmZmg0YjoTaqj/7ls2mQYIUuFUL5g/S4XasiqNTMFEwHQYDVR0OBBYEFMXkAb7HmPGpe2JQlPViwN/eU2NLMB8GA1UdIwQYMBaAFMXkAb7HmPGpe2JQlPViwN/eU2NLMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSQAwRgIhAIYdPpuIBzRAZHvtiVn6HbYmCUwwtd5JyweJ4iQ3TmFqAiEAh+QVHL6p2MsWl3HCVuo1lyMSuObWn2K4BLpVcf9UeoU=',
  ],
};

describe('what may be seen', () => {
  test.each([
    ['RSA', rsa, ['e', 'kty', 'n']],
    ['EC', ec, ['crv', 'kty', 'x', 'y']],
    ['Ed25519', ed, ['crv', 'kty', 'x']],
    ['X25519', x25519, ['crv', 'kty', 'x']],
  ])('of a private %s key is its public half', (_name, jwk, members) => {
    const document = read({ ...jwk, kid: 'k', use: 'sig', alg: 'A' });
    expect(document).toMatchObject({ kid: 'k', secret: true });
    expect(Object.keys(document.published ?? {}).sort()).toEqual(['alg', 'kid', 'use', ...members].sort());
    expect(document.whole).toEqual({ ...jwk, kid: 'k', use: 'sig', alg: 'A' });
  });

  test('of a public key is all of it', () => {
    const { d: _, ...half } = ec;
    expect(read(half)).toEqual({ kid: '', whole: half, published: half, secret: false });
  });

  test('of a symmetric key is nothing', () => {
    expect(read({ kty: 'oct', k: 'c2VjcmV0', kid: 'k' })).toMatchObject({ published: undefined, secret: true });
  });

  test('members nobody knows are left out', () => {
    const document = read({ ...ec, secretNote: 'd', priv: 'x', oth: [{ r: 'x' }] });
    expect(Object.keys(document.whole).sort()).toEqual(['crv', 'd', 'kty', 'x', 'y']);
  });
});

test('certificates are kept when they are of this key', () => {
  expect(read(certified).published).toEqual(certified);
  expect(() => read({ ...ec, x5c: certified.x5c })).toThrow('of another key');
});

test.each<[string, unknown]>([
  ['no key type', { kid: 'k' }],
  ['an unknown key type', { kty: 'AKP', pub: 'x' }],
  ['a key type of the prototype', { kty: 'constructor' }],
  ['RSA without numbers', { kty: 'RSA' }],
  ['a point that is not on its curve', { ...ec, y: ec.x }],
  ['a private half of another key', { ...ec, d: otherEc.d }],
  ['half a private RSA key', { ...rsa, p: undefined }],
  ['a symmetric key without a value', { kty: 'oct' }],
  ['a symmetric key that is no base64url', { kty: 'oct', k: 'a b' }],
  ['a number for a kid', { ...ec, kid: 7 }],
  ['a list for a use', { ...ec, use: ['sig'] }],
  ['a kid without end', { ...ec, kid: 'k'.repeat(256) }],
  ['certificates that are none', { ...ec, x5c: ['AAAA'] }],
  ['certificates that are no list', { ...ec, x5c: 'AAAA' }],
  ['no certificates at all', { ...ec, x5c: [] }],
  ['a list', [ec]],
  ['nothing', null],
])('%s is no JSON Web Key', (_name, jwk) => {
  expect(() => read(jwk)).toThrow(expect.objectContaining({ code: 'invalid_request' }));
});

test('what is not JSON is no JSON Web Key', () => {
  expect(() => readKeyDocument(Buffer.from('{'))).toThrow('not JSON');
});
