// Tells the browser, and through it relying parties, which login it has (OpenID Connect Session Management 1.0 §2, §3.2).
import { browserState, browserStateCookie, sessionState } from '@cardea/oauth';
import type { AddressedRequest, AuthorizationContext } from './context.js';
import type { CookieToSet } from './cookies.js';

type Settings = Pick<AuthorizationContext['settings'], 'sessionManagement' | 'cookieNames'>;

/** The cookie that says so; none where session management is off. */
export function browserStateCookies({ sessionManagement, cookieNames }: Settings, sessionId: string): CookieToSet[] {
  if (!sessionManagement) return [];
  const name = browserStateCookie(cookieNames.session);
  return [{ name, value: browserState(sessionId), maxAgeSeconds: 0, kind: 'browser_state' }];
}

/** `session_state` of an answer to a client. */
export function sessionStateOf(
  { settings, random }: AuthorizationContext,
  { client, target }: Pick<AddressedRequest, 'client' | 'target'>,
  sessionId: string,
): string | undefined {
  if (!settings.sessionManagement) return undefined;
  return sessionState(client.clientId, target.redirectUri, browserState(sessionId), random(9).toString('base64url'));
}

/** Whoever loses the session cookie loses the one that speaks of it. */
export function withBrowserState(settings: Settings, cookies: readonly CookieToSet[]): readonly CookieToSet[] {
  const ended = cookies.some(({ kind, maxAgeSeconds }) => kind === 'session' && maxAgeSeconds < 0);
  const told = cookies.some(({ kind }) => kind === 'browser_state');
  if (!ended || told || !settings.sessionManagement) return cookies;
  const name = browserStateCookie(settings.cookieNames.session);
  return [...cookies, { name, value: '', maxAgeSeconds: -1, kind: 'browser_state' }];
}
