// API keys: 256 random bits that their owner keeps, of which we keep a hash. A fast one will do, for there is nothing to
// guess (security §2.5, §2.7).
import type { Config } from '@cardea/service';
import { createHash } from 'node:crypto';
import type { Caller } from './caller.js';

/** How such keys begin, for secret scanners and for those who find one. */
const prefix = 'cardea_ak_';

const hashOf = (key: string) => `sha256:${createHash('sha256').update(key).digest('hex')}`;

/** Makes a key. @param random 32 bytes */
export function makeApiKey(random: Buffer): { readonly key: string; readonly hash: string } {
  const key = prefix + random.toString('base64url');
  return { key, hash: hashOf(key) };
}

/** Finds whose key it is. What is looked up is a hash, so that the time it takes tells nothing about a key. */
export function createApiKeys(
  keys: Config['serve']['admin']['authentication']['apiKeys'],
): (bearer: string) => Caller | undefined {
  const known = new Map<string, Caller>(
    keys.map(({ name, hash, roles }) => [hash, { name, authentication: 'api_key', roles }]),
  );
  return (bearer) => (bearer.startsWith(prefix) ? known.get(hashOf(bearer)) : undefined);
}
