// Rubbish at every door: each gets the OAuth error of its RFC and an error id, and changes nothing.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createBrowserSession, locationOf } from './browser-session.js';
import type { CreatedClient } from './clients.js';
import { basic, callback, createClient } from './clients.js';
import type { Demo } from './demo.js';
import { joinDemo } from './demo.js';

let demo: Demo;
let client: CreatedClient;

beforeAll(async () => {
  demo = await joinDemo();
  client = await createClient(demo.admin);
}, 150_000);

afterAll(async () => {
  await demo.stop();
});

async function post(path: string, body: RequestInit['body'], headers: Record<string, string> = {}) {
  const init: RequestInit = { method: 'POST', headers: { authorization: basic(client), ...headers } };
  if (body !== undefined) init.body = body;
  const response = await fetch(demo.public + path, init);
  const text = await response.text();
  return { status: response.status, headers: response.headers, text };
}

const form = { 'content-type': 'application/x-www-form-urlencoded' };

describe('the token endpoint', () => {
  const good = 'grant_type=client_credentials';
  test.each<[string, string | undefined, Record<string, string>, number, string]>([
    ['a repeated parameter', `${good}&grant_type=client_credentials`, form, 400, 'invalid_request'],
    ['a repeated parameter with another value', `${good}&scope=a&scope=b`, form, 400, 'invalid_request'],
    ['a nested parameter', `${good}&a[b]=1`, form, 400, 'invalid_request'],
    ['an array parameter', `${good}&code[]=1`, form, 400, 'invalid_request'],
    ['a prototype in a name', `${good}&__proto__[x]=1`, form, 400, 'invalid_request'],
    ['bad percent-encoding', `${good}&scope=%zz`, form, 400, 'invalid_request'],
    ['a NUL', `${good}&scope=a%00`, form, 400, 'invalid_request'],
    ['bad UTF-8', `${good}&scope=%ff%fe`, form, 400, 'invalid_request'],
    [
      'JSON',
      JSON.stringify({ grant_type: 'client_credentials' }),
      { 'content-type': 'application/json' },
      400,
      'invalid_request',
    ],
    ['plain text', good, { 'content-type': 'text/plain' }, 400, 'invalid_request'],
    ['an empty body', '', form, 400, 'invalid_request'],
    ['no grant type', 'scope=a', form, 400, 'invalid_request'],
    ['an unknown grant type', 'grant_type=magic', form, 400, 'unsupported_grant_type'],
    ['the password grant', 'grant_type=password&username=a&password=b', form, 400, 'unsupported_grant_type'],
    ['a scope the client may not have', `${good}&scope=admin`, form, 400, 'invalid_scope'],
    ['a scope with forbidden characters', `${good}&scope=a%22b`, form, 400, 'invalid_scope'],
    ['a wrong secret', good, { ...form, authorization: 'Basic ' + btoa('nobody:wrong') }, 401, 'invalid_client'],
    [
      'a code from nowhere',
      `grant_type=authorization_code&code=rubbish&redirect_uri=${callback}`,
      form,
      400,
      'invalid_grant',
    ],
    ['a refresh token from nowhere', 'grant_type=refresh_token&refresh_token=rubbish', form, 400, 'invalid_grant'],
    [
      '1,001 parameters',
      Array.from({ length: 1001 }, (_, i) => `p${String(i)}=1`).join('&'),
      form,
      400,
      'invalid_request',
    ],
    ['100 KiB', `${good}&x=${'y'.repeat(100 * 1024)}`, form, 413, 'request_too_large'],
  ])('refuses %s', async (_name, body, headers, status, error) => {
    const answer = await post('/oauth2/token', body, headers);
    expect([answer.status, (JSON.parse(answer.text) as { error: string }).error]).toEqual([status, error]);
    expect(answer.headers.get('cache-control')).toContain('no-store');
    expect(JSON.parse(answer.text)).toHaveProperty('error_id');
  });

  test('answers 401 with a challenge of the scheme that failed', async () => {
    const answer = await post('/oauth2/token', good, { ...form, authorization: 'Basic ' + btoa('nobody:wrong') });
    expect(answer.headers.get('www-authenticate')).toMatch(/^Basic /);
  });

  test('takes no other method', async () => {
    const answer = await fetch(`${demo.public}/oauth2/token?${good}`, { headers: { authorization: basic(client) } });
    expect(answer.status).toBe(405);
  });
});

describe('the authorization endpoint', () => {
  const request = (change: Record<string, string | undefined>, extra = '') => {
    const parameters: Record<string, string | undefined> = {
      client_id: client.client_id,
      response_type: 'code',
      redirect_uri: callback,
      scope: 'openid',
      state: 'state-of-length',
      ...change,
    };
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(parameters)) if (value !== undefined) query.set(name, value);
    return `${demo.public}/oauth2/auth?${query.toString()}${extra}`;
  };

  test.each<[string, Record<string, string | undefined>, string, string]>([
    ['an unknown client', { client_id: 'nobody' }, '', 'invalid_client'],
    ['no client', { client_id: undefined }, '', 'invalid_client'],
    ['a redirect URI longer by one byte', { redirect_uri: `${callback}/` }, '', 'invalid_request'],
    ['a redirect URI in other case', { redirect_uri: callback.toUpperCase() }, '', 'invalid_request'],
    ['a redirect URI elsewhere', { redirect_uri: 'https://evil.example/cb' }, '', 'invalid_request'],
    ['a repeated redirect URI', {}, '&redirect_uri=https://evil.example/cb', 'invalid_request'],
    ['a repeated state', {}, '&state=other', 'invalid_request'],
  ])('shows %s on its own error page and redirects nowhere', async (_name, change, extra, error) => {
    const location = new URL(await locationOf(await createBrowserSession().visit(request(change, extra))));
    expect(location.origin).toBe(new URL(demo.public).origin);
    expect(location.searchParams.get('error')).toBe(error);
    const page = await fetch(location);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(await page.text()).toContain(error);
  });

  test.each<[string, Record<string, string | undefined>, string]>([
    ['no response type', { response_type: undefined }, 'unsupported_response_type'],
    ['an unknown response type', { response_type: 'magic' }, 'unsupported_response_type'],
    ['a scope beyond the client', { scope: 'openid admin' }, 'invalid_scope'],
    ['PKCE plain', { code_challenge: 'c'.repeat(43), code_challenge_method: 'plain' }, 'invalid_request'],
    ['prompt=none with another', { prompt: 'none login' }, 'invalid_request'],
    ['an unknown prompt', { prompt: 'magic' }, 'invalid_request'],
    ['a max_age that is no number', { max_age: '1e3' }, 'invalid_request'],
    ['a negative max_age', { max_age: '-1' }, 'invalid_request'],
    ['a registration parameter', { registration: '{}' }, 'registration_not_supported'],
  ])('tells the client of %s before it bothers anybody', async (_name, change, error) => {
    const response = await createBrowserSession().visit(request(change));
    expect(response.status).toBe(303);
    const location = new URL(await locationOf(response));
    expect(location.origin + location.pathname).toBe(callback);
    expect(Object.fromEntries(location.searchParams)).toMatchObject({
      error,
      state: 'state-of-length',
      iss: demo.issuer,
    });
  });

  test('a flow finished in another browser is refused', async () => {
    const browser = createBrowserSession();
    const atLogin = new URL(await locationOf(await browser.visit(request({}))));
    const challenge = atLogin.searchParams.get('login_challenge') ?? '';
    const accepted = await fetch(
      `${demo.admin}/admin/oauth2/auth/requests/login/accept?login_challenge=${encodeURIComponent(challenge)}`,
      { method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ subject: 'mallory' }) },
    );
    const { redirect_to } = (await accepted.json()) as { redirect_to: string };
    const elsewhere = new URL(await locationOf(await createBrowserSession().visit(redirect_to)));
    expect(elsewhere.searchParams.get('error')).toBe('request_forbidden');
    // The right browser still can: the refusal burnt nothing.
    const here = new URL(await locationOf(await browser.visit(redirect_to)));
    expect(here.searchParams.get('consent_challenge')).toEqual(expect.any(String));
  });

  test('POST works and loses no parameter', async () => {
    const url = new URL(request({}));
    const response = await createBrowserSession().visit(`${demo.public}/oauth2/auth`, {
      method: 'POST',
      body: url.searchParams,
    });
    expect([302, 303]).toContain(response.status);
    const challenge = new URL(await locationOf(response)).searchParams.get('login_challenge') ?? '';
    const login = await fetch(`${demo.admin}/admin/oauth2/auth/requests/login?login_challenge=${challenge}`);
    const { request_url } = (await login.json()) as { request_url: string };
    expect(new URL(request_url).searchParams.get('state')).toBe('state-of-length');
  });
});

describe('userinfo and introspection', () => {
  test('userinfo without, with a wrong, and with two tokens', async () => {
    const bare = await fetch(`${demo.public}/userinfo`);
    expect([bare.status, bare.headers.get('www-authenticate')]).toEqual([401, expect.stringMatching(/^Bearer/)]);
    const wrong = await fetch(`${demo.public}/userinfo`, { headers: { authorization: 'Bearer rubbish' } });
    expect([wrong.status, ((await wrong.json()) as { error: string }).error]).toEqual([401, 'invalid_token']);
    const twice = await fetch(`${demo.public}/userinfo`, {
      method: 'POST',
      headers: { authorization: 'Bearer a' },
      body: new URLSearchParams({ access_token: 'b' }),
    });
    expect([twice.status, ((await twice.json()) as { error: string }).error]).toEqual([400, 'invalid_request']);
  });

  test.each([
    ['garbage', 'garbage'],
    ['a forged handle', `ory_at_${'A'.repeat(40)}.${'A'.repeat(32)}`],
    ['a JWT of nobody', 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.'],
  ])('introspection of %s is inactive and nothing else', async (_name, token) => {
    const answer = await fetch(`${demo.admin}/admin/oauth2/introspect`, {
      method: 'POST',
      body: new URLSearchParams({ token }),
    });
    expect([answer.status, await answer.json()]).toEqual([200, { active: false }]);
  });

  test('introspection of nothing is a bad request', async () => {
    const answer = await fetch(`${demo.admin}/admin/oauth2/introspect`, { method: 'POST', headers: form, body: '' });
    expect(answer.status).toBe(400);
  });
});
