// GET /oauth2/sessions/check, the check_session_iframe (OpenID Connect Session Management 1.0 §3.3); only where it is on.
import type { Route } from '@cardea/http';
import { sendPage } from '@cardea/http';
import { browserStateCookie } from '@cardea/oauth';
import { sessionPage } from '../session-page.js';

/** @param sessionCookie the name of the cookie that remembers a login */
export function sessionRoutes(sessionCookie: string): Route[] {
  const { html, headers } = sessionPage(browserStateCookie(sessionCookie));
  return [{ path: '/oauth2/sessions/check', get: (_request, response) => sendPage(response, 200, headers, html) }];
}
