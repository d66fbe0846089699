// An authorization code on demand, and what the token endpoint says about it.
import { createBrowserSession } from './browser-session.js';
import type { CreatedClient } from './clients.js';
import { basic, callback } from './clients.js';
import type { Demo } from './demo.js';
import type { Person } from './login-app.js';
import { authorize } from './login-app.js';

/** An answer of the token endpoint. */
export interface TokenAnswer {
  readonly status: number;
  readonly body: {
    readonly access_token?: string;
    readonly refresh_token?: string;
    readonly id_token?: string;
    readonly scope?: string;
    readonly error?: string;
    readonly error_id?: string;
  };
}

type Issuer = Pick<Demo, 'public' | 'admin'>;

/** The address that begins a code flow; `parameters` replace what is usual. */
export function authorizationUrl(demo: Issuer, client: CreatedClient, parameters: Record<string, string> = {}): string {
  const url = new URL(`${demo.public}/oauth2/auth`);
  url.search = new URLSearchParams({
    client_id: client.client_id,
    response_type: 'code',
    redirect_uri: callback,
    scope: 'openid offline',
    state: 'state-of-length',
    ...parameters,
  }).toString();
  return url.href;
}

/** Logs somebody in, agrees, and answers the code. */
export async function freshCode(
  demo: Issuer,
  client: CreatedClient,
  parameters: Record<string, string> = {},
  person: Person = {},
): Promise<string> {
  const url = authorizationUrl(demo, client, parameters);
  const back = await authorize(demo.admin, createBrowserSession(), url, person);
  const code = back.searchParams.get('code');
  if (code === null) throw new Error(`no code in ${back.href}`);
  return code;
}

export async function askToken(
  demo: Issuer,
  client: CreatedClient,
  parameters: Record<string, string>,
): Promise<TokenAnswer> {
  const response = await fetch(`${demo.public}/oauth2/token`, {
    method: 'POST',
    headers: { authorization: basic(client) },
    body: new URLSearchParams(parameters),
  });
  return { status: response.status, body: (await response.json()) as TokenAnswer['body'] };
}

export const redeem = (demo: Issuer, client: CreatedClient, code: string, more: Record<string, string> = {}) =>
  askToken(demo, client, { grant_type: 'authorization_code', code, redirect_uri: callback, ...more });

export const refresh = (demo: Issuer, client: CreatedClient, token: string) =>
  askToken(demo, client, { grant_type: 'refresh_token', refresh_token: token });

/** What RFC 7662 says over HTTP. */
export async function introspect(demo: Issuer, token: string): Promise<Record<string, unknown>> {
  const response = await fetch(`${demo.admin}/admin/oauth2/introspect`, {
    method: 'POST',
    body: new URLSearchParams({ token }),
  });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`introspection answered ${String(response.status)}: ${text}`);
  return JSON.parse(text) as Record<string, unknown>;
}
