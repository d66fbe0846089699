// Turns the attributes of a public key object into a JWK (RFC 7518 §6.2.1, §6.3.1; RFC 8037 §2).
import type { JwsAlgorithm } from '@cardea/oauth';
import type { JsonWebKey } from 'node:crypto';
import { TokenError } from './return-codes.js';

/** What the JWK of an algorithm is made of. */
export function publicAttributes({ keyType }: JwsAlgorithm): readonly string[] {
  return keyType === 'RSA' ? ['CKA_MODULUS', 'CKA_PUBLIC_EXPONENT'] : ['CKA_EC_POINT'];
}

/** @param values in the order of `publicAttributes` */
export function publicHalf({ keyType, curve = 'P-256' }: JwsAlgorithm, values: readonly Buffer[]): JsonWebKey {
  const [first = Buffer.alloc(0), second = Buffer.alloc(0)] = values;
  if (keyType === 'RSA') return { kty: 'RSA', n: unsigned(first), e: unsigned(second) };
  const point = unwrapped(first);
  if (keyType === 'OKP') return { kty: 'OKP', crv: curve, x: point.toString('base64url') };
  const half = (point.length - 1) / 2;
  if (point[0] !== 4 || !Number.isInteger(half)) throw unreadable();
  return {
    kty: 'EC',
    crv: curve,
    x: point.toString('base64url', 1, 1 + half),
    y: point.toString('base64url', 1 + half),
  };
}

/** Some tokens put a zero byte before a number. */
function unsigned(bytes: Buffer): string {
  let start = 0;
  while (bytes[start] === 0) start++;
  return bytes.toString('base64url', start);
}

/** `CKA_EC_POINT` is a DER OCTET STRING; some tokens give the bare point. */
function unwrapped(der: Buffer): Buffer {
  const long = der[1] === 0x81;
  const length = long ? der[2] : der[1];
  const start = long ? 3 : 2;
  return der[0] === 4 && length === der.length - start ? der.subarray(start) : der;
}

function unreadable(): TokenError {
  return new TokenError('unreadable_public_key', 'its public half cannot be read', 'refused');
}
