// Which encryption a client may register for its answers, and what it then means.
import { expect, test } from '@jest/globals';
import { isResponseEncryption, responseEncryption } from './encryption.js';

test.each([
  ['', '', true],
  ['RSA-OAEP', '', true],
  ['ECDH-ES+A256KW', 'A256CBC-HS512', true],
  ['', 'A128GCM', false],
  ['RSA1_5', 'A128GCM', false],
  ['dir', 'A128GCM', false],
  ['A128KW', 'A128GCM', false],
  ['RSA-OAEP', 'none', false],
])('alg %j and enc %j: %s', (alg, enc, expected) => {
  expect(isResponseEncryption(alg, enc)).toBe(expected);
});

test('enc has a default, nothing has none', () => {
  expect(responseEncryption('ECDH-ES', '')).toEqual({ alg: 'ECDH-ES', enc: 'A128CBC-HS256' });
  expect(responseEncryption('ECDH-ES', 'A256GCM')).toEqual({ alg: 'ECDH-ES', enc: 'A256GCM' });
  expect(responseEncryption('', '')).toBeUndefined();
});
