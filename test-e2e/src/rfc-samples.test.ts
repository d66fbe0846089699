// The example requests that the standards print, sent as they are printed (identifiers, secrets and handles are those of the
// examples wherever a client may choose them), and answered as printed there.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { CryptoKey } from 'jose';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { createBrowserSession } from './browser-session.js';
import { createClient } from './clients.js';
import type { Demo } from './demo.js';
import { newHome, startDemo } from './demo.js';
import { adminCall, authorize } from './login-app.js';

const home = newHome();
let demo: Demo;
let key: CryptoKey;

/** RFC 6749's client, and its Basic header to the letter. */
const printed = { authorization: 'Basic czZCaGRSa3F0MzpnWDFmQmF0M2JW' };
const comCallback = 'https://client.example.com/cb';
const orgCallback = 'https://client.example.org/cb';
const jwtBearer = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code';

beforeAll(async () => {
  const file = path.join(home.directory, 'registration.yaml');
  writeFileSync(file, 'oidc: { dynamic_client_registration: { enabled: true } }\n');
  demo = await startDemo({ home: home.directory, args: ['--config', file] });
  const pair = await generateKeyPair('ES256', { extractable: true });
  key = pair.privateKey;
  const jwk = { ...(await exportJWK(pair.publicKey)), kid: '16', alg: 'ES256', use: 'sig' };
  await createClient(demo.admin, {
    client_id: 's6BhdRkqt3',
    client_secret: 'gX1fBat3bV',
    redirect_uris: [comCallback, orgCallback],
    grant_types: ['authorization_code', 'refresh_token', 'client_credentials', 'implicit', jwtBearer],
    response_types: ['code', 'id_token', 'id_token token', 'code id_token', 'code token', 'code id_token token'],
    scope: 'openid profile email offline read',
  });
  await createClient(demo.admin, {
    client_id: '1406020730',
    grant_types: [deviceGrant],
    token_endpoint_auth_method: 'none',
    scope: 'example_scope',
  });
  await createClient(demo.admin, {
    client_id: 'asserting',
    grant_types: ['client_credentials'],
    token_endpoint_auth_method: 'private_key_jwt',
    jwks: { keys: [jwk] },
  });
  await adminCall(`${demo.admin}/admin/trust/grants/jwt-bearer/issuers`, 'POST', {
    ...{ issuer: 'https://jwt-idp.example.com', subject: 'mailto:mike@example.com', scope: ['read'], jwk },
    expires_at: '2099-01-01T00:00:00Z',
  });
}, 150_000);
afterAll(async () => {
  await demo.stop();
  home.remove();
});

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

/** A POST of a form as printed: the body is the text itself. */
async function post(at: string, body: string, headers: Record<string, string> = printed): Promise<Answer> {
  const form = { 'content-type': 'application/x-www-form-urlencoded', ...headers };
  const response = await fetch(demo.public + at, { method: 'POST', headers: form, body });
  const text = await response.text();
  const parsed = text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
  return { status: response.status, headers: response.headers, body: parsed };
}

/** What RFC 6749 §5.1 prints above and below every token. */
function expectTokens({ status, headers, body }: Answer, members: Record<string, unknown>): void {
  expect({ status, body }).toMatchObject({
    status: 200,
    body: { access_token: expect.any(String), expires_in: 3600, ...members },
  });
  expect(String(body['token_type']).toLowerCase()).toBe('bearer');
  expect(headers.get('content-type')?.toLowerCase()).toBe('application/json;charset=utf-8');
  expect([headers.get('cache-control'), headers.get('pragma')]).toEqual(['no-store', 'no-cache']);
}

const walk = (query: string) => authorize(demo.admin, createBrowserSession(), `${demo.public}/oauth2/auth?${query}`);
const codeOf = async (query: string) => (await walk(query)).searchParams.get('code') ?? '';
const plainQuery =
  'response_type=code&client_id=s6BhdRkqt3&state=xyz&redirect_uri=https%3A%2F%2Fclient%2Eexample%2Ecom%2Fcb';
const encodedCom = 'https%3A%2F%2Fclient%2Eexample%2Ecom%2Fcb';
const tokensFor = async (query: string) => {
  const code = await codeOf(query);
  return post('/oauth2/token', `grant_type=authorization_code&code=${code}&redirect_uri=${encodedCom}`);
};
const openidQuery = `${plainQuery}&scope=openid%20offline`;

describe('RFC 6749', () => {
  test('§4.1.1, §4.1.2: an authorization request and its answer', async () => {
    const back = await walk(plainQuery);
    expect(back.origin + back.pathname).toBe(comCallback);
    expect(Object.fromEntries(back.searchParams)).toMatchObject({ code: expect.any(String), state: 'xyz' });
  });

  test('§4.1.2.1: a person refuses', async () => {
    const url = `${demo.public}/oauth2/auth?${plainQuery}`;
    const back = await authorize(demo.admin, createBrowserSession(), url, { rejectLogin: { error: 'access_denied' } });
    expect(Object.fromEntries(back.searchParams)).toMatchObject({ error: 'access_denied', state: 'xyz' });
  });

  test('§4.1.3, §4.1.4: an access token request and its answer', async () =>
    expectTokens(await tokensFor(openidQuery), { refresh_token: expect.any(String) }));

  test('§4.4.2, §4.4.3: an access token for the client itself, and no refresh token', async () => {
    const answer = await post('/oauth2/token', 'grant_type=client_credentials');
    expectTokens(answer, {});
    expect(answer.body).not.toHaveProperty('refresh_token');
  });

  test('§5.2: an error', async () => {
    const { status, headers, body } = await post('/oauth2/token', 'grant_type=authorization_code');
    expect({ status, body }).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
    expect([headers.get('cache-control'), headers.get('pragma')]).toEqual(['no-store', 'no-cache']);
  });

  test('§5.2: a client that fails to authenticate with Basic is told that it may', async () => {
    const wrong = { authorization: `Basic ${btoa('s6BhdRkqt3:wrong')}` };
    const { status, headers, body } = await post('/oauth2/token', 'grant_type=client_credentials', wrong);
    expect({ status, body }).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
    expect(headers.get('www-authenticate')).toMatch(/^Basic realm=/);
  });

  test('§6: a refresh', async () => {
    const { body } = await tokensFor(openidQuery);
    const form = `grant_type=refresh_token&refresh_token=${String(body['refresh_token'])}`;
    expectTokens(await post('/oauth2/token', form), { refresh_token: expect.any(String) });
  });
});

test('RFC 6750 §2.1, §3: a bearer token in the header, and a request without one', async () => {
  const { body } = await tokensFor(openidQuery);
  const headers = { authorization: `Bearer ${String(body['access_token'])}` };
  const good = await fetch(`${demo.public}/userinfo`, { headers });
  expect([good.status, await good.json()]).toEqual([200, expect.objectContaining({ sub: 'alice' })]);
  const bare = await fetch(`${demo.public}/userinfo`);
  expect([bare.status, bare.headers.get('www-authenticate')]).toEqual([401, expect.stringMatching(/^Bearer\b/)]);
  const expired = await fetch(`${demo.public}/userinfo`, { headers: { authorization: 'Bearer mF_9.B5f-4.1JqM' } });
  expect([expired.status, expired.headers.get('www-authenticate')]).toEqual([
    401,
    expect.stringContaining('error="invalid_token"'),
  ]);
});

test('RFC 7009 §2.1, §2.2: a revocation, and one of a token that is none', async () => {
  const { body } = await tokensFor(openidQuery);
  const token = String(body['refresh_token']);
  expect((await post('/oauth2/revoke', `token=${token}&token_type_hint=refresh_token`)).status).toBe(200);
  const again = await post('/oauth2/token', `grant_type=refresh_token&refresh_token=${token}`);
  expect(again).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
  const unknown = 'token=45ghiukldjahdnhzdauz&token_type_hint=refresh_token';
  expect((await post('/oauth2/revoke', unknown)).status).toBe(200);
});

test('RFC 7662 §2.1, §2.2: an introspection, and one of a token that is no good', async () => {
  const { body } = await tokensFor(openidQuery);
  const accept = { ...printed, accept: 'application/json' };
  const form = `token=${String(body['access_token'])}&token_type_hint=access_token`;
  const answer = await post('/oauth2/introspect', form, accept);
  expect(answer).toMatchObject({
    status: 200,
    body: {
      ...{ active: true, client_id: 's6BhdRkqt3', scope: 'openid offline', sub: 'alice', iss: demo.issuer },
      ...{ aud: expect.anything(), exp: expect.any(Number), iat: expect.any(Number) },
    },
  });
  const unknown = await post('/oauth2/introspect', 'token=mF_9.B5f-4.1JqM&token_type_hint=access_token', accept);
  expect([unknown.status, unknown.body]).toEqual([200, { active: false }]);
});

test('RFC 7636 appendix B: the verifier of the example answers its challenge', async () => {
  const challenge = 'code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256';
  const redeem = async (verifier: string) =>
    post(
      '/oauth2/token',
      `grant_type=authorization_code&code=${await codeOf(`${plainQuery}&${challenge}`)}&redirect_uri=${encodedCom}` +
        `&code_verifier=${verifier}`,
    );
  expectTokens(await redeem('dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'), {});
  const wrong = await redeem('dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXX');
  expect(wrong).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
});

test('RFC 8628 §3.1, §3.2, §3.4, §3.5: a device asks, and waits', async () => {
  const begun = await post('/oauth2/device/auth', 'client_id=1406020730&scope=example_scope', {});
  expect(begun.status).toBe(200);
  expect(begun.headers.get('cache-control')).toBe('no-store');
  const { device_code: deviceCode, user_code: userCode, verification_uri: uri, ...rest } = begun.body;
  expect([deviceCode, userCode, uri]).toEqual([expect.any(String), expect.any(String), expect.any(String)]);
  expect(rest).toEqual({
    verification_uri_complete: `${String(uri)}?user_code=${String(userCode)}`,
    expires_in: expect.any(Number),
    interval: 5,
  });
  const form =
    'grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code' +
    `&device_code=${String(deviceCode)}&client_id=1406020730`;
  expect(await post('/oauth2/token', form, {})).toMatchObject({
    status: 400,
    body: { error: 'authorization_pending' },
  });
});

describe('RFC 7523', () => {
  const assertion = (issuer: string, subject: string) =>
    new SignJWT({ nbf: Math.floor(Date.now() / 1000) - 60 })
      .setProtectedHeader({ alg: 'ES256', kid: '16' })
      .setIssuer(issuer)
      .setSubject(subject)
      .setAudience(demo.issuer)
      .setIssuedAt()
      .setExpirationTime('2m')
      .setJti(crypto.randomUUID())
      .sign(key);

  test('§2.1, §4: an assertion is traded for a token', async () => {
    const jwt = await assertion('https://jwt-idp.example.com', 'mailto:mike@example.com');
    const form = `grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=${jwt}&scope=read`;
    expectTokens(await post('/oauth2/token', form), { scope: 'read' });
  });

  test('§2.2: an assertion is the client’s authentication', async () => {
    const jwt = await assertion('asserting', 'asserting');
    const type = 'client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer';
    const form = `grant_type=client_credentials&${type}&client_assertion=${jwt}`;
    expectTokens(await post('/oauth2/token', form, {}), {});
  });
});

describe('RFC 7591 and RFC 7592', () => {
  const metadata = {
    redirect_uris: ['https://client.example.org/callback', 'https://client.example.org/callback2'],
    client_name: 'My Example Client',
    'client_name#ja-Jpan-JP': '\u30AF\u30E9\u30A4\u30A2\u30F3\u30C8\u540D',
    token_endpoint_auth_method: 'client_secret_basic',
    logo_uri: 'https://client.example.org/logo.png',
    jwks_uri: 'https://client.example.org/my_public_keys.jwks',
    example_extension_parameter: 'example_value',
  };
  const register = (body: object) =>
    fetch(`${demo.public}/oauth2/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify(body),
    });

  test('§3.1, §3.2.1, RFC 7592 §2.1, §2.3: a client registers, reads itself and goes', async () => {
    const answer = await register(metadata);
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([201, 'no-store']);
    const told = (await answer.json()) as Record<string, string>;
    const { redirect_uris, client_name, token_endpoint_auth_method, logo_uri, jwks_uri } = metadata;
    expect(told).toMatchObject({
      ...{ redirect_uris, client_name, token_endpoint_auth_method, logo_uri, jwks_uri },
      ...{ client_id: expect.any(String), client_secret: expect.any(String), client_secret_expires_at: 0 },
      ...{ client_id_issued_at: expect.any(Number), registration_access_token: expect.any(String) },
      registration_client_uri: `${demo.public}/oauth2/register/${told['client_id'] ?? ''}`,
      grant_types: ['authorization_code'],
    });
    const headers = { accept: 'application/json', authorization: `Bearer ${told['registration_access_token'] ?? ''}` };
    const at = told['registration_client_uri'] ?? '';
    const read = await fetch(at, { headers });
    expect([read.status, await read.json()]).toEqual([200, expect.objectContaining({ client_name })]);
    expect((await fetch(at, { method: 'DELETE', headers })).status).toBe(204);
    expect((await fetch(at, { headers })).status).toBe(401);
  });

  test('§3.2.2: an address that is none', async () => {
    const answer = await register({ ...metadata, redirect_uris: ['https://client.example.org/callback#fragment'] });
    expect([answer.status, await answer.json()]).toEqual([
      400,
      expect.objectContaining({ error: 'invalid_redirect_uri', error_description: expect.any(String) }),
    ]);
  });
});

test('RFC 8414 §3.1, §3.2: metadata', async () => {
  const answer = await fetch(`${demo.public}/.well-known/oauth-authorization-server`);
  expect([answer.status, answer.headers.get('content-type')]).toEqual([
    200,
    expect.stringMatching(/^application\/json/),
  ]);
  expect(await answer.json()).toMatchObject({
    ...{ issuer: demo.issuer, authorization_endpoint: `${demo.public}/oauth2/auth` },
    ...{ token_endpoint: `${demo.public}/oauth2/token`, jwks_uri: expect.any(String) },
    ...{ registration_endpoint: expect.any(String), scopes_supported: expect.any(Array) },
    ...{ response_types_supported: expect.arrayContaining(['code']) },
    ...{ token_endpoint_auth_methods_supported: expect.arrayContaining(['client_secret_basic', 'private_key_jwt']) },
  });
});

describe('OpenID Connect Core', () => {
  const org = 'redirect_uri=https%3A%2F%2Fclient.example.org%2Fcb';
  const claimsOf = (jwt: string) =>
    JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;

  test('§3.1.2.1, §3.1.3: an authentication request, its code, and the ID token', async () => {
    const code = await codeOf(
      `response_type=code&scope=openid%20profile%20email&client_id=s6BhdRkqt3&state=af0ifjsldkj&${org}`,
    );
    const answer = await post('/oauth2/token', `grant_type=authorization_code&code=${code}&${org}`);
    expectTokens(answer, { id_token: expect.any(String) });
    expect(claimsOf(String(answer.body['id_token']))).toMatchObject({
      ...{ iss: demo.issuer, sub: 'alice', aud: ['s6BhdRkqt3'], exp: expect.any(Number), iat: expect.any(Number) },
    });
  });

  test.each([
    ['A.1', 'code', ['code']],
    ['A.2', 'id_token', ['id_token']],
    ['A.3', 'id_token%20token', ['access_token', 'expires_in', 'id_token', 'token_type']],
    ['A.4', 'code%20id_token', ['code', 'id_token']],
    ['A.5', 'code%20token', ['access_token', 'code', 'expires_in', 'token_type']],
    ['A.6', 'code%20id_token%20token', ['access_token', 'code', 'expires_in', 'id_token', 'token_type']],
  ])('appendix %s: response_type=%s', async (_section, responseType, members) => {
    const back = await walk(
      `response_type=${responseType}&client_id=s6BhdRkqt3&${org}&scope=openid%20profile%20email` +
        '&nonce=n-0S6_WzA2Mj&state=af0ifjsldkj',
    );
    const [told, other] = responseType === 'code' ? [back.search, back.hash] : [back.hash, back.search];
    expect([back.origin + back.pathname, other]).toEqual([orgCallback, '']);
    const given = new URLSearchParams(told.slice(1));
    // RFC 9207 adds the issuer, session management its state; scope stands beside an access token.
    const added = ['iss', 'scope', 'session_state', 'state'];
    expect([...given.keys()].filter((name) => !added.includes(name)).sort()).toEqual(members);
    expect(given.get('state')).toBe('af0ifjsldkj');
    const jwt = given.get('id_token');
    const hashes = [
      ['c_hash', given.has('code')],
      ['at_hash', given.has('access_token')],
    ] as const;
    if (jwt !== null) {
      const claims = claimsOf(jwt);
      expect(claims['nonce']).toBe('n-0S6_WzA2Mj');
      for (const [name, wanted] of hashes) expect([name, name in claims]).toEqual([name, wanted]);
    }
  });
});
