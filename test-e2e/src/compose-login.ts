// A person logs in through the login app of deploy/compose.yaml, with what a browser keeps and sends, and a client gets its tokens.
import { createBrowserSession, locationOf } from './browser-session.js';
import type { CreatedClient } from './clients.js';
import { basic, callback } from './clients.js';

export interface Addresses {
  readonly issuer: string;
  readonly admin: string;
  readonly login: string;
  readonly operatorKey: string;
}

export interface LoggedIn {
  /** For whom the tokens are. */
  readonly client: CreatedClient;
  /** The token endpoint's answer. */
  readonly tokens: Readonly<Record<string, string>>;
  /** What the admin API says about the access token. */
  readonly introspection: Readonly<Record<string, unknown>>;
}

/** @throws with what was answered instead, where somebody answers otherwise */
export async function logIn({ issuer, admin, login, operatorKey }: Addresses): Promise<LoggedIn> {
  const authorization = `Bearer ${operatorKey}`;
  const created = await fetch(`${admin}/admin/clients`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
    body: JSON.stringify({
      ...{ redirect_uris: [callback], grant_types: ['authorization_code', 'refresh_token', 'client_credentials'] },
      ...{ response_types: ['code'], scope: 'openid offline_access' },
    }),
  });
  const client = (await told(created, 201)) as CreatedClient;
  const code = await codeOf(issuer, login, client.client_id);
  const answer = await fetch(`${issuer}/oauth2/token`, {
    method: 'POST',
    headers: { authorization: basic(client) },
    body: new URLSearchParams({ grant_type: 'authorization_code', redirect_uri: callback, code }),
  });
  const tokens = (await told(answer, 200)) as Record<string, string>;
  const introspection = await fetch(`${admin}/admin/oauth2/introspect`, {
    method: 'POST',
    headers: { authorization },
    body: new URLSearchParams({ token: tokens['access_token'] ?? '' }),
  });
  return { client, tokens, introspection: (await told(introspection, 200)) as Record<string, unknown> };
}

async function told(response: Response, status: number): Promise<unknown> {
  if (response.status !== status)
    throw new Error(`${String(response.status)}: ${(await response.text()).slice(0, 500)}`);
  return response.json();
}

/** As ada, who accepts what she is asked. */
async function codeOf(issuer: string, login: string, clientId: string): Promise<string> {
  const browser = createBrowserSession();
  const query = new URLSearchParams({
    ...{ client_id: clientId, response_type: 'code', redirect_uri: callback },
    ...{ scope: 'openid offline_access', state: 'a state of some length' },
  });
  /** Follows until somebody shows a page, or the client is reached. */
  const follow = async (response: Response): Promise<{ url?: URL; page: string }> => {
    let current = response;
    for (let hops = 0; hops < 10; hops++) {
      if (current.status === 200) return { page: await current.text() };
      const location = new URL(await locationOf(current), login);
      if (location.href.startsWith(callback)) return { url: location, page: '' };
      current = await browser.visit(location.href);
    }
    throw new Error('redirected for ever');
  };
  const submit = async (page: string, action: string, filled: Record<string, string>) => {
    const body = formOf(page);
    for (const [name, value] of Object.entries({ ...filled, decision: 'accept' })) body.set(name, value);
    return follow(await browser.visit(`${login}${action}`, { method: 'POST', body, headers: { origin: login } }));
  };
  const atLogin = await follow(await browser.visit(`${issuer}/oauth2/auth?${query.toString()}`));
  const atConsent = await submit(atLogin.page, '/login', { username: 'ada', password: 'any password' });
  const { url } = await submit(atConsent.page, '/consent', {});
  return url?.searchParams.get('code') ?? '';
}

/** The form of a page, filled in by what it says itself. */
function formOf(page: string): URLSearchParams {
  const form = new URLSearchParams();
  for (const [input] of page.matchAll(/<input\b[^>]*>/g)) {
    const name = /\bname="([^"]*)"/.exec(input)?.[1];
    const kept = /\btype="hidden"/.test(input) || /\bchecked\b/.test(input);
    if (name !== undefined && kept) form.append(name, /\bvalue="([^"]*)"/.exec(input)?.[1] ?? '');
  }
  return form;
}
