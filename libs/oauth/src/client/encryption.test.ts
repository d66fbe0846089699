// What a client's registration of encrypted answers means.
import { expect, test } from '@jest/globals';
import { responseEncryption } from './encryption.js';

test('enc has a default, nothing has none', () => {
  expect(responseEncryption('ECDH-ES', '')).toEqual({ alg: 'ECDH-ES', enc: 'A128CBC-HS256' });
  expect(responseEncryption('ECDH-ES', 'A256GCM')).toEqual({ alg: 'ECDH-ES', enc: 'A256GCM' });
  expect(responseEncryption('', '')).toBeUndefined();
});
