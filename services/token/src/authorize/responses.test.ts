// What each response type hands out, on a real database: tokens that are stored with their grant, hashes that fit, nothing
// twice (OpenID Connect Core §3.2.2.5-10, §3.3.2.5-11; OAuth 2.0 Multiple Response Types §5).
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { leftHalfHash } from '@cardea/oauth';
import { interactionV1 } from '@cardea/rpc';
import { createAuthorizationHandlers } from '../rpc/authorization.js';
import type { Installation } from './installation.fixture.js';
import { authorizationUrl, call, createInstallation, parameterOf, told } from './installation.fixture.js';

let it: Installation;
beforeAll(async () => {
  it = await createInstallation();
  const app = it.clients.get('app')!;
  it.clients.set('app', {
    ...app,
    grantTypes: ['authorization_code', 'implicit'],
    responseTypes: [
      'code',
      'id_token',
      'token',
      'id_token token',
      'code id_token',
      'code token',
      'code id_token token',
    ],
    lifespans: { implicitGrantAccessTokenMillis: 90_000, implicitGrantIdTokenMillis: 45_000 },
  });
});
afterAll(() => it.close());

const consented = async (parameters: Record<string, string>, grantedScopes = ['openid', 'photos']) => {
  const browser = it.browser();
  const login = interactionV1.AcceptLoginRequestRequest.create({
    challenge: parameterOf(await browser.open(authorizationUrl(parameters)), 'login_challenge'),
    subject: 'ann',
    acr: 'gold',
  });
  const back = await browser.open((await it.app.acceptLoginRequest(login, call)).redirectTo);
  const challenge = parameterOf(back, 'consent_challenge');
  const consent = interactionV1.AcceptConsentRequestRequest.create({ challenge, grantedScopes });
  return { browser, url: (await it.app.acceptConsentRequest(consent, call)).redirectTo };
};
const claimsOf = (jwt: string) =>
  JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;
const count = async (table: string) =>
  Number((await it.database.query(`SELECT count(*) AS n FROM cardea.${table}`)).rows[0].n);

describe('E24: an answer of', () => {
  test.each([
    ['code', 'query', ['code']],
    ['token', 'fragment', ['access_token', 'token_type', 'expires_in', 'scope']],
    ['id_token', 'fragment', ['id_token']],
    ['token id_token', 'fragment', ['access_token', 'token_type', 'expires_in', 'scope', 'id_token']],
    ['id_token code', 'fragment', ['code', 'id_token']],
    ['token code', 'fragment', ['code', 'access_token', 'token_type', 'expires_in', 'scope']],
    ['token code id_token', 'fragment', ['code', 'access_token', 'token_type', 'expires_in', 'scope', 'id_token']],
  ])('%s comes by %s', async (type, mode, names) => {
    const before = await count('access_token');
    const { browser, url } = await consented({ response_type: type });
    const answer = await browser.open(url);
    const got = told(answer);
    expect(answer.next).toMatchObject({ response: { mode } });
    expect(Object.keys(got)).toEqual([...names, 'state', 'iss']);
    const withToken = names.includes('access_token');
    expect(await count('access_token')).toBe(before + (withToken ? 1 : 0));
    if (withToken) expect(got).toMatchObject({ token_type: 'bearer', expires_in: '90', scope: 'openid photos' });
    if (got['id_token'] !== undefined) {
      const { at_hash, c_hash, nonce, iat, exp, sub, acr } = claimsOf(got['id_token']);
      expect({ nonce, sub, acr, lifetime: Number(exp) - Number(iat) }).toEqual({
        nonce: 'a-nonce',
        sub: 'ann',
        acr: 'gold',
        lifetime: 45,
      });
      expect(at_hash).toBe(withToken ? leftHalfHash('ES256', got['access_token']!) : '');
      expect(c_hash).toBe(got['code'] === undefined ? '' : leftHalfHash('ES256', got['code']));
    }
    // A second opening of the same URL hands out nothing more.
    const again = told(await browser.open(url));
    expect(again['error']).toBe('access_denied');
    expect(await count('access_token')).toBe(before + (withToken ? 1 : 0));
  });

  test("the access token of an answer is the grant's: its row names it", async () => {
    const { browser, url } = await consented({ response_type: 'token' });
    const { access_token: token = '' } = told(await browser.open(url));
    const { key } = it.context.handles.open('access_token', token)!;
    const { rows } = await it.database.query(
      `SELECT g.subject, g.scopes FROM cardea.access_token t JOIN cardea.consent_grant g ON g.id = t.grant_id WHERE t.key = $1`,
      [key],
    );
    expect(rows).toEqual([{ subject: 'ann', scopes: ['openid', 'photos'] }]);
  });

  test('without openid granted there is no ID token, and no answer that is nothing else', async () => {
    const hybrid = await consented({ response_type: 'code id_token' }, ['photos']);
    expect(Object.keys(told(await hybrid.browser.open(hybrid.url)))).toEqual(['code', 'state', 'iss']);
    const implicit = await consented({ response_type: 'id_token token' }, ['photos']);
    const answer = await implicit.browser.open(implicit.url);
    expect(answer.next).toMatchObject({ response: { mode: 'fragment' } });
    expect(told(answer)['error']).toBe('access_denied');
  });
});

test('its tokens are signed until the caller has gone, and no longer', async () => {
  const asJwt = { ...it.clients.get('app')!, clientId: 'jwt', accessTokenStrategy: 'jwt' };
  it.clients.set('jwt', asJwt);
  const { browser, url } = await consented({ client_id: 'jwt', response_type: 'code id_token token' });
  const pairs = (of: Iterable<[string, string]>) => [...of].map(([name, value]) => ({ name, value }));
  const request = { parameters: pairs(new URL(url).searchParams), cookies: pairs(browser.cookies) };
  const deadline = Date.now() + 1_234;
  it.signer.deadlines.length = 0;
  const { authorize } = createAuthorizationHandlers(it.context, () => Promise.reject(new Error('not asked')));
  const { next } = await authorize({ ...request, post: false, requestId: '' }, { ...call, deadline });
  expect(next?.$case).toBe('clientResponse');
  // The access token and the ID token.
  expect(it.signer.deadlines).toEqual([deadline, deadline]);
});

test.each([
  ['scope', { scope: 'openid admin' }, 'invalid_scope'],
  ['registration', { registration: '{}' }, 'registration_not_supported'],
  ['prompt', { prompt: 'none' }, 'login_required'],
  ['query', { response_mode: 'query' }, 'unsupported_response_mode'],
  ['nonce', { nonce: '' }, 'invalid_request'],
])('an error about %s of a hybrid request travels in the fragment', async (_what, wrong, error) => {
  const answer = await it.browser().open(authorizationUrl({ response_type: 'code id_token', ...wrong }));
  expect(answer.next).toMatchObject({ response: { mode: 'fragment' } });
  expect(told(answer)['error']).toBe(error);
});
