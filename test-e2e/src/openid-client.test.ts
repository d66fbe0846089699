// The main job through a third-party relying party library: openid-client, unmodified, against real processes.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import * as rp from 'openid-client';
import { createBrowserSession } from './browser-session.js';
import type { CreatedClient } from './clients.js';
import { callback, createClient } from './clients.js';
import type { Demo } from './demo.js';
import { joinDemo } from './demo.js';
import type { Person } from './login-app.js';
import { adminCall, authorize } from './login-app.js';

let demo: Demo;
let client: CreatedClient;
let config: rp.Configuration;

const insecure = { execute: [rp.allowInsecureRequests] };

/** Discovers the provider as this client, which proves itself as registered: with HTTP Basic. */
const discoverAs = (who: CreatedClient, metadata: Partial<rp.ClientMetadata> = {}) =>
  rp.discovery(
    new URL(demo.issuer),
    who.client_id,
    { ...metadata, client_secret: who.client_secret },
    rp.ClientSecretBasic(who.client_secret),
    insecure,
  );

async function introspect(token: string, scope?: string): Promise<Record<string, unknown>> {
  const form = new URLSearchParams({ token, ...(scope === undefined ? {} : { scope }) });
  const response = await fetch(`${demo.admin}/admin/oauth2/introspect`, { method: 'POST', body: form });
  expect(response.status).toBe(200);
  return (await response.json()) as Record<string, unknown>;
}

interface LogInOptions {
  parameters?: Record<string, string>;
  person?: Person;
  browser?: ReturnType<typeof createBrowserSession>;
  as?: rp.Configuration;
}

async function logIn(options: LogInOptions = {}) {
  const as = options.as ?? config;
  const verifier = rp.randomPKCECodeVerifier();
  const nonce = rp.randomNonce();
  const state = rp.randomState();
  const url = rp.buildAuthorizationUrl(as, {
    redirect_uri: callback,
    scope: 'openid offline_access profile',
    code_challenge: await rp.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    nonce,
    state,
    ...options.parameters,
  });
  const browser = options.browser ?? createBrowserSession();
  const back = await authorize(demo.admin, browser, url.href, options.person);
  const tokens = await rp.authorizationCodeGrant(as, back, {
    pkceCodeVerifier: verifier,
    expectedNonce: nonce,
    expectedState: state,
  });
  return { tokens, browser, back, verifier };
}

beforeAll(async () => {
  demo = await joinDemo();
  client = await createClient(demo.admin);
  config = await discoverAs(client);
}, 150_000);

afterAll(async () => {
  await demo.stop();
});

describe('authorization code with PKCE', () => {
  test('gives an access token, a refresh token and an ID token that verifies against the published keys', async () => {
    const { tokens } = await logIn({
      person: { idTokenClaims: { name: 'Alice' }, acr: 'silver', amr: ['pwd', 'otp'] },
    });
    expect(tokens.token_type).toBe('bearer');
    expect(tokens.refresh_token).toMatch(/^ory_rt_/);
    const keys = createRemoteJWKSet(new URL(config.serverMetadata().jwks_uri ?? ''));
    const { payload } = await jwtVerify(tokens.id_token ?? '', keys, {
      issuer: demo.issuer,
      audience: client.client_id,
    });
    expect(payload).toMatchObject({ sub: 'alice', name: 'Alice', acr: 'silver', amr: ['pwd', 'otp'] });
    expect(payload['auth_time']).toEqual(expect.any(Number));
    expect(payload['at_hash']).toEqual(expect.any(String));
    expect(payload['sid']).toEqual(expect.any(String));
    expect(decodeProtectedHeader(tokens.id_token ?? '')).toMatchObject({ alg: 'RS256', typ: 'JWT' });
  });

  test('signs with ES256 for a client that registered it', async () => {
    const created = await createClient(demo.admin, { id_token_signed_response_alg: 'ES256' });
    const as = await discoverAs(created, { id_token_signed_response_alg: 'ES256' });
    const { tokens } = await logIn({ as });
    expect(decodeProtectedHeader(tokens.id_token ?? '').alg).toBe('ES256');
  });

  test('works for a public client, which must bring PKCE', async () => {
    const created = await createClient(demo.admin, { token_endpoint_auth_method: 'none' });
    const as = await rp.discovery(new URL(demo.issuer), created.client_id, undefined, rp.None(), insecure);
    const { tokens } = await logIn({ as });
    expect(tokens.access_token).toMatch(/^ory_at_/);
    const back = await authorize(
      demo.admin,
      createBrowserSession(),
      rp.buildAuthorizationUrl(as, { redirect_uri: callback, scope: 'openid', state: 'without-pkce' }).href,
    );
    expect(Object.fromEntries(back.searchParams)).toMatchObject({
      error: 'invalid_request',
      state: 'without-pkce',
      iss: demo.issuer,
    });
  });

  test('userinfo answers the claims of the granted scopes', async () => {
    const { tokens } = await logIn({ person: { idTokenClaims: { name: 'Alice' } } });
    const claims = await rp.fetchUserInfo(config, tokens.access_token, 'alice');
    expect(claims).toMatchObject({ sub: 'alice', name: 'Alice' });
  });

  test('a code works once; its second use fells the tokens of the first', async () => {
    const { tokens, back, verifier } = await logIn();
    expect(await introspect(tokens.access_token)).toMatchObject({ active: true });
    const again = rp.authorizationCodeGrant(config, back, {
      pkceCodeVerifier: verifier,
      expectedNonce: 'the answer never gets that far',
      expectedState: back.searchParams.get('state') ?? '',
    });
    await expect(again).rejects.toMatchObject({ error: 'invalid_grant' });
    expect(await introspect(tokens.access_token)).toEqual({ active: false });
    expect(await introspect(tokens.refresh_token ?? '')).toEqual({ active: false });
  });

  test('a remembered login skips the next one, prompt=none included, and keeps auth_time', async () => {
    const browser = createBrowserSession();
    const first = await logIn({ browser, person: { remember: true } });
    const second = await logIn({
      browser,
      person: { remember: true, subject: 'somebody else' },
      parameters: { prompt: 'none' },
    });
    expect(second.tokens.claims()?.sub).toBe('alice');
    expect(second.tokens.claims()?.auth_time).toBe(first.tokens.claims()?.auth_time);
    expect(second.tokens.claims()?.['sid']).toBe(first.tokens.claims()?.['sid']);
  });

  test('prompt=none without a session answers login_required', async () => {
    await expect(logIn({ parameters: { prompt: 'none' } })).rejects.toMatchObject({ error: 'login_required' });
  });

  test('a refused login reaches the client as the login app said it', async () => {
    const refused = logIn({ person: { rejectLogin: { error: 'access_denied', error_description: 'not today' } } });
    await expect(refused).rejects.toMatchObject({
      error: 'access_denied',
      error_description: expect.stringContaining('not today'),
    });
  });
});

describe('refresh', () => {
  test('rotates, answers a repetition with the same successor, and keeps the identity', async () => {
    const { tokens } = await logIn();
    const next = await rp.refreshTokenGrant(config, tokens.refresh_token ?? '');
    expect(next.refresh_token).not.toBe(tokens.refresh_token);
    expect(next.claims()).toMatchObject({ sub: 'alice', auth_time: tokens.claims()?.auth_time });
    const repeated = await rp.refreshTokenGrant(config, tokens.refresh_token ?? '');
    expect(repeated.refresh_token).toBe(next.refresh_token);
    expect(repeated.access_token).toBe(next.access_token);
    expect(await introspect(next.access_token)).toMatchObject({ active: true, sub: 'alice' });
  });

  test('20 at once get one identical successor', async () => {
    const { tokens } = await logIn();
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => rp.refreshTokenGrant(config, tokens.refresh_token ?? '')),
    );
    expect(new Set(answers.map((answer) => answer.refresh_token)).size).toBe(1);
    expect(new Set(answers.map((answer) => answer.access_token)).size).toBe(1);
  });

  test('another client cannot use the token, and that changes nothing', async () => {
    const { tokens } = await logIn();
    const other = await createClient(demo.admin);
    const thief = await discoverAs(other);
    await expect(rp.refreshTokenGrant(thief, tokens.refresh_token ?? '')).rejects.toMatchObject({
      error: 'invalid_grant',
    });
    await expect(rp.refreshTokenGrant(config, tokens.refresh_token ?? '')).resolves.toBeDefined();
  });
});

describe('client_credentials, introspection, revocation', () => {
  test('an opaque token is active until it is revoked', async () => {
    const tokens = await rp.clientCredentialsGrant(config, { scope: 'photos.read' });
    expect(await introspect(tokens.access_token)).toMatchObject({
      active: true,
      client_id: client.client_id,
      sub: client.client_id,
      scope: 'photos.read',
      iss: demo.issuer,
      token_type: 'Bearer',
      token_use: 'access_token',
    });
    expect(await introspect(tokens.access_token, 'openid')).toEqual({ active: false });
    await rp.tokenRevocation(config, tokens.access_token);
    expect(await introspect(tokens.access_token)).toEqual({ active: false });
  });

  test('revoking a refresh token fells its access token, on every way in', async () => {
    const { tokens } = await logIn();
    await introspect(tokens.access_token);
    await rp.tokenRevocation(config, tokens.refresh_token ?? '');
    expect(await introspect(tokens.access_token)).toEqual({ active: false });
    await expect(rp.fetchUserInfo(config, tokens.access_token, 'alice')).rejects.toBeDefined();
    await expect(rp.refreshTokenGrant(config, tokens.refresh_token ?? '')).rejects.toMatchObject({
      error: 'invalid_grant',
    });
  });

  test('a JWT access token follows RFC 9068 and can be revoked', async () => {
    const created = await createClient(demo.admin, { access_token_strategy: 'jwt', audience: ['https://api.example'] });
    const as = await discoverAs(created);
    const tokens = await rp.clientCredentialsGrant(as, { scope: 'photos.read', audience: 'https://api.example' });
    const keys = createRemoteJWKSet(new URL(as.serverMetadata().jwks_uri ?? ''));
    const { payload, protectedHeader } = await jwtVerify(tokens.access_token, keys, {
      issuer: demo.issuer,
      audience: 'https://api.example',
      typ: 'at+jwt',
    });
    expect(protectedHeader.kid).toEqual(expect.any(String));
    expect(payload).toMatchObject({ sub: created.client_id, client_id: created.client_id, scope: 'photos.read' });
    expect(await introspect(tokens.access_token)).toMatchObject({ active: true });
    await rp.tokenRevocation(as, tokens.access_token);
    expect(await introspect(tokens.access_token)).toEqual({ active: false });
  });
});

describe('logout', () => {
  test('ends the session and returns to the registered address with its state', async () => {
    const created = await createClient(demo.admin, { post_logout_redirect_uris: ['http://127.0.0.1:9/bye'] });
    const as = await discoverAs(created);
    const browser = createBrowserSession();
    const { tokens } = await logIn({ as, browser, person: { remember: true } });
    const url = rp.buildEndSessionUrl(as, {
      id_token_hint: tokens.id_token ?? '',
      post_logout_redirect_uri: 'http://127.0.0.1:9/bye',
      state: 'done',
    });
    const asked = new URL((await browser.visit(url.href)).headers.get('location') ?? '');
    const challenge = asked.searchParams.get('logout_challenge') ?? '';
    const { redirect_to } = await adminCall<{ redirect_to: string }>(
      `${demo.admin}/admin/oauth2/auth/requests/logout/accept?logout_challenge=${encodeURIComponent(challenge)}`,
      'PUT',
    );
    const end = await browser.visit(redirect_to);
    expect(end.headers.get('location')).toBe('http://127.0.0.1:9/bye?state=done');
    await expect(logIn({ as, browser, parameters: { prompt: 'none' } })).rejects.toMatchObject({
      error: 'login_required',
    });
  });
});
