// A login and consent app of a few lines, as an integrator would write it: it talks to the admin API and nothing else.
import type { BrowserSession } from './browser-session.js';
import { locationOf } from './browser-session.js';

/** How the person at the browser behaves. */
export interface Person {
  subject?: string;
  remember?: boolean;
  grantScopes?: readonly string[];
  idTokenClaims?: Record<string, unknown>;
  accessTokenClaims?: Record<string, unknown>;
  acr?: string;
  amr?: readonly string[];
  rejectLogin?: Record<string, unknown>;
  rejectConsent?: Record<string, unknown>;
}

const json = { 'content-type': 'application/json' };

/** Calls the admin API and answers its JSON; a failure carries status and body. */
export async function adminCall<T = Record<string, unknown>>(url: string, method = 'GET', body?: unknown): Promise<T> {
  const response = await fetch(url, {
    method,
    ...(body === undefined ? {} : { headers: json, body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${url}: ${String(response.status)} ${text}`);
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

interface LoginRequest {
  skip: boolean;
  subject: string;
}

interface ConsentRequest {
  requested_scope: string[];
  requested_access_token_audience: string[];
}

/** Answers a login challenge and says where the browser goes on. */
export async function answerLogin(admin: string, challenge: string, person: Person): Promise<string> {
  const base = `${admin}/admin/oauth2/auth/requests/login`;
  const query = `?login_challenge=${encodeURIComponent(challenge)}`;
  if (person.rejectLogin !== undefined) {
    return (await adminCall<{ redirect_to: string }>(`${base}/reject${query}`, 'PUT', person.rejectLogin)).redirect_to;
  }
  const request = await adminCall<LoginRequest>(base + query);
  const { redirect_to } = await adminCall<{ redirect_to: string }>(`${base}/accept${query}`, 'PUT', {
    subject: request.skip ? request.subject : (person.subject ?? 'alice'),
    remember: person.remember ?? false,
    acr: person.acr ?? '',
    amr: person.amr ?? ['pwd'],
  });
  return redirect_to;
}

/** Answers a consent challenge and says where the browser goes on. */
export async function answerConsent(admin: string, challenge: string, person: Person): Promise<string> {
  const base = `${admin}/admin/oauth2/auth/requests/consent`;
  const query = `?consent_challenge=${encodeURIComponent(challenge)}`;
  if (person.rejectConsent !== undefined) {
    return (await adminCall<{ redirect_to: string }>(`${base}/reject${query}`, 'PUT', person.rejectConsent))
      .redirect_to;
  }
  const request = await adminCall<ConsentRequest>(base + query);
  const { redirect_to } = await adminCall<{ redirect_to: string }>(`${base}/accept${query}`, 'PUT', {
    grant_scope: person.grantScopes ?? request.requested_scope,
    grant_access_token_audience: request.requested_access_token_audience,
    remember: person.remember ?? false,
    session: { id_token: person.idTokenClaims ?? {}, access_token: person.accessTokenClaims ?? {} },
  });
  return redirect_to;
}

/**
 * Walks a browser from an authorization URL to the client's callback.
 *
 * @returns the callback URL with the authorization response in it
 */
export async function authorize(
  admin: string,
  browser: BrowserSession,
  authorizationUrl: string,
  person: Person = {},
): Promise<URL> {
  let url = authorizationUrl;
  for (let hop = 0; hop < 8; hop++) {
    const location = await locationOf(await browser.visit(url));
    const at = new URL(location, url);
    const loginChallenge = at.searchParams.get('login_challenge');
    const consentChallenge = at.searchParams.get('consent_challenge');
    if (loginChallenge !== null) url = await answerLogin(admin, loginChallenge, person);
    else if (consentChallenge !== null) url = await answerConsent(admin, consentChallenge, person);
    else return at;
  }
  throw new Error(`the flow does not end; the last hop was ${url}`);
}
