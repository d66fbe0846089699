// The provider's cookies: values are made and read here, attributes belong to the gateway (RFC 9700 §4.7, OIDC Core §3.1.2.1).
import { hash } from 'node:crypto';

export interface CookieNames {
  readonly loginCsrf: string;
  readonly consentCsrf: string;
  readonly session: string;
}

export interface Cookie {
  readonly name: string;
  readonly value: string;
}

/** A cookie to set; -1 clears it. */
export interface CookieToSet extends Cookie {
  readonly maxAgeSeconds: number;
  readonly kind: 'session' | 'flow' | 'browser_state';
}

/**
 * The value of a cookie. Two of one name with different values mean that somebody else planted one (from a sibling
 * domain): then there is none.
 */
export function readCookie(cookies: readonly Cookie[], name: string): string | undefined {
  let found: string | undefined;
  for (const cookie of cookies) {
    if (cookie.name !== name) continue;
    if (found !== undefined && found !== cookie.value) return undefined;
    found = cookie.value;
  }
  return found;
}

/** Flow cookies are shared by clients with the same suffix, so a browser never holds more than two of a kind. */
const suffixes = 2;

export function flowCookieName(base: string, clientId: string): string {
  const [first = 0] = hash('sha256', clientId, 'buffer');
  return `${base}_${String(first % suffixes)}`;
}

export const browserHash = (value: string): Buffer => hash('sha256', value, 'buffer');

/**
 * The flow cookie of this browser, kept when it has one, so that twenty tabs can each finish.
 *
 * @param fresh makes 24 random bytes
 */
export function flowCookie(
  cookies: readonly Cookie[],
  name: string,
  maxAgeSeconds: number,
  fresh: () => Buffer,
): CookieToSet {
  const present = readCookie(cookies, name);
  const value = present !== undefined && /^[A-Za-z0-9_-]{32}$/.test(present) ? present : fresh().toString('base64url');
  return { name, value, maxAgeSeconds, kind: 'flow' };
}
