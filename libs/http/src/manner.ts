// Where Hydra and the standards differ in how any answer is written: what it says of caching, where the id of an error
// stands, what a redirect carries (hydra-wire §0; RFC 9111 §5.2.2, RFC 6749 §5.1).
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { contextOf } from './context.js';

/** `hydra` writes what Hydra's clients have seen; `oauth` what the RFCs say, and a little more. */
export type Manner = 'oauth' | 'hydra';

/** Carries the id of an error where its body is Hydra's to the letter. */
export const errorIdHeader = 'Cardea-Error-Id';

/** OAuth answers are never stored by anybody (RFC 6749 §5.1); `Pragma` is what Hydra's clients have seen. */
export const noStore = { 'Cache-Control': 'no-store', Pragma: 'no-cache' } as const;

const unstored = { 'Cache-Control': 'no-store' } as const;
const hydraGet = { 'Cache-Control': 'private, no-cache, no-store, must-revalidate' } as const;
const nothing = {} as const;

/**
 * What an answer without secrets says of caching. Hydra says it of every GET and of nothing else; answers to other
 * methods are not stored by anybody who was not told how long (RFC 9111 §3).
 */
export function caching(request: IncomingMessage): OutgoingHttpHeaders {
  if (contextOf(request).manner === 'oauth') return unstored;
  return request.method === 'GET' ? hydraGet : nothing;
}

/** What an answer with a secret, or about a person, says of caching: where Hydra is silent, we are not. */
export function neverStored(response: ServerResponse): OutgoingHttpHeaders {
  const said = caching(response.req);
  return said === nothing ? noStore : said;
}
