// Passes the provider's own cookies to the token service and back; values are opaque here, attributes are ours
// (RFC 6265 §4.1, §5.4; security catalogue S09).
import { OAuthError } from '@cardea/oauth';
import { authorizationV1 } from '@cardea/rpc';
import type { CookieSettings } from './settings.js';

/**
 * Picks our cookies out of a Cookie header.
 *
 * @throws {OAuthError} request_forbidden when one name came with two values: a sibling host has planted one of them
 */
export function readCookies(header: string | undefined, names: readonly string[]): authorizationV1.Cookie[] {
  const found = new Map<string, string>();
  for (const pair of header?.split(';') ?? []) {
    const equals = pair.indexOf('=');
    if (equals === -1) continue;
    const name = pair.slice(0, equals).trim();
    if (!names.some((own) => name === own || name.startsWith(`${own}_`))) continue;
    const value = pair.slice(equals + 1).trim();
    const before = found.get(name);
    if (before !== undefined && before !== value) {
      throw new OAuthError(
        'request_forbidden',
        'The browser sent two different cookies of one name; delete the cookies of this site and try again.',
      );
    }
    found.set(name, value);
  }
  // A browser that could not keep a cookie may have kept its twin.
  for (const [name, value] of [...found].filter(([name]) => name.endsWith(twin))) {
    found.delete(name);
    const own = name.slice(0, -twin.length);
    if (!found.has(own)) found.set(own, value);
  }
  return [...found].map(([name, value]) => ({ name, value }));
}

/** What the twin of a cookie is called, for browsers that take `SameSite=None` for `Strict`. */
const twin = '_legacy';

/** The Set-Cookie headers of cookies, and of the twins of those that bind a flow, where these are wanted. */
export function writeCookies(cookies: readonly authorizationV1.SetCookie[], settings: CookieSettings): string[] {
  return cookies.flatMap((cookie) => {
    const own = writeCookie(cookie, settings);
    const doubled = settings.legacyTwins && cookie.kind === authorizationV1.CookieKind.FLOW;
    return doubled ? [own, writeCookie({ ...cookie, name: cookie.name + twin }, settings, '')] : [own];
  });
}

/** The Set-Cookie header of one cookie; a negative age clears it. */
export function writeCookie(
  cookie: authorizationV1.SetCookie,
  settings: CookieSettings,
  sameSite = `SameSite=${settings.sameSite}`,
): string {
  const { name, value, maxAgeSeconds } = cookie;
  if (!/^[\w.-]+$/.test(name) || !/^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*$/.test(value)) {
    throw new Error('the token service sent a cookie that is none');
  }
  return [
    `${name}=${value}`,
    `Path=${cookie.kind === authorizationV1.CookieKind.SESSION ? settings.sessionPath : '/'}`,
    ...(settings.domain === undefined ? [] : [`Domain=${settings.domain}`]),
    ...(maxAgeSeconds > 0 ? lifetime(maxAgeSeconds, settings.expiresBy) : []),
    ...(maxAgeSeconds < 0 ? ['Max-Age=0', 'Expires=Thu, 01 Jan 1970 00:00:00 GMT'] : []),
    // Our own page in a relying party's frame reads it.
    ...(cookie.kind === authorizationV1.CookieKind.BROWSER_STATE ? [] : ['HttpOnly']),
    ...(settings.secure ? ['Secure'] : []),
    ...(sameSite === '' ? [] : [sameSite]),
  ].join('; ');
}

/** `Max-Age` wins over `Expires` wherever both are known (RFC 6265 §5.3). */
const lifetime = (seconds: number, expiresBy: (() => number) | undefined): string[] => [
  ...(expiresBy === undefined ? [] : [`Expires=${new Date(expiresBy() + seconds * 1_000).toUTCString()}`]),
  `Max-Age=${String(seconds)}`,
];
