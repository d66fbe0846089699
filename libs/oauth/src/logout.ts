// RP-Initiated Logout 1.0 §2, §3: whether a logout asks first, goes straight on, or is refused. Pure.
import { OAuthError } from './errors.js';

/** What a verified id_token_hint says. */
export interface LogoutHint {
  readonly audience: readonly string[];
}

/** The client that `client_id` or the hint names, if any. */
export interface LogoutClient {
  readonly clientId: string;
  readonly postLogoutRedirectUris: readonly string[];
}

/**
 * Which client a logout request speaks for (§2: `client_id` must be an audience of the hint).
 *
 * @returns undefined when nobody is named
 * @throws {OAuthError} invalid_request
 */
export function logoutClientId(clientId: string | undefined, hint: LogoutHint | undefined): string | undefined {
  if (hint === undefined) return clientId;
  if (clientId !== undefined && !hint.audience.includes(clientId)) {
    throw new OAuthError('invalid_request', 'The client_id is not an audience of the id_token_hint.');
  }
  return clientId ?? hint.audience[0];
}

/**
 * Where the browser goes after the logout; never anywhere that is not registered, byte for byte (§3).
 *
 * @param fallback the provider's own page
 * @throws {OAuthError} invalid_request, to be shown on a page
 */
export function logoutTarget(
  client: LogoutClient | undefined,
  requested: string | undefined,
  state: string | undefined,
  fallback: string,
): string {
  if (requested === undefined) return fallback;
  if (client === undefined) {
    throw new OAuthError('invalid_request', 'A post_logout_redirect_uri needs an id_token_hint or a client_id.');
  }
  if (requested.includes('#') || !client.postLogoutRedirectUris.includes(requested)) {
    throw new OAuthError('invalid_request', 'The post_logout_redirect_uri is not registered for this client.');
  }
  return state === undefined ? requested : withQuery(requested, new URLSearchParams({ state }));
}

/**
 * The address to load in a frame, with `iss` and `sid` always, whether or not the client asked for them
 * (OpenID Connect Front-Channel Logout 1.0 §2); its own query stays byte for byte.
 */
export function frontchannelLogoutUri(registered: string, issuer: string, sessionId: string): string {
  return withQuery(registered, new URLSearchParams({ iss: issuer, sid: sessionId }));
}

function withQuery(uri: string, added: URLSearchParams): string {
  const separator = !uri.includes('?') ? '?' : /[?&]$/.test(uri) ? '' : '&';
  return `${uri}${separator}${added.toString()}`;
}
