// How a relying party notices, without asking anybody, that the login behind its session changed: a value it is given, which
// our own page in its frame can compute again from a cookie (OpenID Connect Session Management 1.0 §2, §3.2).
import { hash } from 'node:crypto';

/** The cookie that page reads, by the name of the session cookie: it begins alike, so it counts as one of ours. */
export const browserStateCookie = (sessionCookie: string): string => `${sessionCookie}_state`;

/** The value of that cookie: changes with the login session, and says nothing about it. */
export function browserState(sessionId: string): string {
  return hash('sha256', `browser state ${sessionId}`, 'base64url');
}

/**
 * `session_state` for a client.
 *
 * @param salt random, without a dot
 * @returns undefined where the redirect URI has no origin a page could have
 */
export function sessionState(clientId: string, redirectUri: string, state: string, salt: string): string | undefined {
  const origin = URL.canParse(redirectUri) ? new URL(redirectUri).origin : 'null';
  if (origin === 'null') return undefined;
  return `${hash('sha256', `${clientId} ${origin} ${state} ${salt}`, 'hex')}.${salt}`;
}
