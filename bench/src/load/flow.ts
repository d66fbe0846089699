// The browser and the login app of one authorization code flow, from the first redirect to the code: three browser hops and
// four admin calls (OpenID Connect Core §3.1; the app accepts everything).
import { createHash } from 'node:crypto';
import type { HttpAnswer } from './http-text.js';
import { headersOf } from './http-text.js';
import type { HttpConnection } from './http-connection.js';
import type { Lane } from './lane.js';
import { expectStatus, parseObject, textOf, WrongAnswer } from './lane.js';

/** A client as the flow needs it. */
export interface FlowClient {
  readonly clientId: string;
  readonly redirectUri: string;
  readonly scope: string;
}

/** PKCE's pair (RFC 7636 §4); one for all, since nothing that is measured depends on its being fresh. */
export const codeVerifier = 'bench-verifier-0123456789-0123456789-0123456789';
const codeChallenge = createHash('sha256').update(codeVerifier).digest('base64url');

const json = { 'Content-Type': 'application/json' };

/**
 * The first leg alone.
 *
 * @param number makes state and nonce its own
 * @param cookies of the browser; those that are set are kept in it
 * @returns the login_challenge
 * @throws {WrongAnswer}
 */
export async function askForLogin(
  lane: Lane,
  client: FlowClient,
  number: number,
  cookies: Map<string, string>,
): Promise<string> {
  const atLogin = await browseOn(lane.public, startOfFlow(client, number), cookies);
  return parameter(atLogin, 'login_challenge');
}

/** Path and query of an authorization request. */
export function startOfFlow(client: FlowClient, number: number): string {
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: client.clientId,
    redirect_uri: client.redirectUri,
    scope: client.scope,
    state: stateOf(number),
    // Of an ID token, where one comes.
    ...(client.scope.split(' ').includes('openid') ? { nonce: `bench-nonce-${String(number)}` } : {}),
    code_challenge: codeChallenge,
    code_challenge_method: 'S256',
  });
  return `/oauth2/auth?${query.toString()}`;
}

export const stateOf = (number: number) => `bench-state-${String(number)}`;

/** @param number makes state and subject its own. @returns the authorization code @throws {WrongAnswer} */
export async function acceptAll(lane: Lane, client: FlowClient, number: number): Promise<string> {
  const cookies = new Map<string, string>();
  const challenge = await askForLogin(lane, client, number, cookies);
  const login = await accept(lane.admin, 'login', challenge, () => ({
    subject: `user-${String(number % 1000)}`,
    amr: ['pwd'],
  }));
  const atConsent = await browseOn(lane.public, login.pathname + login.search, cookies);
  const consent = await accept(lane.admin, 'consent', parameter(atConsent, 'consent_challenge'), (request) => ({
    grant_scope: request['requested_scope'],
    grant_access_token_audience: request['requested_access_token_audience'],
    session: { id_token: { name: 'A Person' } },
  }));
  const back = await browseOn(lane.public, consent.pathname + consent.search, cookies);
  if (parameter(back, 'state') !== stateOf(number)) throw new WrongAnswer('a flow came back with the state of another');
  return parameter(back, 'code');
}

/** What the login app is told about a challenge. @throws {WrongAnswer} */
export async function loginRequest(admin: HttpConnection, challenge: string): Promise<Record<string, unknown>> {
  const path = '/admin/oauth2/auth/requests/login';
  const asking = admin.encode('GET', `${path}?login_challenge=${encodeURIComponent(challenge)}`);
  return parseObject(expectStatus(await admin.send(asking), 200, `GET ${path}`).body.toString(), path);
}

/** One hop: sends the cookies, keeps those that are set, and says where the browser is sent. */
export async function browseOn(connection: HttpConnection, target: string, cookies: Map<string, string>): Promise<URL> {
  const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  const answer = await connection.send(connection.encode('GET', target, cookie === '' ? {} : { Cookie: cookie }));
  for (const line of headersOf(answer, 'Set-Cookie')) {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
    if (/;\s*max-age=0/i.test(line)) cookies.delete(name);
    else cookies.set(name, value);
  }
  return redirectOf(answer, target);
}

function redirectOf(answer: HttpAnswer, target: string): URL {
  const [location] = headersOf(answer, 'Location');
  const redirects = answer.status === 302 || answer.status === 303;
  if (redirects && location !== undefined && URL.canParse(location)) return new URL(location);
  throw new WrongAnswer(
    `${target.slice(0, 80)}: no redirect but ${String(answer.status)}: ${answer.body.toString().slice(0, 300)}`,
  );
}

function parameter(url: URL, name: string): string {
  const value = url.searchParams.get(name);
  if (value !== null) return value;
  throw new WrongAnswer(`no ${name} in ${url.href.slice(0, 300)}`);
}

/** The login app's two calls for a challenge: reads the request, accepts it. @returns where the browser goes on */
async function accept(
  admin: HttpConnection,
  kind: 'login' | 'consent',
  challenge: string,
  decide: (request: Record<string, unknown>) => object,
): Promise<URL> {
  const path = `/admin/oauth2/auth/requests/${kind}`;
  const query = `?${kind}_challenge=${encodeURIComponent(challenge)}`;
  const read = expectStatus(await admin.send(admin.encode('GET', path + query)), 200, `GET ${path}`);
  const body = JSON.stringify(decide(parseObject(read.body.toString(), path)));
  const accepting = admin.encode('PUT', `${path}/accept${query}`, json, body);
  const accepted = expectStatus(await admin.send(accepting), 200, `PUT ${path}/accept`);
  return new URL(textOf(parseObject(accepted.body.toString(), path), 'redirect_to', path));
}
