// How a client says who it is: exactly one way at a time (RFC 6749 §2.3, RFC 7521 §4.2, OpenID Connect Core §9).
import { OAuthError } from '../errors.js';
import type { Parameters } from '../parameters.js';

/** What a request presents; nothing in it is verified. */
export type Credentials =
  | {
      readonly method: 'client_secret_basic' | 'client_secret_post';
      readonly clientId: string;
      readonly secret: string;
    }
  | { readonly method: 'none'; readonly clientId: string }
  | { readonly method: 'assertion'; readonly clientId: string | undefined; readonly assertion: string };

const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/**
 * Reads the credentials of a request to the token endpoint or one of its neighbours.
 *
 * @param authorization the Authorization header; empty when absent
 * @param lenient as Hydra reads: a header that is no Basic is none, and a client_id beside one says nothing
 * @returns undefined when there are none at all
 * @throws {OAuthError} invalid_request for two ways at once or bad escapes, invalid_client for an unreadable header
 */
export function readCredentials(
  authorization: string,
  parameters: Parameters,
  lenient = false,
): Credentials | undefined {
  const joined = basicPair(authorization);
  const header = lenient && joined === undefined ? '' : authorization;
  const clientId = parameters.get('client_id');
  const secret = parameters.get('client_secret');
  const assertion = parameters.get('client_assertion');
  const type = parameters.get('client_assertion_type');
  const ways = [header !== '', secret !== undefined, assertion !== undefined || type !== undefined];
  if (ways.filter(Boolean).length > 1) {
    throw new OAuthError('invalid_request', 'The client must authenticate in one way only.');
  }
  if (header !== '') return readBasic(joined, lenient ? undefined : clientId);
  if (assertion !== undefined || type !== undefined) {
    if (type !== assertionType || assertion === undefined) {
      throw new OAuthError('invalid_request', `A client_assertion needs the client_assertion_type ${assertionType}.`);
    }
    return { method: 'assertion', clientId, assertion };
  }
  if (secret !== undefined) {
    if (clientId === undefined) throw new OAuthError('invalid_request', 'The client_secret came without a client_id.');
    return { method: 'client_secret_post', clientId, secret };
  }
  return clientId === undefined ? undefined : { method: 'none', clientId };
}

/** What is joined by a colon in a Basic header; undefined when it is none. */
function basicPair(authorization: string): string | undefined {
  const encoded = /^basic +([A-Za-z0-9+/]+={0,2})$/i.exec(authorization)?.[1];
  if (encoded === undefined) return undefined;
  const bytes = Buffer.from(encoded, 'base64');
  // The decoder skips what it does not know; only its own spelling is credible.
  if (bytes.toString('base64').replace(/=+$/, '') !== encoded.replace(/=+$/, '')) return undefined;
  const joined = utf8(bytes);
  return joined?.includes(':') === true ? joined : undefined;
}

/** Both halves are form-encoded before they are joined (RFC 6749 §2.3.1). A password left empty is no password. */
function readBasic(joined: string | undefined, formClientId: string | undefined): Credentials {
  if (joined === undefined) {
    throw new OAuthError('invalid_client', 'The Authorization header is not readable as Basic credentials.');
  }
  const colon = joined.indexOf(':');
  const clientId = formDecode(joined.slice(0, colon));
  const secret = formDecode(joined.slice(colon + 1));
  if (formClientId !== undefined && formClientId !== clientId) {
    throw new OAuthError('invalid_request', 'The client_id differs from the one in the Authorization header.');
  }
  return secret === '' ? { method: 'none', clientId } : { method: 'client_secret_basic', clientId, secret };
}

function utf8(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function formDecode(text: string): string {
  if (!/[+%]/.test(text)) return text;
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw new OAuthError('invalid_request', 'The Authorization header has a malformed percent-encoding in it.');
  }
}
