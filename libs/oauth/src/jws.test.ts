// Proves the hand-made compact JWS against jose (RFC 7515).
import { describe, expect, test } from '@jest/globals';
import { decodeProtectedHeader, jwtVerify } from 'jose';
import { generateKeyPairSync, sign } from 'node:crypto';
import { claimsSegment, compactJws, headerSegment, signingInput } from './jws.js';

describe('compact JWS', () => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const header = { alg: 'ES256', kid: 'k-1', typ: 'at+jwt' };

  test.each([
    {
      claims: {
        iss: 'https://issuer.example',
        sub: 'héllo ✓ 𝄞',
        aud: ['a', 'b'],
        iat: 1,
        nested: { deep: [null, true] },
      },
    },
    { claims: { sub: '"\\\u2028</script>', amr: [] } },
    { claims: {} },
  ])('jose reads back $claims', async ({ claims }) => {
    const input = signingInput(headerSegment(header), claimsSegment(claims));
    const token = compactJws(input, sign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' }));
    const read = await jwtVerify(token, publicKey, { typ: 'at+jwt', algorithms: ['ES256'] });
    expect(read.payload).toEqual(claims);
    expect(decodeProtectedHeader(token)).toEqual(header);
  });

  test('leaves undefined members out and never pads', () => {
    expect(claimsSegment({ a: undefined, b: 1 })).toBe(Buffer.from('{"b":1}').toString('base64url'));
    expect(headerSegment(header)).not.toContain('=');
  });

  test('takes a signature that is a view into a larger buffer', () => {
    const bytes = Uint8Array.of(9, 9, 255, 239, 9).subarray(2, 4);
    expect(compactJws('a.b', bytes)).toBe('a.b._-8');
  });
});
