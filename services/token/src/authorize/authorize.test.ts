// What the endpoint says before anybody is asked: on a page, to the client, or by sending the browser to log in.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { OAuthError } from '@cardea/oauth';
import { interactionV1 } from '@cardea/rpc';
import { openDatabase } from '../storage/database.js';
import { createFlows } from '../storage/flows.js';
import { authorize } from './authorize.js';
import type { Installation } from './installation.fixture.js';
import { authorizationUrl, call, createInstallation, parameterOf, told } from './installation.fixture.js';

let it: Installation;
beforeAll(async () => {
  it = await createInstallation();
});
afterAll(() => it.close());

const verdict = async (url: string): Promise<string> => {
  try {
    const outcome = await it.browser().open(url);
    if (outcome.next.kind === 'interaction') return 'login';
    const { error, iss, state } = told(outcome);
    expect(iss).toBe('https://as.test');
    return `${outcome.next.response.mode}:${String(error)}:${String(state)}`;
  } catch (error) {
    return `page:${(error as OAuthError).code}`;
  }
};

describe('where errors go', () => {
  const good = authorizationUrl({ state: 's' });
  const without = (name: string) => {
    const url = new URL(good);
    url.searchParams.delete(name);
    return url.toString();
  };
  test.each([
    ['nothing wrong', good, 'login'],
    ['A01 unknown client', authorizationUrl({ client_id: 'nobody' }), 'page:invalid_client'],
    ['A01 no client', without('client_id'), 'page:invalid_client'],
    ['foreign redirect URI', authorizationUrl({ redirect_uri: 'https://evil.example/' }), 'page:invalid_request'],
    ['R13 at the door', authorizationUrl({ redirect_uri: 'https://app.example/%63b' }), 'page:invalid_request'],
    ['A02 client_id twice', `${good}&client_id=app`, 'page:invalid_request'],
    ['A02 redirect_uri twice', `${good}&redirect_uri=https%3A%2F%2Fevil.example`, 'page:invalid_request'],
    ['A02 state twice', `${good}&state=s`, 'page:invalid_request'],
    ['A02 an unknown parameter twice', `${good}&foo=1&foo=2`, 'page:invalid_request'],
    [
      'A04 audience twice',
      `${good}&audience=https%3A%2F%2Fapi.example&audience=https%3A%2F%2Fapi.example%2Fv2`,
      'login',
    ],
    ['unknown parameters', `${good}&foo=1&claims=%7B%7D`, 'login'],
    ['empty parameters', `${good}&prompt=&max_age=&login_verifier=`, 'login'],
    ['A10 scope', authorizationUrl({ state: 's', scope: 'openid admin' }), 'query:invalid_scope:s'],
    ['in the fragment', `${good}&response_mode=fragment&prompt=none`, 'fragment:login_required:s'],
    ['in a form', `${good}&response_mode=form_post&max_age=x`, 'form_post:invalid_request:s'],
    ['no state', `${without('state')}&prompt=none`, 'query:login_required:undefined'],
    ['a hint that is none', `${good}&id_token_hint=x.y.z`, 'query:invalid_request:s'],
    ['a very long request', `${good}&x=${'x'.repeat(7000)}`, 'query:invalid_request:s'],
  ])('%s', async (_name, url, expected) => {
    expect(await verdict(url)).toBe(expected);
  });
});

test('the login page keeps its own query; prompt=create goes to the registration page', async () => {
  const login = told(await it.browser().open(authorizationUrl()))['location'];
  expect(login).toMatch(/^https:\/\/ui\.test\/login\?theme=dark&login_challenge=[\w-]+$/);
  const register = told(await it.browser().open(authorizationUrl({ prompt: 'create' })))['location'];
  expect(register).toMatch(/^https:\/\/ui\.test\/register\?login_challenge=/);
});

test('a planted second cookie counts as none (S09)', async () => {
  const browser = it.browser();
  const challenge = parameterOf(await browser.open(authorizationUrl()), 'login_challenge');
  const answer = interactionV1.AcceptLoginRequestRequest.create({ challenge, subject: 'ann' });
  const { redirectTo } = await it.app.acceptLoginRequest(answer, call);
  const parameters = [...new URL(redirectTo).searchParams].map(([name, value]) => ({ name, value }));
  const own = [...browser.cookies].map(([name, value]) => ({ name, value }));
  const planted = own.map((cookie) => ({ ...cookie, value: 'a'.repeat(32) }));
  const refused = await authorize(it.context, { parameters, cookies: [...own, ...planted] });
  expect(told(refused)['error']).toBe('request_forbidden');
  parameterOf(await authorize(it.context, { parameters, cookies: [...own, ...own] }), 'consent_challenge');
});

describe('id_token_hint', () => {
  const day = 86_400;
  test.each<[string, Record<string, unknown>, { keyId?: string; foreign?: boolean }, string]>([
    ['E16 expired, current key', { sub: 'ann' }, {}, 'login'],
    // A hint names a person; whose client was told so does not matter (OpenID Connect Core §3.1.2.1).
    ['E16 of another client', { sub: 'ann', aud: 'other' }, {}, 'login'],
    ['E16 retired key', { sub: 'ann' }, { keyId: 'retired' }, 'login'],
    ['E16 foreign key', { sub: 'ann' }, { foreign: true }, 'invalid_request'],
    ['E16 a key that is published no more', { sub: 'ann' }, { keyId: 'gone', foreign: true }, 'invalid_request'],
    ['E16 another issuer', { sub: 'ann', iss: 'https://evil.test' }, {}, 'invalid_request'],
    ['E16 a logout token', { sub: 'ann', events: {} }, {}, 'invalid_request'],
    ['E16 no subject', {}, {}, 'invalid_request'],
    ['E16 from the future', { sub: 'ann', iat: Math.floor(Date.now() / 1000) + day }, {}, 'invalid_request'],
  ])('%s', async (_name, claims, key, expected) => {
    const payload = { ...claims };
    const iat = payload['iat'];
    delete payload['iat'];
    if (typeof iat === 'number') it.clock.millis += day * 2000;
    const hint = await it.idToken(payload, key);
    if (typeof iat === 'number') it.clock.millis -= day * 2000;
    const outcome = await it.browser().open(authorizationUrl({ id_token_hint: hint }));
    expect(outcome.next.kind === 'interaction' ? 'login' : told(outcome)['error']).toBe(expected);
    if (outcome.next.kind === 'interaction') {
      const request = await it.app.getLoginRequest({ challenge: parameterOf(outcome, 'login_challenge') }, call);
      expect(JSON.parse(request.oidcContext!.idTokenHintClaimsJson.toString())).toMatchObject({ sub: 'ann' });
    }
  });

  test('E16: an unsigned or altered hint', async () => {
    const hint = await it.idToken({ sub: 'ann' });
    const [header = '', payload = '', signature = ''] = hint.split('.');
    const none = Buffer.from('{"alg":"none","kid":"current"}').toString('base64url');
    const eve = Buffer.from(Buffer.from(payload, 'base64url').toString().replace('ann', 'eve')).toString('base64url');
    for (const forged of [`${none}.${payload}.`, `${none}.${payload}.${signature}`, `${header}.${eve}.${signature}`]) {
      expect(told(await it.browser().open(authorizationUrl({ id_token_hint: forged })))['error']).toBe(
        'invalid_request',
      );
    }
  });
});

test('a client that is refused is told of a page with the id of the log line', async () => {
  const parameters = [...new URL(authorizationUrl({ scope: 'openid admin' })).searchParams].map(([name, value]) => ({
    name,
    value,
  }));
  const refused = told(await authorize(it.context, { parameters, cookies: [], requestId: 'request-7' }));
  expect(refused).toEqual({
    error: 'invalid_scope',
    error_description: expect.any(String),
    error_uri: 'https://as.test/oauth2/fallbacks/error?error_id=request-7&error=invalid_scope',
    state: 'a state & more',
    iss: 'https://as.test',
  });
  const context = { ...it.context, settings: { ...it.context.settings, hydraCompat: true } };
  expect(told(await authorize(context, { parameters, cookies: [], requestId: 'request-7' }))).not.toHaveProperty(
    'error_uri',
  );
});

test.each([
  ['http://id.example.com', /the issuer is plain http.*make urls\.self\.issuer https/],
  ['https://id.example.com', /Begin again in one browser/],
  ['http://localhost:4444', /Begin again in one browser/],
])('a cookie that is lost with the issuer %s is told with what to do', async (issuer, said) => {
  const own = await createInstallation({ issuer });
  try {
    const challenge = parameterOf(await own.browser().open(authorizationUrl()), 'login_challenge');
    const answer = interactionV1.AcceptLoginRequestRequest.create({ challenge, subject: 'ann' });
    const { redirectTo } = await own.app.acceptLoginRequest(answer, call);
    expect(told(await own.browser().open(redirectTo))).toMatchObject({
      error: 'request_forbidden',
      error_description: expect.stringMatching(said),
    });
  } finally {
    await own.close();
  }
});

test('Hydra compatibility: long state, error words, scope beside the code', async () => {
  const hydra = await createInstallation({
    hydraCompat: true,
    policy: { ...it.context.settings.policy, minStateLength: 8 },
  });
  try {
    const browser = hydra.browser();
    expect(told(await browser.open(authorizationUrl({ state: '1234567' })))['error']).toBe('invalid_state');
    const challenge = parameterOf(await browser.open(authorizationUrl()), 'login_challenge');
    const { redirectTo } = await hydra.app.rejectLoginRequest({ challenge, rejection: undefined }, call);
    expect(told(await browser.open(redirectTo))['error']).toBe('login request denied');
  } finally {
    await hydra.close();
  }
});

test('a dead database is our fault: shown on a page, told to no client, and nothing is used up', async () => {
  const browser = it.browser();
  const challenge = parameterOf(await browser.open(authorizationUrl()), 'login_challenge');
  const answer = interactionV1.AcceptLoginRequestRequest.create({ challenge, subject: 'ann' });
  const { redirectTo } = await it.app.acceptLoginRequest(answer, call);
  const parameters = [...new URL(redirectTo).searchParams].map(([name, value]) => ({ name, value }));
  const cookies = [...browser.cookies].map(([name, value]) => ({ name, value }));
  const dead = openDatabase('postgres://nobody@127.0.0.1:1/none', { warn: () => undefined } as never);
  const context = { ...it.context, flows: createFlows(dead) };
  await expect(authorize(context, { parameters, cookies })).rejects.toMatchObject({
    code: 'temporarily_unavailable',
    status: 503,
  });
  await dead.end();
  parameterOf(await browser.open(redirectTo), 'consent_challenge');
});
