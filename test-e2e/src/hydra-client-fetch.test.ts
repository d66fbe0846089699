// Hydra's own fetch SDK, unmodified, with its own types and error classes: the same walk as with its axios sister.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Configuration, MetadataApi, OAuth2Api, OidcApi, ResponseError, WellknownApi } from '@ory/hydra-client-fetch';
import type { Middleware, OAuth2Client } from '@ory/hydra-client-fetch';
import { createBrowserSession, locationOf } from './browser-session.js';
import type { BrowserSession } from './browser-session.js';
import { callback } from './clients.js';
import type { Demo } from './demo.js';
import { joinDemo } from './demo.js';
import type { Tap } from './openapi.js';
import { tapOf } from './openapi.js';

let demo: Demo;
let admin: OAuth2Api;
let tap: Tap;

/** Every answer is held against the OpenAPI document before the SDK sees it. */
const watching: Middleware = {
  async post({ response, init, url }) {
    const text = await response.clone().text();
    const contentType = response.headers.get('content-type') ?? '';
    const body: unknown = contentType.startsWith('application/json') && text !== '' ? JSON.parse(text) : text;
    tap.check({ method: init.method ?? 'GET', url, status: response.status, contentType, body });
  },
};
const configured = (basePath: string) => new Configuration({ basePath, middleware: [watching] });

beforeAll(async () => {
  demo = await joinDemo();
  tap = await tapOf(demo);
  admin = new OAuth2Api(configured(demo.admin));
}, 150_000);

afterAll(async () => {
  await demo.stop();
});

/** What the SDK throws for an answer that is no success: its own error, with the whole response inside. */
async function refusal(call: Promise<unknown>): Promise<{ status: number; body: Record<string, unknown> }> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ResponseError)) throw new Error(`no ResponseError but ${String(error)}`);
  return { status: error.response.status, body: (await error.response.json()) as Record<string, unknown> };
}

const challengeOf = (location: string, interaction: string): string =>
  new URL(location).searchParams.get(`${interaction}_challenge`) ?? '';

const createClient = (overrides: OAuth2Client = {}) =>
  admin.createOAuth2Client({
    oAuth2Client: { redirect_uris: [callback], scope: 'openid profile', client_name: 'fetch client', ...overrides },
  });

/** Sends a browser to the authorization endpoint and answers the login challenge it comes back with. */
async function beginLogin(client: OAuth2Client, browser: BrowserSession, more: Record<string, string> = {}) {
  const start = new URL(`${demo.public}/oauth2/auth`);
  start.search = new URLSearchParams({
    client_id: client.client_id ?? '',
    response_type: 'code',
    redirect_uri: callback,
    scope: 'openid profile',
    state: 'a-state-of-length',
    nonce: 'a-nonce-of-length',
    ...more,
  }).toString();
  return challengeOf(await locationOf(await browser.visit(start.href)), 'login');
}

async function logIn(loginChallenge: string, browser: BrowserSession, subject: string, remember = false) {
  const accepted = await admin.acceptOAuth2LoginRequest({
    loginChallenge,
    acceptOAuth2LoginRequest: { subject, remember, context: { from: 'login' } },
  });
  return challengeOf(await locationOf(await browser.visit(accepted.redirect_to)), 'consent');
}

describe('clients', () => {
  test('are created, read, replaced, patched, listed and deleted', async () => {
    const name = `fetch ${String(Date.now())}`;
    const created = await createClient({ client_name: name });
    const id = created.client_id ?? '';
    expect(created.client_secret?.length).toBeGreaterThanOrEqual(26);
    expect(created.created_at).toBeInstanceOf(Date);
    expect(Math.abs(Date.now() - (created.created_at?.getTime() ?? 0))).toBeLessThan(60_000);

    const read = await admin.getOAuth2Client({ id });
    expect(read).toMatchObject({ client_id: id, client_name: name, redirect_uris: [callback] });
    expect(read.client_secret).toBeUndefined();

    const replaced = await admin.setOAuth2Client({ id, oAuth2Client: { ...read, client_name: `${name} two` } });
    expect(replaced).toMatchObject({ client_name: `${name} two`, scope: 'openid profile' });

    const jsonPatch = [{ op: 'replace', path: '/scope', value: 'openid' }];
    expect(await admin.patchOAuth2Client({ id, jsonPatch })).toMatchObject({ scope: 'openid' });

    const listed = await admin.listOAuth2Clients({ clientName: `${name} two` });
    expect(listed.map((client) => client.client_id)).toEqual([id]);

    await admin.deleteOAuth2Client({ id });
    expect(await refusal(admin.getOAuth2Client({ id }))).toMatchObject({
      status: 404,
      body: { error: 'Unable to locate the resource' },
    });
  });

  test('are listed by pages until there is no next one, each once', async () => {
    const owner = `fetch-pages-${String(Date.now())}`;
    const ids = await Promise.all(Array.from({ length: 7 }, async () => (await createClient({ owner })).client_id));
    const seen: (string | undefined)[] = [];
    const lengths: number[] = [];
    let pageToken: string | undefined;
    do {
      const page = await admin.listOAuth2ClientsRaw({
        owner,
        pageSize: 3,
        ...(pageToken === undefined ? {} : { pageToken }),
      });
      const clients = await page.value();
      lengths.push(clients.length);
      seen.push(...clients.map((client) => client.client_id));
      const next = /[?&]page_token=([^&>]+)[^>]*>; rel="next"/.exec(page.raw.headers.get('link') ?? '');
      pageToken = next === null ? undefined : decodeURIComponent(next[1] ?? '');
    } while (pageToken !== undefined);
    expect(lengths).toEqual([3, 3, 1]);
    expect([...seen].sort()).toEqual([...ids].sort());
  });

  test('errors reach the caller whole: status, code, sentence and id', async () => {
    const { client_id } = await createClient();
    const taken = await refusal(createClient({ client_id: client_id ?? '' }));
    expect(taken).toMatchObject({ status: 409, body: { error_id: expect.any(String) } });
    const malformed = await refusal(createClient({ redirect_uris: ['javascript:alert(1)'] }));
    expect(malformed).toMatchObject({
      status: 400,
      body: {
        error: 'invalid_redirect_uri',
        error_description: expect.any(String),
        error_id: expect.any(String),
      },
    });
  });
});

describe('a login', () => {
  test('is shown, accepted, consented, and its token introspected', async () => {
    const client = await createClient();
    const browser = createBrowserSession();
    const loginChallenge = await beginLogin(client, browser, { login_hint: 'bob@example.com' });
    const login = await admin.getOAuth2LoginRequest({ loginChallenge });
    expect(login).toMatchObject({ skip: false, subject: '', requested_scope: ['openid', 'profile'] });
    expect(login.oidc_context?.login_hint).toBe('bob@example.com');
    expect(login.client.client_name).toBe('fetch client');
    expect(login.client.client_secret).toBeUndefined();

    const consentChallenge = await logIn(loginChallenge, browser, 'bob');
    const consent = await admin.getOAuth2ConsentRequest({ consentChallenge });
    expect(consent).toMatchObject({ skip: false, subject: 'bob', context: { from: 'login' } });

    // The browser was here: the back button leads on, not into a wall.
    const gone = await refusal(admin.getOAuth2LoginRequest({ loginChallenge }));
    expect(gone).toMatchObject({ status: 410, body: { redirect_to: expect.stringContaining(demo.public) } });

    const consented = await admin.acceptOAuth2ConsentRequest({
      consentChallenge,
      acceptOAuth2ConsentRequest: { grant_scope: ['openid'], session: { access_token: { tenant: 't1' } } },
    });
    const back = new URL(await locationOf(await browser.visit(consented.redirect_to)));
    expect(back.searchParams.get('state')).toBe('a-state-of-length');
    const handled = await refusal(admin.getOAuth2ConsentRequest({ consentChallenge }));
    expect(handled).toMatchObject({ status: 410, body: { redirect_to: expect.any(String) } });

    const tokenApi = new OAuth2Api(
      new Configuration({
        basePath: demo.public,
        username: client.client_id ?? '',
        password: client.client_secret ?? '',
      }),
    );
    const tokens = await tokenApi.oauth2TokenExchange({
      grantType: 'authorization_code',
      code: back.searchParams.get('code') ?? '',
      redirectUri: callback,
    });
    expect(tokens.scope).toBe('openid');

    const token = tokens.access_token ?? '';
    expect(await admin.introspectOAuth2Token({ token })).toMatchObject({
      active: true,
      sub: 'bob',
      scope: 'openid',
      ext: { tenant: 't1' },
    });
    // This SDK sends its access token as it is, so the scheme is the caller's to write.
    const asBearer = new Configuration({ basePath: demo.public, accessToken: `Bearer ${token}` });
    expect((await new OidcApi(asBearer).getOidcUserInfo()).sub).toBe('bob');
    await tokenApi.revokeOAuth2Token({ token });
    expect(await admin.introspectOAuth2Token({ token })).toEqual({ active: false });
  });

  test('is rejected at the login, and the client hears it', async () => {
    const browser = createBrowserSession();
    const loginChallenge = await beginLogin(await createClient(), browser);
    const { redirect_to } = await admin.rejectOAuth2LoginRequest({
      loginChallenge,
      rejectOAuth2Request: { error: 'access_denied', error_description: 'not today', status_code: 403 },
    });
    const back = new URL(await locationOf(await browser.visit(redirect_to)));
    expect(back.origin + back.pathname).toBe(callback);
    expect(back.searchParams.get('error')).toBe('access_denied');
    expect(back.searchParams.get('error_description')).toContain('not today');
  });

  test('is rejected at the consent, and the client hears it', async () => {
    const browser = createBrowserSession();
    const consentChallenge = await logIn(await beginLogin(await createClient(), browser), browser, 'bob');
    const { redirect_to } = await admin.rejectOAuth2ConsentRequest({
      consentChallenge,
      rejectOAuth2Request: { error: 'access_denied', error_description: 'too much' },
    });
    const back = new URL(await locationOf(await browser.visit(redirect_to)));
    expect(Object.fromEntries(back.searchParams)).toMatchObject({ error: 'access_denied', state: 'a-state-of-length' });
  });

  test.each(['Login', 'Consent', 'Logout'] as const)('challenges that nobody issued: %s', async (interaction) => {
    const calls = {
      Login: () => admin.getOAuth2LoginRequest({ loginChallenge: 'garbage' }),
      Consent: () => admin.getOAuth2ConsentRequest({ consentChallenge: 'garbage' }),
      Logout: () => admin.getOAuth2LogoutRequest({ logoutChallenge: 'garbage' }),
    };
    expect((await refusal(calls[interaction]())).status).toBe(404);
  });
});

describe('a logout', () => {
  /** A browser that is remembered, sent to log out. */
  async function beginLogout(): Promise<{ browser: BrowserSession; client: OAuth2Client; logoutChallenge: string }> {
    const client = await createClient();
    const browser = createBrowserSession();
    const consentChallenge = await logIn(await beginLogin(client, browser), browser, 'carol', true);
    const consented = await admin.acceptOAuth2ConsentRequest({
      consentChallenge,
      acceptOAuth2ConsentRequest: { grant_scope: ['openid'] },
    });
    await browser.visit(consented.redirect_to);
    const asked = await locationOf(await browser.visit(`${demo.public}/oauth2/sessions/logout`));
    return { browser, client, logoutChallenge: challengeOf(asked, 'logout') };
  }

  const skips = async (client: OAuth2Client, browser: BrowserSession) =>
    (await admin.getOAuth2LoginRequest({ loginChallenge: await beginLogin(client, browser) })).skip;

  test('is shown, accepted, and forgets the browser', async () => {
    const { browser, client, logoutChallenge } = await beginLogout();
    expect(await skips(client, browser)).toBe(true);
    const request = await admin.getOAuth2LogoutRequest({ logoutChallenge });
    expect(request).toMatchObject({ subject: 'carol', rp_initiated: false });
    const { redirect_to } = await admin.acceptOAuth2LogoutRequest({ logoutChallenge });
    await locationOf(await browser.visit(redirect_to));
    expect(await skips(client, browser)).toBe(false);
  });

  test('is rejected, and everything stays as it was', async () => {
    const { browser, client, logoutChallenge } = await beginLogout();
    await admin.rejectOAuth2LogoutRequest({ logoutChallenge });
    expect(await skips(client, browser)).toBe(true);
  });
});

describe('sessions', () => {
  test('consents are listed and revoked, logins ended by sid and by subject', async () => {
    const client = await createClient();
    const browser = createBrowserSession();
    const subject = `sdk-${String(Date.now())}`;
    const consentChallenge = await logIn(await beginLogin(client, browser), browser, subject, true);
    const { redirect_to } = await admin.acceptOAuth2ConsentRequest({
      consentChallenge,
      acceptOAuth2ConsentRequest: { grant_scope: ['openid'], remember: true, session: { id_token: { a: 1 } } },
    });
    await browser.visit(redirect_to);
    const skips = async () =>
      (await admin.getOAuth2LoginRequest({ loginChallenge: await beginLogin(client, browser) })).skip;

    const [consent, ...more] = await admin.listOAuth2ConsentSessions({ subject });
    expect(more).toEqual([]);
    expect(consent).toMatchObject({
      grant_scope: ['openid'],
      remember: true,
      session: { id_token: { a: 1 } },
      context: { from: 'login' },
      consent_request: { subject, requested_scope: ['openid', 'profile'], client: { client_id: client.client_id } },
    });
    expect((await refusal(admin.revokeOAuth2ConsentSessions({ subject }))).status).toBe(400);
    expect(await admin.listOAuth2ConsentSessions({ subject })).toHaveLength(1);
    await admin.revokeOAuth2ConsentSessions({ subject, client: client.client_id ?? '' });
    expect(await admin.listOAuth2ConsentSessions({ subject })).toEqual([]);
    await admin.revokeOAuth2ConsentSessions({ subject, all: true });

    expect(await skips()).toBe(true);
    await admin.revokeOAuth2LoginSessions({ sid: consent?.consent_request?.login_session_id ?? '' });
    expect(await skips()).toBe(false);
    await admin.revokeOAuth2LoginSessions({ subject });
  });
});

describe('metadata', () => {
  test('discovery, keys and health answer the SDK', async () => {
    const configuration = configured(demo.public);
    expect((await new OidcApi(configuration).discoverOidcConfiguration()).issuer).toBe(demo.issuer);
    const keys = await new WellknownApi(configuration).discoverJsonWebKeys();
    expect(keys.keys?.length).toBeGreaterThan(0);
    expect(keys.keys?.every((key) => key.kid !== '' && key.d === undefined)).toBe(true);
    expect((await new MetadataApi(configured(demo.admin)).isReady()).status).toBe('ok');
  });
});

test('the walk saw most of what the admin API can answer, all of it as documented', () => {
  expect(tap.seen.size).toBeGreaterThan(20);
});
