// What is over is over: challenges, codes and tokens with lives of seconds, and the thief who comes after the window in which a
// refresh may be repeated (security catalogue D01, D28; RFC 9700 §4.14.2). Waits for lives to end; measures nothing.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createBrowserSession, locationOf } from './browser-session.js';
import type { CreatedClient } from './clients.js';
import { createClient } from './clients.js';
import { authorizationUrl, freshCode, introspect, redeem, refresh } from './code-flow.js';
import type { Demo } from './demo.js';
import { startDemo } from './demo.js';
import { answerConsent, answerLogin } from './login-app.js';

const seconds = 2;
const graceSeconds = 1;

let demo: Demo;
let client: CreatedClient;
let settings: string;

beforeAll(async () => {
  settings = mkdtempSync(path.join(os.tmpdir(), 'cardea-e2e-'));
  const file = path.join(settings, 'short.yaml');
  const life = `${String(seconds)}s`;
  writeFileSync(
    file,
    JSON.stringify({
      ttl: { login_consent_request: life, auth_code: life, access_token: '3s', refresh_token: '6s' },
      oauth2: { grant: { refresh_token: { rotation_grace_period: `${String(graceSeconds)}s` } } },
    }),
  );
  demo = await startDemo({ args: ['--config', file] });
  client = await createClient(demo.admin);
}, 150_000);

afterAll(async () => {
  await demo.stop();
  rmSync(settings, { recursive: true, force: true });
});

/** What has to be done while something lives: again, with new things, where a busy machine took longer than that. */
async function inTime<T>(lifeSeconds: number, work: () => Promise<T>): Promise<T> {
  for (;;) {
    const from = performance.now();
    const result = await work().then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    );
    if (performance.now() - from > lifeSeconds * 1000) continue;
    if ('error' in result) throw result.error;
    return result.value;
  }
}

const pass = (more = 0) => new Promise((resolve) => setTimeout(resolve, (seconds + more) * 1000 + 500));
const invalidGrant = { status: 400, body: { error: 'invalid_grant', error_id: expect.any(String) } };

/** The status of an admin call, and its body. */
async function ask(url: string, method = 'GET', body?: unknown) {
  const init =
    body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  const response = await fetch(url, { method, ...init });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

describe('expired', () => {
  const url = (interaction: string, challenge: string, verb = '') =>
    `${demo.admin}/admin/oauth2/auth/requests/${interaction}${verb}?${interaction}_challenge=${encodeURIComponent(challenge)}`;
  const parameterOf = (location: string, name: string) => new URL(location).searchParams.get(name) ?? '';

  /** A browser that was sent to log in. */
  async function atLogin() {
    const browser = createBrowserSession();
    const location = await locationOf(await browser.visit(authorizationUrl(demo, client)));
    return { browser, challenge: parameterOf(location, 'login_challenge') };
  }

  /** A browser whose person has logged in, and where it would go on. */
  async function loggedIn() {
    const { browser, challenge } = await atLogin();
    return { browser, onward: await answerLogin(demo.admin, challenge, {}) };
  }

  async function atConsent() {
    const { browser, onward } = await loggedIn();
    return { browser, challenge: parameterOf(await locationOf(await browser.visit(onward)), 'consent_challenge') };
  }

  async function agreed() {
    const { browser, challenge } = await atConsent();
    return { browser, onward: await answerConsent(demo.admin, challenge, {}) };
  }

  /** One of everything, each seen alive, and then left alone. */
  async function makeAll() {
    const tokens = (await redeem(demo, client, await freshCode(demo, client))).body;
    const all = {
      tokens: { access: tokens.access_token ?? '', refresh: tokens.refresh_token ?? '' },
      login: (await atLogin()).challenge,
      loginVerifier: await loggedIn(),
      consent: (await atConsent()).challenge,
      consentVerifier: await agreed(),
      code: await freshCode(demo, client),
    };
    expect((await ask(url('login', all.login))).status).toBe(200);
    expect((await ask(url('consent', all.consent))).status).toBe(200);
    expect(await introspect(demo, all.tokens.access)).toMatchObject({ active: true });
    return all;
  }
  let late: Awaited<ReturnType<typeof makeAll>>;

  beforeAll(async () => {
    late = await inTime(seconds, makeAll);
    await pass();
  }, 60_000);

  test('login challenge: the login app is told, and cannot accept it any more', async () => {
    const answers = [
      await ask(url('login', late.login)),
      await ask(url('login', late.login, '/accept'), 'PUT', { subject: 'alice' }),
    ];
    for (const answer of answers) expect(answer).toMatchObject({ status: 401, body: { error_id: expect.any(String) } });
  });

  test('consent challenge: so is the consent app', async () => {
    const answers = [
      await ask(url('consent', late.consent)),
      await ask(url('consent', late.consent, '/accept'), 'PUT', { grant_scope: ['openid'] }),
    ];
    for (const answer of answers) {
      expect([401, 404]).toContain(answer.status);
      expect(answer.body['error_id']).toEqual(expect.any(String));
    }
  });

  test.each(['loginVerifier', 'consentVerifier'] as const)('%s: no code comes of it', async (which) => {
    const { browser, onward } = late[which];
    const refused = await locationOf(await browser.visit(onward));
    expect([parameterOf(refused, 'error'), parameterOf(refused, 'code')]).toEqual(['access_denied', '']);
  });

  test('D28: code: an invalid grant', async () => {
    expect(await redeem(demo, client, late.code)).toMatchObject(invalidGrant);
  });

  test('access token: inactive, and userinfo refuses it; then its refresh token', async () => {
    await pass(-1);
    expect(await introspect(demo, late.tokens.access)).toEqual({ active: false });
    const headers = { authorization: `Bearer ${late.tokens.access}` };
    expect((await fetch(`${demo.public}/userinfo`, { headers })).status).toBe(401);
    await pass();
    expect(await introspect(demo, late.tokens.refresh)).toEqual({ active: false });
    expect(await refresh(demo, client, late.tokens.refresh)).toMatchObject(invalidGrant);
  }, 60_000);
});

describe('a refresh token that was traded in', () => {
  test('brings the same successor inside the window; after it, whoever brings it fells the family', async () => {
    const { body, old, first } = await inTime(graceSeconds, async () => {
      const { body } = await redeem(demo, client, await freshCode(demo, client));
      const old = body.refresh_token ?? '';
      const first = await refresh(demo, client, old);
      expect((await refresh(demo, client, old)).body.refresh_token).toBe(first.body.refresh_token);
      expect(await introspect(demo, first.body.access_token ?? '')).toMatchObject({ active: true });
      return { body, old, first };
    });
    await pass(-1);
    expect(await refresh(demo, client, old)).toMatchObject(invalidGrant);
    for (const token of [first.body.access_token, first.body.refresh_token, body.access_token]) {
      expect(await introspect(demo, token ?? '')).toEqual({ active: false });
    }
    expect(await refresh(demo, client, first.body.refresh_token ?? '')).toMatchObject(invalidGrant);
  }, 60_000);

  test('used by its client after a thief used it: the thief’s tokens fall, too', async () => {
    const { body } = await redeem(demo, client, await freshCode(demo, client));
    const stolen = body.refresh_token ?? '';
    const thief = await refresh(demo, client, stolen);
    const further = await refresh(demo, client, thief.body.refresh_token ?? '');
    await pass(-1);
    expect(await refresh(demo, client, stolen)).toMatchObject(invalidGrant);
    expect(await introspect(demo, further.body.access_token ?? '')).toEqual({ active: false });
    expect(await refresh(demo, client, further.body.refresh_token ?? '')).toMatchObject(invalidGrant);
  }, 60_000);

  test('other families of the same person live on', async () => {
    const [one, other] = [await freshCode(demo, client), await freshCode(demo, client)];
    const falling = (await redeem(demo, client, one)).body.refresh_token ?? '';
    const living = (await redeem(demo, client, other)).body.refresh_token ?? '';
    await refresh(demo, client, falling);
    await pass(-1);
    expect(await refresh(demo, client, falling)).toMatchObject(invalidGrant);
    expect((await refresh(demo, client, living)).status).toBe(200);
  }, 60_000);
});
