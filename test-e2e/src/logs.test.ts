// What the logs tell, and what they never do: each error answer has an id that exactly one line carries, and nothing that anybody
// could use to be somebody is in any of them after a whole run (security catalogue §2.8, §3.J).
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { createBrowserSession, locationOf } from './browser-session.js';
import type { CreatedClient } from './clients.js';
import { basic, createClient } from './clients.js';
import { askToken, authorizationUrl, introspect, redeem, refresh } from './code-flow.js';
import type { Demo } from './demo.js';
import { joinDemo } from './demo.js';
import { answerConsent, answerLogin } from './login-app.js';

let demo: Demo;
let client: CreatedClient;

beforeAll(async () => {
  demo = await joinDemo();
  client = await createClient(demo.admin);
}, 150_000);

afterAll(async () => {
  await demo.stop();
});

/** All logs of the demo, by file. */
function logs(): Map<string, string> {
  const directory = path.join(demo.home, 'logs');
  return new Map(readdirSync(directory).map((name) => [name, readFileSync(path.join(directory, name), 'utf8')]));
}

const linesWith = (text: string): string[] =>
  [...logs()].flatMap(([name, log]) =>
    log
      .split('\n')
      .filter((line) => line.includes(text))
      .map((line) => `${name}: ${line}`),
  );

/** Logs are written behind the answer; waits until a text is in them. */
async function logged(text: string): Promise<string[]> {
  for (const end = Date.now() + 30_000; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 50))) {
    const lines = linesWith(text);
    if (lines.length > 0) return lines;
  }
  return [];
}

describe('an error answer', () => {
  const form = (parameters: Record<string, string>, headers: Record<string, string> = {}): RequestInit => ({
    method: 'POST',
    headers,
    body: new URLSearchParams(parameters),
  });
  const json = (body: unknown): RequestInit => ({
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

  test.each<[string, string, () => [path: string, init?: RequestInit]]>([
    ['invalid_client', 'public', () => ['/oauth2/token', form({ grant_type: 'client_credentials' })]],
    [
      'invalid_grant',
      'public',
      () => [
        '/oauth2/token',
        form({ grant_type: 'refresh_token', refresh_token: 'x' }, { authorization: basic(client) }),
      ],
    ],
    [
      'unsupported_grant_type',
      'public',
      () => ['/oauth2/token', form({ grant_type: 'x' }, { authorization: basic(client) })],
    ],
    ['request_too_large', 'public', () => ['/oauth2/token', form({ x: 'y'.repeat(200_000) })]],
    ['invalid_token', 'public', () => ['/userinfo', { headers: { authorization: 'Bearer x' } }]],
    ['invalid_request', 'public', () => ['/oauth2/revoke', form({}, { authorization: basic(client) })]],
    ['not_found', 'public', () => ['/nowhere']],
    ['invalid_redirect_uri', 'admin', () => ['/admin/clients', json({ redirect_uris: ['javascript:x'] })]],
    ['Unable to locate the resource', 'admin', () => ['/admin/clients/nobody']],
  ])('%s at the %s API has one line with its id', async (error, face, request) => {
    const [at, init] = request();
    const response = await fetch((face === 'public' ? demo.public : demo.admin) + at, init);
    const body = (await response.json()) as { error: string; error_id: string };
    expect(body.error).toBe(error);
    const lines = await logged(body.error_id);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(new RegExp(`^${face === 'public' ? 'gateway' : 'admin'}\\.log: `));
    expect(lines[0]).toContain(`"status":${String(response.status)}`);
  });

  test('on a page has one line with the id that the page shows', async () => {
    const shown = await createBrowserSession().visit(`${demo.public}/oauth2/auth?client_id=nobody`);
    const id = new URL(await locationOf(shown)).searchParams.get('error_id') ?? '';
    expect(id).not.toBe('');
    const lines = (await logged(id)).filter((line) => !line.includes('/oauth2/fallbacks/error'));
    expect(lines).toHaveLength(1);
  });

  test('in a redirect to a client has one line with the id that its error_uri brings', async () => {
    const refused = await createBrowserSession().visit(authorizationUrl(demo, client, { scope: 'openid admin' }));
    const page = new URL(await locationOf(refused)).searchParams.get('error_uri') ?? '';
    const id = new URL(page).searchParams.get('error_id') ?? '';
    expect(await logged(id)).toEqual([expect.stringMatching(/^gateway\.log: .*"error":"invalid_scope"/)]);
    const shown = await fetch(page);
    expect([shown.status, await shown.text()]).toEqual([400, expect.stringContaining(id)]);
  });

  test('in HTML has one line with the id that is read there', async () => {
    const response = await fetch(`${demo.public}/nowhere`, { headers: { accept: 'text/html' } });
    const id = /<code>(\w+)<\/code>/.exec(await response.text())?.[1] ?? '';
    expect(id).not.toBe('');
    expect(await logged(id)).toHaveLength(1);
  });
});

test('no secret of a whole run is in any log', async () => {
  const secrets = new Map<string, string>();
  const keep = (name: string, value: string | null | undefined): string => {
    if (value === null || value === undefined || value === '') throw new Error(`the run brought no ${name}`);
    secrets.set(name, value);
    return value;
  };
  keep('client secret', client.client_secret);
  const verifier = keep('code verifier', 'a-verifier-that-nobody-would-guess-0123456789');
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier));
  const browser = createBrowserSession();
  const person = {
    subject: 'somebody-with-a-name',
    idTokenClaims: { email: keep('e-mail address', 'private@person.example') },
  };
  const start = authorizationUrl(demo, client, {
    state: keep('state', 'a-state-that-binds-a-browser'),
    nonce: keep('nonce', 'a-nonce-that-binds-a-token'),
    login_hint: keep('login hint', 'hinted@person.example'),
    code_challenge: Buffer.from(digest).toString('base64url'),
    code_challenge_method: 'S256',
  });
  const parameterOf = (url: string, name: string) => keep(name, new URL(url).searchParams.get(name));

  const atLogin = await locationOf(await browser.visit(start));
  const afterLogin = await answerLogin(demo.admin, parameterOf(atLogin, 'login_challenge'), {
    ...person,
    remember: true,
  });
  parameterOf(afterLogin, 'login_verifier');
  const atConsent = await locationOf(await browser.visit(afterLogin));
  const afterConsent = await answerConsent(demo.admin, parameterOf(atConsent, 'consent_challenge'), person);
  parameterOf(afterConsent, 'consent_verifier');
  const code = parameterOf(await locationOf(await browser.visit(afterConsent)), 'code');
  for (const [name, value] of browser.cookies) keep(`cookie ${name}`, value);

  const { body } = await redeem(demo, client, code, { code_verifier: verifier });
  const access = keep('access token', body.access_token);
  const idToken = keep('ID token', body.id_token);
  const old = keep('refresh token', body.refresh_token);
  const next = (await refresh(demo, client, old)).body;
  keep('next access token', next.access_token);
  keep('next refresh token', next.refresh_token);
  await fetch(`${demo.public}/userinfo`, { headers: { authorization: `Bearer ${access}` } });
  await introspect(demo, access);
  // Wrong uses tell more than right ones.
  await redeem(demo, client, code, { code_verifier: verifier });
  await refresh(demo, client, old);
  await askToken(demo, client, {
    grant_type: 'authorization_code',
    code: access,
    refresh_token: old,
    code_verifier: verifier,
  });
  await fetch(`${demo.public}/userinfo?access_token=${access}`);
  await fetch(`${demo.public}/nowhere/${access}?token=${old}`);
  await browser.visit(afterLogin);
  await browser.visit(afterConsent);
  const logout = new URLSearchParams({ id_token_hint: idToken, state: 'a-state-that-binds-a-browser' });
  const askedToLeave = await locationOf(
    await browser.visit(`${demo.public}/oauth2/sessions/logout?${logout.toString()}`),
  );
  parameterOf(askedToLeave, 'logout_challenge');
  const { error_id } = (await askToken(demo, client, { grant_type: 'the last request' })).body;
  await logged(error_id ?? '');

  const secretFiles = path.join(demo.home, 'secrets');
  for (const name of readdirSync(secretFiles)) keep(name, readFileSync(path.join(secretFiles, name), 'utf8').trim());
  keep('database password', decodeURIComponent(new URL(demo.dsn).password));
  // Parts of a handle or JWT are as good as the whole to who searches for them.
  for (const [name, value] of [...secrets]) {
    const tail = value.split('.').at(-1) ?? '';
    if (value.length > 60 && tail !== value) secrets.set(`end of ${name}`, tail);
  }
  const everything = [...logs().values()].join('\n') + demo.progress();
  expect(everything.length).toBeGreaterThan(1_000);
  expect(linesWith(client.client_id).length).toBeGreaterThan(0);
  const told = [...secrets].filter(([, value]) => everything.includes(value)).map(([name]) => name);
  expect(told).toEqual([]);
});
