// What effects of settings are looked for with: requests that follow nothing, whole logins, and the words of answers.
import { request as httpRequest } from 'node:http';
import { createBrowserSession, locationOf } from '../browser-session.js';
import type { BrowserSession } from '../browser-session.js';
import type { CreatedClient } from '../clients.js';
import { basic, createClient } from '../clients.js';
import type { TokenAnswer } from '../code-flow.js';
import { authorizationUrl, redeem } from '../code-flow.js';
import type { Demo } from '../demo.js';
import type { Person } from '../login-app.js';
import { adminCall, answerConsent, answerLogin, authorize } from '../login-app.js';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** Empty where the body is no JSON. */
  readonly json: Readonly<Record<string, unknown>>;
}

/** A request that follows no redirect. */
export async function ask(url: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(url, { ...init, redirect: 'manual' });
  const text = await response.text();
  let json: Answer['json'] = {};
  try {
    json = JSON.parse(text) as Answer['json'];
  } catch {
    // A page, or nothing.
  }
  return { status: response.status, headers: response.headers, json };
}

export const form = (parameters: Record<string, string>, headers: Record<string, string> = {}): RequestInit => ({
  method: 'POST',
  headers,
  body: new URLSearchParams(parameters),
});

export const jsonBody = (method: string, body: unknown, headers: Record<string, string> = {}): RequestInit => ({
  method,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
});

/** The status of a request that says another host than it is sent to. */
export function statusAs(url: string, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    httpRequest(url, { headers: { host } }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .once('error', reject)
      .end();
  });
}

/** What a JWT says. */
export const claimsOf = (jwt: string | undefined): Readonly<Record<string, unknown>> =>
  JSON.parse(Buffer.from(jwt?.split('.')[1] ?? '', 'base64url').toString() || '{}') as Record<string, unknown>;

export interface World {
  readonly demo: Demo;
  readonly client: CreatedClient;
  /** A directory for files that settings name. */
  readonly directory: string;
  /** Everything a service logged so far. */
  readonly log: (service: string) => string;
}

export const newClient = ({ demo }: World, more: Record<string, unknown> = {}) => createClient(demo.admin, more);

export const discovery = async ({ demo }: World) => (await ask(`${demo.public}/.well-known/openid-configuration`)).json;

/** The token endpoint's answer to a client. */
export const token = ({ demo, client }: World, parameters: Record<string, string>, of = client): Promise<Answer> =>
  ask(`${demo.public}/oauth2/token`, form(parameters, { authorization: basic(of) }));

/** Where the first leg of a login leads. */
export async function firstLeg({ demo, client }: World, parameters: Record<string, string> = {}, of = client) {
  return ask(authorizationUrl(demo, of, parameters));
}

export const locationIn = ({ headers }: Answer): string => headers.get('location') ?? '';

/** A whole login, up to the code. */
export async function codeOf(
  { demo, client }: World,
  more: { person?: Person; of?: CreatedClient; browser?: BrowserSession; parameters?: Record<string, string> } = {},
): Promise<string> {
  const { person = {}, of = client, browser = createBrowserSession(), parameters = {} } = more;
  const back = await authorize(demo.admin, browser, authorizationUrl(demo, of, parameters), person);
  const code = back.searchParams.get('code');
  if (code === null) throw new Error(`no code in ${back.href}`);
  return code;
}

/** A whole login, up to the tokens. */
export async function tokensOf(world: World, more: Parameters<typeof codeOf>[1] = {}): Promise<TokenAnswer['body']> {
  return (await redeem(world.demo, more.of ?? world.client, await codeOf(world, more))).body;
}

/** Logs somebody in so that the browser is remembered. @returns where the browser is sent next, and the answer that sent it */
export async function rememberedLogin(
  { demo, client }: World,
  browser: BrowserSession,
  login: Record<string, unknown> = {},
): Promise<{ readonly consent: string; readonly answer: Response }> {
  const at = new URL(await locationOf(await browser.visit(authorizationUrl(demo, client))));
  const challenge = encodeURIComponent(at.searchParams.get('login_challenge') ?? '');
  const url = `${demo.admin}/admin/oauth2/auth/requests/login/accept?login_challenge=${challenge}`;
  const { redirect_to } = await adminCall<{ redirect_to: string }>(url, 'PUT', {
    ...{ subject: 'alice', remember: true },
    ...login,
  });
  const answer = await browser.visit(redirect_to);
  return { consent: await locationOf(answer), answer };
}

/** Goes on from the consent page to the tokens. */
export async function consented({ demo, client }: World, browser: BrowserSession, consent: string) {
  const challenge = new URL(consent).searchParams.get('consent_challenge') ?? '';
  const back = await locationOf(await browser.visit(await answerConsent(demo.admin, challenge, {})));
  return (await redeem(demo, client, new URL(back).searchParams.get('code') ?? '')).body;
}

/** Where a browser is sent that wants to log out. */
export const logoutPage = async ({ demo }: World, browser: BrowserSession): Promise<string> =>
  locationOf(await browser.visit(`${demo.public}/oauth2/sessions/logout`));

/** Logs a remembered browser out. */
export async function logOut(world: World, browser: BrowserSession): Promise<void> {
  const challenge = new URL(await logoutPage(world, browser)).searchParams.get('logout_challenge') ?? '';
  const url = `${world.demo.admin}/admin/oauth2/auth/requests/logout/accept?logout_challenge=${encodeURIComponent(challenge)}`;
  const { redirect_to } = await adminCall<{ redirect_to: string }>(url, 'PUT');
  await browser.visit(redirect_to);
}

const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code';

export const newDevice = (world: World) =>
  newClient(world, { grant_types: [deviceGrant], token_endpoint_auth_method: 'none' });

/** What a device is told. */
export const deviceCode = ({ demo }: World, device: CreatedClient, headers: Record<string, string> = {}) =>
  ask(`${demo.public}/oauth2/device/auth`, form({ client_id: device.client_id, scope: 'openid' }, headers));

/** Answers a device's page with a code. */
export async function typeUserCode(
  { demo }: World,
  browser: BrowserSession,
  userCode: string,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const page = await locationOf(await browser.visit(`${demo.public}/oauth2/device/verify`, { headers }));
  const challenge = encodeURIComponent(new URL(page).searchParams.get('device_challenge') ?? '');
  const url = `${demo.admin}/admin/oauth2/auth/requests/device/accept?device_challenge=${challenge}`;
  return ask(url, jsonBody('PUT', { user_code: userCode }));
}

/** A device that is let in: where the browser ends. */
export async function letDeviceIn(world: World, device: CreatedClient): Promise<string> {
  const browser = createBrowserSession();
  const { user_code: userCode } = (await deviceCode(world, device)).json as { user_code: string };
  const typed = (await typeUserCode(world, browser, userCode)).json as { redirect_to: string };
  const { admin } = world.demo;
  const login = new URL(await locationOf(await browser.visit(typed.redirect_to)));
  const afterLogin = await answerLogin(admin, login.searchParams.get('login_challenge') ?? '', {});
  const consent = new URL(await locationOf(await browser.visit(afterLogin)));
  const afterConsent = await answerConsent(admin, consent.searchParams.get('consent_challenge') ?? '', {});
  return locationOf(await browser.visit(afterConsent));
}
