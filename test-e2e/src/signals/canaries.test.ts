// Canaries through every flow, right and wrong, with all there is to watch switched on: none of them stands in a log line at level
// debug, an event, a span, a metric, a command to Redis or an argument of a process (security catalogue J01 to J04; issue 7).
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { BrowserSession } from '../browser-session.js';
import { createBrowserSession, locationOf } from '../browser-session.js';
import type { CreatedClient } from '../clients.js';
import { basic, createClient } from '../clients.js';
import { askToken, authorizationUrl, introspect, redeem, refresh } from '../code-flow.js';
import type { Demo } from '../demo.js';
import { newHome, startDemo } from '../demo.js';
import { adminCall, answerConsent, answerLogin } from '../login-app.js';
import type { Listener } from './listeners.js';
import { listenHttp, watchRedis } from './listeners.js';

// For busy machines; nothing here depends on how fast anything is.
jest.setTimeout(300_000);

const home = newHome();
const canary = (of: string) => `canary-of-${of}-7f3a`;
const subject = canary('subject');
const callback = 'http://127.0.0.1:9/callback';
const eventsFile = path.join(home.directory, 'events.jsonl');

let demo: Demo;
let collector: Listener;
let webhook: Listener;
let redis: Listener;
let client: CreatedClient;
let stopped = false;

beforeAll(async () => {
  [collector, webhook] = await Promise.all([listenHttp(), listenHttp()]);
  const file = path.join(home.directory, 'watched.json');
  const settings = {
    log: { level: 'debug' },
    tracing: { otlp_endpoint: `${collector.url}/v1/traces`, sample_ratio: 1 },
    oidc: { dynamic_client_registration: { enabled: true } },
    oauth2: { audit_decisions: true },
    events: { types: '*', file: eventsFile, stdout: true, webhook: { url: `${webhook.url}/events` } },
  };
  writeFileSync(file, JSON.stringify(settings));
  const secretFile = (name: string, value: string) => {
    const at = path.join(home.directory, name);
    writeFileSync(at, value, { mode: 0o600 });
    return at;
  };
  demo = await startDemo({
    home: home.directory,
    args: ['--config', file],
    env: {
      EVENTS_WEBHOOK_SECRET_FILE: secretFile('webhook-secret', canary('webhook-secret')),
      EVENTS_PSEUDONYM_KEY_FILE: secretFile('pseudonym-key', canary('pseudonym-key')),
    },
  });
  redis = await watchRedis(demo.redis);
  client = await createClient(demo.admin, { redirect_uris: [`${callback}?for=${canary('redirect-query')}`] });
}, 200_000);

afterAll(async () => {
  if (!stopped) await demo.stop();
  await Promise.all([collector, webhook, redis].map((listener) => listener.close()));
  home.remove();
});

/** What nobody may find, by name. */
const secrets = new Map<string, string>([
  ['subject', subject],
  ['redirect query', canary('redirect-query')],
  ['webhook secret', canary('webhook-secret')],
  ['pseudonym key', canary('pseudonym-key')],
]);
const keep = (name: string, value: string | null | undefined): string => {
  if (value === null || value === undefined || value === '') throw new Error(`the run brought no ${name}`);
  secrets.set(name, value);
  return value;
};
const parameterOf = (url: string, name: string) => keep(name, new URL(url).searchParams.get(name));
const post = (at: string, form: Record<string, string>, headers: Record<string, string> = {}) =>
  fetch(demo.public + at, { method: 'POST', headers, body: new URLSearchParams(form), redirect: 'manual' });
const jsonOf = async (response: Response) => (await response.json()) as Record<string, string>;
const admin = (method: string, at: string) => fetch(`${demo.admin}/admin${at}`, { method });

/** Up to the code of a person with many things to hide. */
async function codeFlow(browser: BrowserSession) {
  const verifier = keep('code verifier', `${canary('code-verifier')}-0123456789-0123456789-01`);
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier));
  const person = {
    subject,
    remember: true,
    idTokenClaims: { email: keep('e-mail address', `${canary('mail')}@person.example`) },
    accessTokenClaims: { role: keep('claim', canary('claim')) },
  };
  const redirectUri = client.redirect_uris[0] ?? '';
  const start = authorizationUrl(demo, client, {
    redirect_uri: redirectUri,
    state: keep('state', canary('state')),
    nonce: keep('nonce', canary('nonce')),
    login_hint: keep('login hint', canary('login-hint')),
    code_challenge: Buffer.from(digest).toString('base64url'),
    code_challenge_method: 'S256',
  });
  const atLogin = await locationOf(await browser.visit(start));
  const afterLogin = await answerLogin(demo.admin, parameterOf(atLogin, 'login_challenge'), person);
  parameterOf(afterLogin, 'login_verifier');
  const atConsent = await locationOf(await browser.visit(afterLogin));
  const afterConsent = await answerConsent(demo.admin, parameterOf(atConsent, 'consent_challenge'), person);
  parameterOf(afterConsent, 'consent_verifier');
  const code = parameterOf(await locationOf(await browser.visit(afterConsent)), 'code');
  for (const [name, value] of browser.cookies) keep(`cookie ${name}`, value);
  // Again, as a reader of the history would.
  for (const url of [afterLogin, afterConsent]) await browser.visit(url);
  return { code, verifier, redirectUri };
}

async function tokenFlows(): Promise<void> {
  const browser = createBrowserSession();
  const { code, verifier, redirectUri } = await codeFlow(browser);
  const more = { code_verifier: verifier, redirect_uri: redirectUri };
  const { body } = await redeem(demo, client, code, more);
  const access = keep('access token', body.access_token);
  const idToken = keep('ID token', body.id_token);
  const old = keep('refresh token', body.refresh_token);
  const next = (await refresh(demo, client, old)).body;
  keep('next access token', next.access_token);
  keep('next refresh token', next.refresh_token);
  const bearer = { authorization: `Bearer ${access}` };
  await fetch(`${demo.public}/userinfo`, { headers: bearer });
  await introspect(demo, String(next.access_token));
  // What is wrong tells more than what is right.
  await redeem(demo, client, code, more);
  await refresh(demo, client, old);
  await askToken(demo, client, { grant_type: 'authorization_code', code: access, refresh_token: old, ...more });
  await askToken(demo, client, { grant_type: canary('grant-type'), assertion: keep('assertion', canary('assertion')) });
  await post('/oauth2/token', {
    grant_type: 'client_credentials',
    client_id: client.client_id,
    client_secret: canary('wrong-secret'),
  });
  secrets.set('wrong secret', canary('wrong-secret'));
  await fetch(`${demo.public}/userinfo?access_token=${access}`);
  await fetch(`${demo.public}/nowhere/${access}?token=${old}`);
  await fetch(
    `${demo.public}/oauth2/auth?client_id=nobody&redirect_uri=https://x.example/?q=${canary('redirect-query')}`,
  );
  await post('/oauth2/revoke', { token: String(next.refresh_token) }, { authorization: basic(client) });
  // Logout, asked for and confirmed.
  const leave = new URLSearchParams({ id_token_hint: idToken, state: canary('state') });
  const asked = await locationOf(await browser.visit(`${demo.public}/oauth2/sessions/logout?${leave.toString()}`));
  const challenge = parameterOf(asked, 'logout_challenge');
  const { redirect_to: left } = await adminCall<{ redirect_to: string }>(
    `${demo.admin}/admin/oauth2/auth/requests/logout/accept?logout_challenge=${encodeURIComponent(challenge)}`,
    'PUT',
  );
  parameterOf(left, 'logout_verifier');
  await browser.visit(left);
}

async function rejectedFlows(): Promise<void> {
  const browser = createBrowserSession();
  const url = authorizationUrl(demo, client, { redirect_uri: client.redirect_uris[0] ?? '' });
  const said = { error: 'access_denied', error_description: keep('rejection', canary('rejection')) };
  const login = await locationOf(await browser.visit(url));
  const loginChallenge = new URL(login).searchParams.get('login_challenge') ?? '';
  await browser.visit(await answerLogin(demo.admin, loginChallenge, { rejectLogin: said }));
  const again = createBrowserSession();
  const atLogin = await locationOf(await again.visit(url));
  const back = await answerLogin(demo.admin, new URL(atLogin).searchParams.get('login_challenge') ?? '', { subject });
  const atConsent = new URL(await locationOf(await again.visit(back))).searchParams.get('consent_challenge') ?? '';
  await again.visit(await answerConsent(demo.admin, atConsent, { rejectConsent: said }));
}

async function deviceFlow(): Promise<void> {
  const grant = 'urn:ietf:params:oauth:grant-type:device_code';
  const device = await createClient(demo.admin, { grant_types: [grant], token_endpoint_auth_method: 'none' });
  const given = await jsonOf(await post('/oauth2/device/auth', { client_id: device.client_id, scope: 'openid' }));
  const deviceCode = keep('device code', given['device_code']);
  const userCode = keep('user code', given['user_code']);
  const browser = createBrowserSession();
  const page = await locationOf(await browser.visit(`${demo.public}/oauth2/device/verify?user_code=${userCode}`));
  const challenge = parameterOf(page, 'device_challenge');
  const { redirect_to: typed } = await adminCall<{ redirect_to: string }>(
    `${demo.admin}/admin/oauth2/auth/requests/device/accept?device_challenge=${encodeURIComponent(challenge)}`,
    'PUT',
    { user_code: userCode },
  );
  parameterOf(typed, 'device_verifier');
  const atLogin = await locationOf(await browser.visit(typed));
  const back = await answerLogin(demo.admin, new URL(atLogin).searchParams.get('login_challenge') ?? '', { subject });
  const atConsent = new URL(await locationOf(await browser.visit(back))).searchParams.get('consent_challenge') ?? '';
  await browser.visit(await answerConsent(demo.admin, atConsent, {}));
  const poll = { grant_type: grant, client_id: device.client_id, device_code: deviceCode };
  const { access_token } = await jsonOf(await post('/oauth2/token', poll));
  keep('access token of the device', access_token);
  await post('/oauth2/token', poll);
}

async function registrations(): Promise<void> {
  const json = { 'content-type': 'application/json' };
  const registered = await jsonOf(
    await fetch(`${demo.public}/oauth2/register`, {
      method: 'POST',
      headers: json,
      body: JSON.stringify({ redirect_uris: [`${callback}?for=${canary('redirect-query')}`], client_name: 'own' }),
    }),
  );
  const own = { authorization: `Bearer ${keep('registration access token', registered['registration_access_token'])}` };
  keep('secret of the registered', registered['client_secret']);
  const at = `${demo.public}/oauth2/register/${String(registered['client_id'])}`;
  await fetch(at, { headers: { authorization: `Bearer ${canary('wrong-registration-token')}` } });
  secrets.set('wrong registration token', canary('wrong-registration-token'));
  await fetch(at, { method: 'DELETE', headers: own });
}

/** What operators do about persons and clients, and what they are refused. */
async function operations(): Promise<void> {
  await askToken(demo, client, { grant_type: 'client_credentials' });
  const person = encodeURIComponent(subject);
  await admin('GET', `/oauth2/auth/sessions/consent?subject=${person}`);
  await admin('GET', `/audit-events?subject=${person}`);
  await admin('GET', `/keys-audit/signatures?subject=${person}`);
  await admin('DELETE', `/oauth2/auth/sessions/consent?subject=${person}&client=${client.client_id}`);
  await admin('DELETE', `/oauth2/auth/sessions/consent?subject=${person}&all=true`);
  await admin('DELETE', `/oauth2/auth/sessions/login?subject=${person}&revoke_tokens=true`);
  await admin('DELETE', `/oauth2/tokens?client_id=${client.client_id}`);
  await admin('PUT', `/oauth2/auth/requests/login/accept?login_challenge=${canary('challenge')}`);
  secrets.set('challenge', canary('challenge'));
  await adminCall(`${demo.admin}/admin/trust/grants/jwt-bearer/issuers`, 'POST', {
    issuer: 'https://idp.example',
    subject,
    scope: ['openid'],
    expires_at: new Date(Date.now() + 3_600_000).toISOString(),
    jwk: await publicJwk(),
  });
  const rotate = `${demo.admin}/admin/clients/${client.client_id}/secrets/rotate`;
  keep('rotated secret', (await adminCall<Record<string, string>>(rotate, 'POST'))['client_secret']);
}

async function publicJwk(): Promise<JsonWebKey & { kid: string; alg: string }> {
  const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);
  const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', pair.publicKey);
  return { kty, crv, x, y, kid: 'k1', alg: 'ES256', use: 'sig' } as JsonWebKey & { kid: string; alg: string };
}

const eventsOf = () =>
  readFileSync(eventsFile, 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as { type: string; data: Record<string, unknown> });

/** What must have happened in the run. */
const expected = [
  ...[
    'token.issued',
    'token.refused',
    'token.revoked',
    'token.code_reuse_detected',
    'client.created',
    'client.deleted',
  ],
  ...['client.authentication_failed', 'login.accepted', 'login.rejected', 'consent.granted', 'consent.refused'],
  ...['consent.revoked', 'session.ended', 'issuer.trusted', 'admin.changed', 'key.created', 'token.ended'],
].map((name) => `cardea.${name}.v1`);

/** Waits until all that must have happened, and the deletion of one client after it, has reached both sinks. */
async function untilTold(id: string): Promise<void> {
  const arrived = (text: string) => text.includes(id) && expected.every((type) => text.includes(`"type":"${type}"`));
  for (const from = Date.now(); Date.now() - from < 120_000; await new Promise((resolve) => setTimeout(resolve, 100)))
    if (arrived(existsSync(eventsFile) ? readFileSync(eventsFile, 'utf8') : '') && arrived(webhook.heard())) return;
  const missing = expected.filter((type) => !readFileSync(eventsFile, 'utf8').includes(type));
  throw new Error(`not all arrived within two minutes; of ${missing.join(', ')} nothing was told`);
}

test('J01: canaries of all flows are in no log, event, span, metric, command to Redis or argument of a process', async () => {
  keep('client secret', client.client_secret);
  await tokenFlows();
  await rejectedFlows();
  await deviceFlow();
  await registrations();
  await operations();
  const last = await createClient(demo.admin);
  await admin('DELETE', `/clients/${last.client_id}`);
  await untilTold(last.client_id);

  const roles = ['gateway', 'admin', 'token', 'worker', 'keys'] as const;
  const base = Number(new URL(demo.public).port);
  const metrics = await Promise.all(
    roles.map(async (_role, at) => (await fetch(`http://127.0.0.1:${String(base + 10 + at)}/metrics`)).text()),
  );
  const processes = roles.map((role) =>
    ['cmdline', 'environ'].map((what) => readFileSync(`/proc/${String(demo.pids[role])}/${what}`, 'utf8')).join('\n'),
  );
  for (const name of readdirSync(path.join(home.directory, 'secrets')))
    keep(name, readFileSync(path.join(home.directory, 'secrets', name), 'utf8').trim());
  // Whatever still waits to be told is told when they end.
  await demo.stop();
  stopped = true;

  const logs = path.join(home.directory, 'logs');
  const signals = {
    logs: readdirSync(logs)
      .map((name) => readFileSync(path.join(logs, name), 'utf8'))
      .join('\n'),
    events: readFileSync(eventsFile, 'utf8'),
    webhook: webhook.heard(),
    spans: collector.heard(),
    metrics: metrics.join('\n'),
    redis: redis.heard(),
    processes: processes.join('\n'),
    progress: demo.progress(),
  };
  // Each was really there to be looked at. What is not is named, rather than all that is.
  const present: readonly (readonly [keyof typeof signals, string])[] = [
    ['logs', '"level":"debug"'],
    ['logs', '"specversion":"1.0"'],
    // The record has all of it, the log has not.
    ['logs', '/admin/oauth2/auth/sessions/login?subject=…&revoke_tokens=true'],
    ...roles.filter((role) => role !== 'worker').map((role) => ['spans', role] as const),
    ['spans', 'postgresql'],
    // What may be told is found as what must not would be.
    ...(['logs', 'events', 'webhook'] as const).map((signal) => [signal, client.client_id] as const),
    ['metrics', 'cardea_events_total'],
    ['redis', 'cardea-events'],
    ['webhook', 'webhook-signature'],
    ['processes', 'PATH='],
  ];
  expect(present.filter(([signal, text]) => !signals[signal].includes(text))).toEqual([]);
  const persons = new Set(eventsOf().flatMap(({ data }) => (data['person'] === undefined ? [] : [data['person']])));
  expect(persons.size).toBe(1);

  // Parts of a handle or JWT are as good as the whole to who searches for them; in URLs they are escaped.
  for (const [name, value] of [...secrets]) {
    const tail = value.split('.').at(-1) ?? '';
    if (value.length > 60 && tail !== value) secrets.set(`end of ${name}`, tail);
    if (encodeURIComponent(value) !== value) secrets.set(`${name}, escaped`, encodeURIComponent(value));
  }
  const told = Object.entries(signals).flatMap(([signal, text]) =>
    [...secrets].filter(([, value]) => text.includes(value)).map(([name]) => `${name} in ${signal}`),
  );
  expect(told).toEqual([]);
});
