// The signature of a stranger's JWT, by one key and the algorithm of the table (RFC 7515 §5.2).
import type { UnverifiedJwt } from '@cardea/oauth';
import { jwsAlgorithm } from '@cardea/oauth';
import type { KeyObject } from 'node:crypto';
import { verify } from 'node:crypto';

/** False too for an algorithm we do not speak, and for a key that cannot serve it. */
export function verifyJws({ algorithm, input, signature }: UnverifiedJwt, key: KeyObject): boolean {
  const row = jwsAlgorithm(algorithm);
  if (row === undefined) return false;
  try {
    return verify(row.node.digest, input, { key, ...row.node.options }, signature);
  } catch {
    return false;
  }
}
