// Which of a client's keys may serve an algorithm: the algorithm decides, never what the token's header would like
// (RFC 7517 §4, RFC 8725 §3.1 and §3.5; security catalogue E04, E22).
import { jwsAlgorithm } from '../algorithms.js';

/** `sig` to verify what the client signed, `enc` to encrypt for it. */
export type KeyUse = 'sig' | 'enc';

/** A member of a JWK Set as a client published it. */
export type Jwk = Readonly<Record<string, unknown>>;

const smallestModulusBits = 2048;
const largestModulusBits = 8192;
const encryptionCurves: readonly string[] = ['P-256', 'P-384', 'P-521', 'X25519'];
const operations: Readonly<Record<KeyUse, readonly string[]>> = {
  sig: ['verify'],
  enc: ['encrypt', 'wrapKey', 'deriveKey', 'deriveBits'],
};

/** Whether a key may serve `alg`; absent `use`, `alg` and `key_ops` forbid nothing. */
export function keyFits(jwk: Jwk, alg: string, use: KeyUse): boolean {
  if ('d' in jwk || 'k' in jwk) return false;
  if (jwk['use'] !== undefined && jwk['use'] !== use) return false;
  if (jwk['alg'] !== undefined && jwk['alg'] !== alg) return false;
  const allowed = jwk['key_ops'];
  if (allowed !== undefined && !(Array.isArray(allowed) && operations[use].some((name) => allowed.includes(name)))) {
    return false;
  }
  return use === 'sig' ? fitsSignature(jwk, alg) : fitsEncryption(jwk, alg);
}

function fitsSignature(jwk: Jwk, alg: string): boolean {
  const row = jwsAlgorithm(alg);
  if (row === undefined || jwk['kty'] !== row.keyType) return false;
  return row.keyType === 'RSA' ? isSoundRsa(jwk) : jwk['crv'] === row.curve;
}

function fitsEncryption(jwk: Jwk, alg: string): boolean {
  if (alg.startsWith('RSA-OAEP')) return jwk['kty'] === 'RSA' && isSoundRsa(jwk);
  if (!alg.startsWith('ECDH-ES')) return false;
  return (jwk['kty'] === 'EC' || jwk['kty'] === 'OKP') && encryptionCurves.includes(String(jwk['crv']));
}

/** Long enough to trust, short enough to compute; odd, as every product of primes is; an exponent that encrypts. */
function isSoundRsa(jwk: Jwk): boolean {
  const modulus = Buffer.from(typeof jwk['n'] === 'string' ? jwk['n'] : '', 'base64url');
  const exponent = Buffer.from(typeof jwk['e'] === 'string' ? jwk['e'] : '', 'base64url');
  const first = modulus.findIndex((byte) => byte !== 0);
  const bits = first < 0 ? 0 : (modulus.length - first) * 8 - Math.clz32(modulus[first] ?? 0) + 24;
  const last = modulus.at(-1) ?? 0;
  if (bits < smallestModulusBits || bits > largestModulusBits || last % 2 === 0) return false;
  return exponent.length <= 4 && exponent.length > 0 && exponent.readUIntBE(0, exponent.length) >= 3;
}
