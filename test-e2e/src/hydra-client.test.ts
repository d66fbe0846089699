// Hydra's own axios SDK, unmodified: what a login app and an operator's script written for Hydra call, Cardea answers.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { OAuth2Api, OidcApi, WellknownApi, MetadataApi, Configuration } from '@ory/hydra-client';
import { createBrowserSession, locationOf } from './browser-session.js';
import { callback } from './clients.js';
import type { Demo } from './demo.js';
import { joinDemo } from './demo.js';
import { watchAxios } from './openapi.js';

let demo: Demo;
let admin: OAuth2Api;

beforeAll(async () => {
  demo = await joinDemo();
  admin = new OAuth2Api(new Configuration({ basePath: demo.admin }));
  await watchAxios(admin, demo);
}, 150_000);

afterAll(async () => {
  await demo.stop();
});

describe('clients', () => {
  test('@ory/hydra-client creates, reads, lists, replaces, patches and deletes one', async () => {
    const created = await admin.createOAuth2Client({
      oAuth2Client: { client_name: 'sdk client', redirect_uris: [callback], scope: 'openid a b' },
    });
    expect(created.status).toBe(201);
    const id = created.data.client_id ?? '';
    expect(created.data.client_secret?.length).toBeGreaterThanOrEqual(26);
    expect(created.data).toMatchObject({ token_endpoint_auth_method: 'client_secret_basic', subject_type: 'public' });

    const read = await admin.getOAuth2Client({ id });
    expect(read.data).toMatchObject({ client_id: id, client_name: 'sdk client', scope: 'openid a b' });
    expect(read.data.client_secret).toBeUndefined();

    const replaced = await admin.setOAuth2Client({ id, oAuth2Client: { ...read.data, client_name: 'renamed' } });
    expect(replaced.data.client_name).toBe('renamed');

    const patched = await admin.patchOAuth2Client({
      id,
      jsonPatch: [{ op: 'replace', path: '/scope', value: 'openid' }],
    });
    expect(patched.data).toMatchObject({ scope: 'openid', client_name: 'renamed' });

    const listed = await admin.listOAuth2Clients({ clientName: 'renamed' });
    expect(listed.data.map((client) => client.client_id)).toEqual([id]);

    expect((await admin.deleteOAuth2Client({ id })).status).toBe(204);
    await expect(admin.getOAuth2Client({ id })).rejects.toMatchObject({ response: { status: 404 } });
  });

  test('lists by pages until there is no next one, each client once', async () => {
    const owner = `pages-${String(Date.now())}`;
    const ids = new Set<string>();
    for (let i = 0; i < 7; i++) {
      const { data } = await admin.createOAuth2Client({ oAuth2Client: { owner, redirect_uris: [callback] } });
      ids.add(data.client_id ?? '');
    }
    const seen: string[] = [];
    let pageToken: string | undefined;
    for (;;) {
      const page = await admin.listOAuth2Clients({
        owner,
        pageSize: 3,
        ...(pageToken === undefined ? {} : { pageToken }),
      });
      seen.push(...page.data.map((client) => client.client_id ?? ''));
      const next = /[?&]page_token=([^&>]+)[^>]*>; rel="next"/.exec(String(page.headers['link']));
      if (next === null) break;
      pageToken = decodeURIComponent(next[1] ?? '');
    }
    expect(seen).toHaveLength(7);
    expect(new Set(seen)).toEqual(ids);
  });

  test('a taken id conflicts; a malformed patch is the caller’s fault', async () => {
    const id = `fixed-${String(Date.now())}`;
    await admin.createOAuth2Client({ oAuth2Client: { client_id: id, redirect_uris: [callback] } });
    await expect(
      admin.createOAuth2Client({ oAuth2Client: { client_id: id, redirect_uris: [callback] } }),
    ).rejects.toMatchObject({ response: { status: 409 } });
    for (const jsonPatch of [
      [{ op: 'replace', path: '/client_id', value: 'other' }],
      [{ op: 'remove', path: '/nothing/there' }],
      [{ op: 'replace', path: '/redirect_uris', value: 7 }],
    ]) {
      await expect(admin.patchOAuth2Client({ id, jsonPatch })).rejects.toMatchObject({ response: { status: 400 } });
    }
  });
});

describe('login and consent', () => {
  test('@ory/hydra-client carries a flow from challenge to code', async () => {
    const { data: client } = await admin.createOAuth2Client({
      oAuth2Client: { redirect_uris: [callback], scope: 'openid profile', client_name: 'flow client' },
    });
    const browser = createBrowserSession();
    const start = new URL(`${demo.public}/oauth2/auth`);
    start.search = new URLSearchParams({
      client_id: client.client_id ?? '',
      response_type: 'code',
      redirect_uri: callback,
      scope: 'openid profile',
      state: 'a-state-of-length',
      nonce: 'a-nonce-of-length',
      login_hint: 'bob@example.com',
    }).toString();
    const atLogin = new URL(await locationOf(await browser.visit(start.href)));
    const loginChallenge = atLogin.searchParams.get('login_challenge') ?? '';

    const { data: login } = await admin.getOAuth2LoginRequest({ loginChallenge });
    expect(login).toMatchObject({ skip: false, subject: '', requested_scope: ['openid', 'profile'] });
    expect(login.oidc_context?.login_hint).toBe('bob@example.com');
    expect(login.client.client_name).toBe('flow client');
    expect(login.client.client_secret).toBeUndefined();

    const { data: accepted } = await admin.acceptOAuth2LoginRequest({
      loginChallenge,
      acceptOAuth2LoginRequest: { subject: 'bob', context: { from: 'login' } },
    });
    const atConsent = new URL(await locationOf(await browser.visit(accepted.redirect_to)));
    const consentChallenge = atConsent.searchParams.get('consent_challenge') ?? '';
    const { data: consent } = await admin.getOAuth2ConsentRequest({ consentChallenge });
    expect(consent).toMatchObject({ skip: false, subject: 'bob', context: { from: 'login' } });

    // The browser was here: the back button leads on, not into a wall.
    const gone = await fetch(`${demo.admin}/admin/oauth2/auth/requests/login?login_challenge=${loginChallenge}`);
    expect(gone.status).toBe(410);
    expect((await gone.json()) as object).toHaveProperty('redirect_to');

    const { data: consented } = await admin.acceptOAuth2ConsentRequest({
      consentChallenge,
      acceptOAuth2ConsentRequest: { grant_scope: ['openid'], session: { access_token: { tenant: 't1' } } },
    });
    const back = new URL(await locationOf(await browser.visit(consented.redirect_to)));
    expect(back.searchParams.get('state')).toBe('a-state-of-length');
    expect(back.searchParams.get('iss')).toBe(demo.issuer);

    const tokenResponse = await fetch(`${demo.public}/oauth2/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`${client.client_id ?? ''}:${client.client_secret ?? ''}`)}` },
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        code: back.searchParams.get('code') ?? '',
        redirect_uri: callback,
      }),
    });
    const tokens = (await tokenResponse.json()) as { access_token: string; scope: string };
    expect(tokens.scope).toBe('openid');

    const { data: introspected } = await admin.introspectOAuth2Token({ token: tokens.access_token });
    expect(introspected).toMatchObject({ active: true, sub: 'bob', scope: 'openid', ext: { tenant: 't1' } });

    const userinfo = await new OidcApi(
      new Configuration({ basePath: demo.public, accessToken: tokens.access_token }),
    ).getOidcUserInfo();
    expect(userinfo.data.sub).toBe('bob');
  });

  test('a challenge that nobody issued is not found', async () => {
    await expect(admin.getOAuth2LoginRequest({ loginChallenge: 'garbage' })).rejects.toMatchObject({
      response: { status: 404 },
    });
    await expect(admin.getOAuth2ConsentRequest({ consentChallenge: 'garbage' })).rejects.toMatchObject({
      response: { status: 404 },
    });
  });
});

describe('metadata', () => {
  test('discovery, keys and health answer the SDK', async () => {
    const configuration = new Configuration({ basePath: demo.public });
    const discovery = await new OidcApi(configuration).discoverOidcConfiguration();
    expect(discovery.data.issuer).toBe(demo.issuer);
    const keys = await new WellknownApi(configuration).discoverJsonWebKeys();
    expect(keys.data.keys?.every((key) => key.kid !== '' && !('d' in key))).toBe(true);
    const metadata = new MetadataApi(new Configuration({ basePath: demo.admin }));
    expect((await metadata.isReady()).data.status).toBe('ok');
    expect((await metadata.getVersion()).data.version).toMatch(/^\d+\./);
  });
});
