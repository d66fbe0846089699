// Proves the algorithm table against node:crypto and jose: what one signs the other verifies.
import { describe, expect, test } from '@jest/globals';
import { CompactSign, compactVerify } from 'jose';
import type { KeyObject } from 'node:crypto';
import { generateKeyPairSync, sign, verify } from 'node:crypto';
import { jwsAlgorithm, jwsAlgorithms } from './algorithms.js';

const curves = { 'P-256': 'prime256v1', 'P-384': 'secp384r1', 'P-521': 'secp521r1' } as const;
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });

function keyPair(name: string): { publicKey: KeyObject; privateKey: KeyObject } {
  const algorithm = jwsAlgorithm(name);
  if (algorithm?.keyType === 'RSA') return rsa;
  if (algorithm?.curve === 'Ed25519') return generateKeyPairSync('ed25519');
  return generateKeyPairSync('ec', { namedCurve: curves[algorithm?.curve as keyof typeof curves] });
}

describe('the algorithm table', () => {
  test('names exactly the asymmetric algorithms', () => {
    expect([...jwsAlgorithms.keys()]).toEqual([
      'RS256',
      'RS384',
      'RS512',
      'PS256',
      'PS384',
      'PS512',
      'ES256',
      'ES384',
      'ES512',
      'EdDSA',
    ]);
  });

  test.each(['none', 'HS256', 'rs256', '__proto__', ''])('does not know %j', (name) => {
    expect(jwsAlgorithm(name)).toBeUndefined();
  });

  test.each([...jwsAlgorithms.values()])(
    '$name: jose verifies what the table signs, and the other way round',
    async (row) => {
      const { publicKey, privateKey } = keyPair(row.name);
      const input = `${Buffer.from(JSON.stringify({ alg: row.name })).toString('base64url')}.e30`;
      const signature = sign(row.node.digest, Buffer.from(input), { key: privateKey, ...row.node.options });
      const ours = await compactVerify(`${input}.${signature.toString('base64url')}`, publicKey);
      expect(ours.protectedHeader.alg).toBe(row.name);

      const theirs = await new CompactSign(Buffer.from('{}')).setProtectedHeader({ alg: row.name }).sign(privateKey);
      const [head, body, tail] = theirs.split('.') as [string, string, string];
      const check = (text: string) =>
        verify(
          row.node.digest,
          Buffer.from(text),
          { key: publicKey, ...row.node.options },
          Buffer.from(tail, 'base64url'),
        );
      expect(check(`${head}.${body}`)).toBe(true);
      expect(check(`${head}.${body}x`)).toBe(false);
    },
  );
});
