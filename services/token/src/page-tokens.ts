// Page tokens: where the next page of a list begins, sealed, good for an hour and for that list only (hydra-wire §2.1).
import { OAuthError } from '@cardea/oauth';
import type { Seal } from './seal.js';

export interface PageTokens {
  /** @param list names the list; opening needs the same */
  seal(list: string, after: string): string;
  /** @throws {OAuthError} invalid_request for what we did not make, or made too long ago */
  open(list: string, token: string): string;
}

const liveMillis = 3_600_000;
const longest = 4_096;

/** @param now milliseconds since the epoch */
export function createPageTokens(seal: Seal, now: () => number): PageTokens {
  return {
    seal: (list, after) =>
      seal.seal(list, Buffer.from(JSON.stringify({ after, expires: now() + liveMillis }))).toString('base64url'),
    open(list, token) {
      const sealed = token.length > longest ? Buffer.alloc(0) : Buffer.from(token, 'base64url');
      // The decoder forgives foreign letters and spare bits; a token has one spelling.
      const plain = sealed.toString('base64url') === token ? seal.open(list, sealed) : undefined;
      if (plain === undefined) throw new OAuthError('invalid_request', 'The page_token is not one of this list.');
      const { after, expires } = JSON.parse(plain.toString()) as { after: string; expires: number };
      if (expires <= now()) throw new OAuthError('invalid_request', 'The page_token has expired.');
      return after;
    },
  };
}
