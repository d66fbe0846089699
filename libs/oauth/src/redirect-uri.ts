// Where an answer may be sent: byte equality, and one exception for loopback ports (RFC 9700 §4.1.3, RFC 8252 §7.3).
import { OAuthError } from './errors.js';

/** An IP loopback redirect URI: host, port and what follows the authority. */
const loopback = /^http:\/\/(127\.0\.0\.1|\[::1\])(?::([0-9]*))?([/?].*)?$/;
/** Schemes that run script, read files or show foreign content in the browser. */
const dangerousSchemes = /^(?:javascript|data|vbscript|file|blob|about|filesystem|view-source|ws|wss):/i;

/**
 * Whether `requested` is one of `registered`, compared as bytes. Nothing is parsed into a URL first, because every
 * parser forgives something. Registered `http` URIs with a loopback IP literal match on any port (RFC 8252 §7.3);
 * `localhost` does not, since a name can point elsewhere.
 */
export function redirectUriMatches(registered: readonly string[], requested: string): boolean {
  if (requested.includes('#')) return false;
  if (registered.includes(requested)) return true;
  const wanted = loopback.exec(requested);
  if (wanted === null || !portIsPlain(wanted[2])) return false;
  return registered.some((uri) => {
    const known = loopback.exec(uri);
    return known !== null && known[1] === wanted[1] && (known[3] ?? '') === (wanted[3] ?? '');
  });
}

/** A port as a person would write it: absent, or 1 to 65535 without a leading zero. */
function portIsPlain(port: string | undefined): boolean {
  return port === undefined || (/^[1-9][0-9]{0,4}$/.test(port) && Number(port) <= 65_535);
}

/**
 * The redirect URI an authorization request is answered at (RFC 6749 §3.1.2.3, OpenID Connect Core §3.1.2.1).
 *
 * @param requested the `redirect_uri` parameter, undefined when absent
 * @param openid whether scope has `openid`, which makes the parameter required
 * @throws {OAuthError} invalid_request, which must be shown on a page and never redirected
 */
export function resolveRedirectUri(
  registered: readonly string[],
  requested: string | undefined,
  openid: boolean,
): string {
  if (requested !== undefined) {
    if (redirectUriMatches(registered, requested)) return requested;
    throw new OAuthError(
      'invalid_request',
      'The redirect_uri is not registered for this client: it must be one of its redirect_uris, letter by letter (127.0.0.1 and localhost are two names).',
    );
  }
  const [only, ...others] = registered;
  if (only === undefined || others.length > 0) {
    throw new OAuthError(
      'invalid_request',
      'The redirect_uri is missing and the client has not exactly one registered.',
    );
  }
  if (openid) throw new OAuthError('invalid_request', 'The redirect_uri is required with scope openid.');
  return only;
}

/** Whether a redirect URI uses plain http to a host that is not this very machine. */
export function redirectUriIsInsecure(uri: string): boolean {
  return /^http:/i.test(uri) && !/^http:\/\/(?:localhost|[\w.-]+\.localhost|127\.0\.0\.1|\[::1\])(?:[:/?]|$)/.test(uri);
}

/**
 * Refuses what must never become a registered redirect URI (RFC 6749 §3.1.2, RFC 7591 §5). Also meant for
 * `post_logout_redirect_uris`.
 *
 * @param options.wildcards whether a `*` may stand in it; it means nothing and matches only itself
 * @throws {OAuthError} invalid_redirect_uri
 */
export function checkRedirectUriRegistration(uri: string, { wildcards = false } = {}): void {
  const refuse = (why: string): never => {
    throw new OAuthError('invalid_redirect_uri', `A redirect URI ${why}.`);
  };
  if (uri.length > 2048) refuse('is longer than 2048 characters');
  // Only what RFC 3986 §2 allows, which leaves out spaces, control characters, backslashes, quotes and other alphabets.
  if (!/^[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=%]+$/.test(uri)) refuse('has a character that RFC 3986 does not allow');
  if (/%(?![0-9A-Fa-f]{2})/.test(uri)) refuse('has a malformed percent-encoding');
  if (!/^[A-Za-z][A-Za-z0-9+.-]*:./.test(uri)) refuse('must be absolute');
  if (uri.includes('#')) refuse('must not have a fragment');
  if (!wildcards && uri.includes('*')) refuse('must not have a wildcard');
  if (dangerousSchemes.test(uri)) refuse('has a scheme that is not allowed');
  const authority = /^[^:]+:\/\/([^/?]*)/.exec(uri)?.[1];
  if (authority?.includes('@') === true) refuse('must not carry user information');
  if (/^https?:/i.test(uri)) {
    if (authority === undefined || !/^(?:[A-Za-z0-9._~%*-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?$/.test(authority)) {
      refuse('has no usable host');
    }
    if (!URL.canParse(uri)) refuse('cannot be parsed');
  }
}
