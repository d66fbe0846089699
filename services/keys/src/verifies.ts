// Whether a signature is one that a key of ours made (RFC 7515 §5.2).
import { ownAlgorithm } from '@cardea/oauth';
import { createPublicKey, verify } from 'node:crypto';
import type { StoredKey } from './backend.js';

/** @param input ASCII */
export function verifies({ jwk, algorithm }: StoredKey, input: string, signature: Uint8Array): boolean {
  const row = ownAlgorithm(algorithm);
  if (row === undefined) return false;
  const { digest, options } = row.node;
  const key = createPublicKey({ key: jwk, format: 'jwk' });
  return verify(digest, Buffer.from(input), { key, ...options }, signature);
}
