// More of the requests that standards print, sent as they are printed and answered as printed there: OpenID Connect beside its response
// types, signed requests, posted answers, issuers in answers, JWT access tokens, native apps. The rest is in rfc-samples.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { CryptoKey } from 'jose';
import { createBrowserSession, locationOf } from './browser-session.js';
import { createClient } from './clients.js';
import type { Demo } from './demo.js';
import { joinDemo } from './demo.js';
import type { Person } from './login-app.js';
import { adminCall, answerConsent, answerLogin, authorize } from './login-app.js';

let demo: Demo;
let key: CryptoKey;
const made: string[] = [];
const orgCallback = 'https://client.example.org/cb';
const org = 'redirect_uri=https%3A%2F%2Fclient.example.org%2Fcb';

const create = async (members: Record<string, unknown>) => {
  made.push((await createClient(demo.admin, members)).client_id);
};
beforeAll(async () => {
  demo = await joinDemo();
  const pair = await generateKeyPair('RS256', { extractable: true });
  key = pair.privateKey;
  const jwk = { ...(await exportJWK(pair.publicKey)), kid: 'k2bdc', alg: 'RS256', use: 'sig' };
  await create({
    client_id: 's6BhdRkqt3',
    client_secret: 'some_secret12345',
    token_endpoint_auth_method: 'client_secret_post',
    redirect_uris: [orgCallback],
    grant_types: ['authorization_code', 'refresh_token', 'implicit'],
    response_types: ['code', 'id_token', 'code id_token'],
    scope: 'openid profile email offline_access',
    jwks: { keys: [jwk] },
  });
  await create({
    client_id: 'native',
    token_endpoint_auth_method: 'none',
    redirect_uris: [
      'com.example.app:/oauth2redirect/example-provider',
      'http://127.0.0.1/oauth2redirect/example-provider',
      'http://[::1]/oauth2redirect/example-provider',
    ],
  });
  await create({
    client_id: 'rs',
    client_secret: 'some_secret12345',
    access_token_strategy: 'jwt',
    audience: ['https://rs.example.com/'],
    redirect_uris: [orgCallback],
    scope: 'openid profile reademail',
  });
}, 150_000);
afterAll(async () => {
  // The demo may be everybody's, and the ids are those of the standards.
  for (const id of made) await adminCall(`${demo.admin}/admin/clients/${id}`, 'DELETE');
  await demo.stop();
});

const at = (query: string) => `${demo.public}/oauth2/auth?${query}`;
const walk = (query: string, person?: Person) => authorize(demo.admin, createBrowserSession(), at(query), person);
const partOf = (jwt: string, part: number) =>
  JSON.parse(Buffer.from(jwt.split('.')[part] ?? '', 'base64url').toString()) as Record<string, unknown>;
async function post(body: string, headers: Record<string, string> = {}) {
  const form = { 'content-type': 'application/x-www-form-urlencoded', ...headers };
  const response = await fetch(`${demo.public}/oauth2/token`, { method: 'POST', headers: form, body });
  return { status: response.status, body: (await response.json()) as Record<string, string> };
}
const own = 'client_id=s6BhdRkqt3&client_secret=some_secret12345';
const tokensFor = async (query: string, person?: Person) => {
  const code = (await walk(query, person)).searchParams.get('code') ?? '';
  return (await post(`grant_type=authorization_code&code=${code}&${org}&${own}`)).body;
};
const openid = `response_type=code&client_id=s6BhdRkqt3&${org}&state=af0ifjsldkj`;

describe('OpenID Connect Core', () => {
  test('§5.3.1, §5.3.2, §5.3.3: userinfo, and an error of it', async () => {
    const person = { subject: '248289761001', idTokenClaims: { name: 'Jane Doe', email: 'janedoe@example.com' } };
    const { access_token: token = '' } = await tokensFor(`${openid}&scope=openid%20profile%20email`, person);
    const ask = (bearer: string) =>
      fetch(`${demo.public}/userinfo`, { headers: { authorization: `Bearer ${bearer}` } });
    const answer = await ask(token);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([
      200,
      expect.stringMatching(/^application\/json/),
    ]);
    expect(await answer.json()).toMatchObject({ sub: '248289761001', ...person.idTokenClaims });
    const refused = await ask('SlAV32hkKG');
    expect(refused.status).toBe(401);
    expect(refused.headers.get('www-authenticate')).toMatch(/^Bearer .*error="invalid_token", ?error_description="/);
  });

  const claims = {
    userinfo: {
      ...{ given_name: { essential: true }, nickname: null, email: { essential: true } },
      ...{ email_verified: { essential: true }, picture: null, 'http://example.info/claims/groups': null },
    },
    id_token: { auth_time: { essential: true }, acr: { values: ['urn:mace:incommon:iap:silver'] } },
  };
  test('§5.5: the claims parameter reaches the app, and auth_time the ID token', async () => {
    const query = `${openid}&scope=openid&claims=${encodeURIComponent(JSON.stringify(claims))}`;
    const login = new URL(await locationOf(await createBrowserSession().visit(at(query))));
    const challenge = encodeURIComponent(login.searchParams.get('login_challenge') ?? '');
    const base = `${demo.admin}/admin/oauth2/auth/requests/login`;
    const asked = await adminCall<{ oidc_context: object }>(`${base}?login_challenge=${challenge}`);
    expect(asked.oidc_context).toMatchObject({ claims });
    const { id_token: idToken = '' } = await tokensFor(query, { acr: 'urn:mace:incommon:iap:silver' });
    expect(partOf(idToken, 1)).toMatchObject({ auth_time: expect.any(Number), acr: 'urn:mace:incommon:iap:silver' });
  });

  const object = () =>
    new SignJWT({
      ...{ iss: 's6BhdRkqt3', aud: demo.issuer, response_type: 'code id_token', client_id: 's6BhdRkqt3' },
      ...{ redirect_uri: orgCallback, scope: 'openid', state: 'af0ifjsldkj', nonce: 'n-0S6_WzA2Mj', max_age: 86400 },
      claims: {
        ...claims,
        id_token: { ...claims.id_token, gender: { essential: true }, birthdate: { essential: true } },
      },
    })
      .setProtectedHeader({ alg: 'RS256', kid: 'k2bdc' })
      .sign(key);
  const answered = (back: URL) => {
    const given = new URLSearchParams(back.hash.slice(1));
    expect([back.origin + back.pathname, given.get('state')]).toEqual([orgCallback, 'af0ifjsldkj']);
    expect(given.get('code')).toEqual(expect.any(String));
    expect(partOf(given.get('id_token') ?? '', 1)).toMatchObject({ nonce: 'n-0S6_WzA2Mj', c_hash: expect.any(String) });
  };
  test('§6.1: a request that is an object, too', async () => {
    const around =
      `response_type=code%20id_token&client_id=s6BhdRkqt3&${org}` +
      '&scope=openid&state=af0ifjsldkj&nonce=n-0S6_WzA2Mj&request=';
    answered(await walk(around + (await object())));
  });
  test('RFC 9101 §5.1: a request that is an object, and a client_id', async () => {
    answered(await walk(`client_id=s6BhdRkqt3&request=${await object()}`));
  });

  test('§12.1, §12.2: a refresh, whose ID token is of the same login', async () => {
    const first = await tokensFor(`${openid}&scope=openid%20profile%20offline_access&nonce=n-0S6_WzA2Mj`);
    const form = `${own}&grant_type=refresh_token&refresh_token=${first['refresh_token'] ?? ''}&scope=openid%20profile`;
    const { status, body } = await post(form);
    expect([status, body]).toMatchObject([200, { refresh_token: expect.any(String), expires_in: expect.any(Number) }]);
    const [before, after] = [first['id_token'] ?? '', body['id_token'] ?? ''].map((jwt) => partOf(jwt, 1));
    for (const name of ['iss', 'sub', 'aud', 'auth_time', 'sid']) expect(after![name]).toEqual(before![name]);
  });
});

test('OpenID Connect Discovery §4.1, §4.2: the metadata of the example, as far as we offer it', async () => {
  const answer = await fetch(`${demo.issuer.replace(/\/$/, '')}/.well-known/openid-configuration`);
  expect([answer.status, answer.headers.get('content-type')]).toEqual([
    200,
    expect.stringMatching(/^application\/json/),
  ]);
  const metadata = (await answer.json()) as Record<string, unknown>;
  for (const member of [
    ...['issuer', 'authorization_endpoint', 'token_endpoint', 'token_endpoint_auth_methods_supported'],
    ...['token_endpoint_auth_signing_alg_values_supported', 'userinfo_endpoint', 'check_session_iframe'],
    ...['end_session_endpoint', 'jwks_uri', 'scopes_supported', 'response_types_supported', 'subject_types_supported'],
    ...['userinfo_signing_alg_values_supported', 'userinfo_encryption_alg_values_supported'],
    ...['userinfo_encryption_enc_values_supported', 'id_token_signing_alg_values_supported'],
    ...['id_token_encryption_alg_values_supported', 'id_token_encryption_enc_values_supported'],
    ...['request_object_signing_alg_values_supported', 'claims_supported', 'claims_parameter_supported'],
  ])
    expect(metadata).toHaveProperty(member);
  expect(metadata).toMatchObject({ issuer: demo.issuer, claims_parameter_supported: true });
});

test('Form Post Response Mode appendix A: the answer is a form that posts itself', async () => {
  const browser = createBrowserSession();
  const query = `response_type=id_token&response_mode=form_post&client_id=s6BhdRkqt3&${org}`;
  let url = at(`${query}&scope=openid&state=DcP7csa3hMlvybERqcieLHrRzKBra&nonce=2T1AgaeRTGTMAJyeDMN9IJbgiUG`);
  let page: Response;
  for (;;) {
    page = await browser.visit(url);
    const next = page.headers.get('location');
    if (next === null) break;
    const asked = new URL(next, url).searchParams;
    const [login, consent] = [asked.get('login_challenge'), asked.get('consent_challenge')];
    if (login !== null) url = await answerLogin(demo.admin, login, {});
    else url = consent === null ? next : await answerConsent(demo.admin, consent, {});
  }
  expect([page.status, page.headers.get('content-type')]).toEqual([
    200,
    expect.stringMatching(/^text\/html;\s*charset=utf-8$/i),
  ]);
  expect([page.headers.get('cache-control'), page.headers.get('pragma')]).toEqual([
    expect.stringContaining('no-store'),
    'no-cache',
  ]);
  const html = await page.text();
  expect(html).toMatch(/<form[^>]* method="post"[^>]* action="https:\/\/client\.example\.org\/cb"/);
  expect(html).toContain('<input type="hidden" name="state" value="DcP7csa3hMlvybERqcieLHrRzKBra"');
  const jwt = /<input type="hidden" name="id_token" value="([^"]+)"/.exec(html)?.[1] ?? '';
  expect(partOf(jwt, 1)).toMatchObject({ aud: ['s6BhdRkqt3'], nonce: '2T1AgaeRTGTMAJyeDMN9IJbgiUG' });
});

test('RFC 9207 §2.1, §2.2: a success and a failure that say who answers', async () => {
  const success = await walk(`${openid}&scope=openid`);
  expect([success.searchParams.get('iss'), success.searchParams.has('code')]).toEqual([demo.issuer, true]);
  const query = `response_type=code&client_id=s6BhdRkqt3&${org}&scope=openid&state=N1zDnRSEz65x`;
  const failure = await walk(query, { rejectLogin: { error: 'access_denied' } });
  expect(Object.fromEntries(failure.searchParams)).toMatchObject({
    ...{ error: 'access_denied', state: 'N1zDnRSEz65x', iss: demo.issuer },
  });
});

test('RFC 9068 §3: a JWT access token has the header and the claims of the example', async () => {
  const query = `response_type=code&client_id=rs&state=xyz-of-length&scope=openid%20profile%20reademail&${org}`;
  const back = await walk(`${query}&audience=https%3A%2F%2Frs.example.com%2F`, { subject: '5ba552d67' });
  const form = `grant_type=authorization_code&code=${back.searchParams.get('code') ?? ''}&${org}`;
  const authorization = `Basic ${btoa('rs:some_secret12345')}`;
  const { access_token: token = '' } = (await post(form, { authorization })).body;
  expect(partOf(token, 0)).toEqual({ typ: 'at+jwt', alg: expect.any(String), kid: expect.any(String) });
  expect(partOf(token, 1)).toMatchObject({
    ...{ iss: demo.issuer, sub: '5ba552d67', aud: ['https://rs.example.com/'], client_id: 'rs' },
    ...{ exp: expect.any(Number), iat: expect.any(Number), jti: expect.any(String), scope: 'openid profile reademail' },
  });
});

test.each([
  ['§7.1', 'com.example.app:/oauth2redirect/example-provider'],
  ['§7.3', 'http://127.0.0.1:51004/oauth2redirect/example-provider'],
  ['§7.3', 'http://[::1]:61023/oauth2redirect/example-provider'],
])('RFC 8252 %s: a native app hears at %s', async (_section, redirectUri) => {
  const challenge = 'code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256';
  const redirect = `redirect_uri=${encodeURIComponent(redirectUri)}`;
  const back = await walk(`response_type=code&client_id=native&scope=openid&state=of-length&${redirect}&${challenge}`);
  expect(back.href.split('?')[0]).toBe(redirectUri);
  const verifier = 'code_verifier=dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
  const code = back.searchParams.get('code') ?? '';
  const form = `grant_type=authorization_code&client_id=native&code=${code}&${redirect}&${verifier}`;
  expect(await post(form)).toMatchObject({ status: 200, body: { access_token: expect.any(String) } });
});
