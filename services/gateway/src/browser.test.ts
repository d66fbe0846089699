// Authorization and logout over real HTTP and gRPC: what browsers are told, by every way an answer can travel.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { OAuthError } from '@cardea/oauth';
import { authorizationV1 } from '@cardea/rpc';
import { createHash } from 'node:crypto';
import type { StartedGateway } from './gateway.fixture.js';
import { startGateway } from './gateway.fixture.js';

let gateway: StartedGateway;
let seen: authorizationV1.AuthorizeRequest | undefined;
let answer: () => authorizationV1.AuthorizeResponse;
let logout: authorizationV1.EndSessionRequest | undefined;

beforeAll(async () => {
  gateway = await startGateway(
    {
      authorization: {
        authorize: async (request) => {
          seen = request;
          return answer();
        },
        endSession: async (request) => {
          logout = request;
          const cleared = {
            name: 'ory_hydra_session',
            value: '',
            maxAgeSeconds: -1,
            kind: authorizationV1.CookieKind.SESSION,
          };
          return { location: 'https://rp.test/out?state=s', setCookies: [cleared], frontchannelLogoutUris: [] };
        },
      },
    },
    { URLS_ERROR: 'https://ui.test/error?theme=dark' },
  );
});
afterAll(() => gateway.stop());

const visit = (path: string, init: RequestInit = {}) => fetch(gateway.url + path, { redirect: 'manual', ...init });

const { QUERY, FRAGMENT, FORM_POST } = authorizationV1.ResponseMode;
const toClient = (redirectUri: string, mode: authorizationV1.ResponseMode, parameters: Record<string, string>) => {
  const list = Object.entries(parameters).map(([name, value]) => ({ name, value }));
  return (): authorizationV1.AuthorizeResponse => ({
    next: { $case: 'clientResponse', value: { redirectUri, mode, parameters: list } },
    setCookies: [],
  });
};
const toLogin = (): authorizationV1.AuthorizeResponse => ({
  next: { $case: 'interaction', value: { location: 'https://ui.test/login?login_challenge=c' } },
  setCookies: [
    { name: 'ory_hydra_login_csrf_1', value: 'v1', maxAgeSeconds: 1800, kind: authorizationV1.CookieKind.FLOW },
    { name: 'ory_hydra_session', value: 'v2', maxAgeSeconds: 0, kind: authorizationV1.CookieKind.SESSION },
  ],
});

describe('the way in', () => {
  beforeAll(() => {
    answer = toLogin;
  });

  test('parameters travel in order, duplicates included, unknown ones too', async () => {
    await visit('/oauth2/auth?client_id=a&client_id=b&state=%C3%A4+b&x[y]=1');
    expect(seen?.parameters).toEqual([
      { name: 'client_id', value: 'a' },
      { name: 'client_id', value: 'b' },
      { name: 'state', value: 'ä b' },
      { name: 'x[y]', value: '1' },
    ]);
    expect(seen?.post).toBe(false);
  });

  test('a POST brings its query and its form', async () => {
    const response = await visit('/oauth2/auth?state=q', {
      method: 'POST',
      body: new URLSearchParams({ state: 'f', scope: 'openid' }),
    });
    expect(response.status).toBe(303);
    expect(seen?.post).toBe(true);
    expect(seen?.parameters.map(({ value }) => value)).toEqual(['q', 'f', 'openid']);
  });

  test('only our own cookies go further', async () => {
    await visit('/oauth2/auth?client_id=a', {
      headers: { cookie: 'ory_hydra_session=s; theirs=t; ory_hydra_consent_csrf_0=c' },
    });
    expect(seen?.cookies).toEqual([
      { name: 'ory_hydra_session', value: 's' },
      { name: 'ory_hydra_consent_csrf_0', value: 'c' },
    ]);
  });
});

describe('the way out', () => {
  test('to the login app, with cookies', async () => {
    answer = toLogin;
    const response = await visit('/oauth2/auth?client_id=a');
    expect([response.status, response.headers.get('location')]).toEqual([
      302,
      'https://ui.test/login?login_challenge=c',
    ]);
    expect(response.headers.getSetCookie()).toEqual([
      'ory_hydra_login_csrf_1=v1; Path=/; Max-Age=1800; HttpOnly; Secure; SameSite=None',
      'ory_hydra_session=v2; Path=/; HttpOnly; Secure; SameSite=None',
    ]);
    expect(response.headers.get('cache-control')).toBe('no-store');
  });

  test.each<[string, authorizationV1.ResponseMode, Record<string, string>, string]>([
    ['https://rp.test/cb', QUERY, { code: 'c', state: 'a b&c=d' }, 'https://rp.test/cb?code=c&state=a+b%26c%3Dd'],
    ['https://rp.test/cb?keep=%2F', QUERY, { code: 'c' }, 'https://rp.test/cb?keep=%2F&code=c'],
    ['https://rp.test/cb?', QUERY, { code: 'c' }, 'https://rp.test/cb?code=c'],
    ['https://rp.test/cb?keep=1', FRAGMENT, { code: 'c' }, 'https://rp.test/cb?keep=1#code=c'],
    ['com.example.app:/cb', QUERY, { error: 'access_denied' }, 'com.example.app:/cb?error=access_denied'],
    [
      'https://rp.test/cb',
      QUERY,
      { state: '\r\nSet-Cookie: a=b\u010a\0' },
      'https://rp.test/cb?state=%0D%0ASet-Cookie%3A+a%3Db%C4%8A%00',
    ],
  ])('S14: to %s by %s', async (redirectUri, mode, parameters, location) => {
    answer = toClient(redirectUri, mode, parameters);
    for (const method of ['GET', 'POST']) {
      const response = await visit('/oauth2/auth?client_id=a', { method });
      expect([response.status, response.headers.get('location')]).toEqual([303, location]);
      // Nothing of it stays behind, or tells a third party where the browser was.
      expect([response.headers.get('cache-control'), response.headers.get('referrer-policy')]).toEqual([
        'no-store',
        'no-referrer',
      ]);
      expect(await response.text()).toBe('');
      expect(JSON.stringify([...response.headers].filter(([name]) => name !== 'location'))).not.toContain('code=c');
    }
  });

  test('S14: by a form that posts itself, inert whatever it carries', async () => {
    const nasty = '"><script>alert(1)</script>\'&';
    answer = toClient('https://rp.test/cb?a=1&b="2"', FORM_POST, { code: 'c', state: nasty });
    const response = await visit('/oauth2/auth?client_id=a');
    const html = await response.text();
    expect(response.status).toBe(200);
    expect(html).toContain('<form method="post" action="https://rp.test/cb?a=1&amp;b=&quot;2&quot;">');
    expect(html).toContain('<input type="hidden" name="code" value="c"');
    expect(html).toContain('value="&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&#39;&amp;"');
    expect(html).toContain('<noscript>');
    const policy = response.headers.get('content-security-policy') ?? '';
    const script = /<script>(.*?)<\/script>/.exec(html)?.[1] ?? '';
    expect(policy).toContain(`script-src 'sha256-${createHash('sha256').update(script).digest('base64')}'`);
    // A policy on forms would stop the one thing this page is for.
    expect(policy).not.toContain('form-action');
    expect(
      ['x-frame-options', 'cache-control', 'referrer-policy', 'location'].map((name) => response.headers.get(name)),
    ).toEqual(['DENY', 'no-store', 'no-referrer', null]);
  });

  test.each<[string, string, string]>([
    ['one it does not know', 'UNRECOGNIZED', 'https://rp.test/cb'],
    ['a location that would split the header', QUERY, 'https://rp.test/\r\nSet-Cookie: a=b'],
  ])('an answer with %s becomes an error page, not a guess', async (_name, mode, redirectUri) => {
    answer = toClient(redirectUri, mode as authorizationV1.ResponseMode, { code: 'secret-code' });
    const response = await visit('/oauth2/auth?client_id=a');
    expect(response.headers.get('location')).toMatch(/^https:\/\/ui\.test\/error\?theme=dark&error=server_error/);
    expect(response.headers.get('location')).not.toContain('secret-code');
    expect(response.headers.getSetCookie()).toEqual([]);
  });
});

describe('an error for a client', () => {
  const refused = () => {
    const about = 'https://as.test/oauth2/fallbacks/error?error_id=x&error=invalid_scope';
    return toClient('https://rp.test/cb', QUERY, { error: 'invalid_scope', error_uri: about, state: 's' })();
  };

  test('stands in the log under the id of its request, and nothing is added to what the client is told', async () => {
    answer = refused;
    const response = await visit('/oauth2/auth?client_id=a');
    const { searchParams } = new URL(response.headers.get('location') ?? '');
    expect([...searchParams.keys()]).toEqual(['error', 'error_uri', 'state']);
    expect(response.headers.get('cardea-error-id')).toBeNull();
    const id = seen?.requestId;
    const line = () => gateway.lines.find((one) => one['error_id'] === id);
    for (let i = 0; i < 100 && line() === undefined; i++) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(line()).toMatchObject({ message: 'request', error: 'invalid_scope', request_id: id, status: 303 });
  });

  test('that is told what Hydra tells comes with the id in a header', async () => {
    const compat = await startGateway(
      {
        authorization: {
          authorize: async (request) => {
            seen = request;
            return refused();
          },
        },
      },
      { PROFILE: 'hydra-compat' },
    );
    try {
      const response = await fetch(`${compat.url}/oauth2/auth?client_id=a`, { redirect: 'manual' });
      expect([response.status, response.headers.get('cardea-error-id')]).toEqual([303, seen?.requestId]);
    } finally {
      await compat.stop();
    }
  });
});

describe('what no client may be told', () => {
  const errorOf = (response: Response) => {
    const location = new URL(response.headers.get('location') ?? '');
    expect(location.origin + location.pathname).toBe('https://ui.test/error');
    return Object.fromEntries(location.searchParams);
  };

  test('goes to the error page, whose query is kept', async () => {
    answer = () => {
      throw new OAuthError('invalid_client', 'The "client" is unknown.');
    };
    const response = await visit('/oauth2/auth?client_id=a&redirect_uri=https://evil.test/');
    expect(response.status).toBe(302);
    expect(errorOf(response)).toEqual({
      theme: 'dark',
      error: 'invalid_client',
      error_description: "The 'client' is unknown.",
      error_id: expect.any(String),
    });
    expect((await visit('/oauth2/auth', { method: 'POST' })).status).toBe(303);
  });

  test.each<[string, string, RequestInit, string | undefined]>([
    ['of the query', '/oauth2/auth?ui_locales=de-CH+de', {}, 'de-CH de'],
    ['of a form', '/oauth2/auth', { method: 'POST', body: new URLSearchParams({ ui_locales: 'de' }) }, 'de'],
    ['that is none', `/oauth2/auth?ui_locales=${encodeURIComponent('"><b>')}`, {}, undefined],
    ['that is too long', `/oauth2/auth?ui_locales=${'de'.repeat(200)}`, {}, undefined],
  ])('is told in the language %s', async (_name, path, init, locales) => {
    answer = () => {
      throw new OAuthError('invalid_client');
    };
    expect(errorOf(await visit(path, init))['ui_locales']).toBe(locales);
  });

  test.each<[string, string, RequestInit, string]>([
    ['bad encoding', '/oauth2/auth?client_id=%zz&redirect_uri=https://evil.test', {}, 'invalid_request'],
    ['a JSON body', '/oauth2/auth?client_id=a', { method: 'POST', body: '{}' }, 'invalid_request'],
    [
      'a large form',
      '/oauth2/auth',
      { method: 'POST', body: new URLSearchParams({ a: 'x'.repeat(70_000) }) },
      'request_too_large',
    ],
    [
      'planted cookies',
      '/oauth2/auth',
      { headers: { cookie: 'ory_hydra_session=a; ory_hydra_session=b' } },
      'request_forbidden',
    ],
    [
      'planted cookies at logout',
      '/oauth2/sessions/logout',
      { headers: { cookie: 'ory_hydra_session=a; ory_hydra_session=b' } },
      'request_forbidden',
    ],
  ])('%s never reaches the token service', async (_name, path, init, error) => {
    seen = undefined;
    logout = undefined;
    expect(errorOf(await visit(path, init))['error']).toBe(error);
    expect([seen, logout]).toEqual([undefined, undefined]);
  });
});

describe('logout', () => {
  test('hands over everything and goes where it is told', async () => {
    const response = await visit('/oauth2/sessions/logout?id_token_hint=h&state=s', {
      headers: { cookie: 'ory_hydra_session=v' },
    });
    expect([response.status, response.headers.get('location')]).toEqual([302, 'https://rp.test/out?state=s']);
    expect(response.headers.getSetCookie()[0]).toContain('ory_hydra_session=; Path=/; Max-Age=0');
    expect(logout?.parameters).toEqual([
      { name: 'id_token_hint', value: 'h' },
      { name: 'state', value: 's' },
    ]);
    expect(logout?.cookies).toEqual([{ name: 'ory_hydra_session', value: 'v' }]);
    const posted = await visit('/oauth2/sessions/logout', {
      method: 'POST',
      body: new URLSearchParams({ state: 's' }),
    });
    expect(posted.status).toBe(303);
  });
});

describe('fallback pages', () => {
  test.each([
    ['login', 'urls.login'],
    ['consent', 'urls.consent'],
    ['logout', 'urls.logout'],
    ['logout/callback', 'urls.post_logout_redirect'],
  ])('%s names its setting and runs nothing', async (page, setting) => {
    const response = await visit(`/oauth2/fallbacks/${page}`);
    const html = await response.text();
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(html).toContain(setting);
    expect(html).not.toContain('<script');
    const style = /<style>([\s\S]*?)<\/style>/.exec(html)?.[1] ?? '';
    const hash = createHash('sha256').update(style).digest('base64');
    expect(response.headers.get('content-security-policy')).toBe(
      `default-src 'none'; style-src 'sha256-${hash}'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'`,
    );
  });

  test('the error page shows what it is given as text', async () => {
    const query = new URLSearchParams({
      error: 'invalid_client',
      error_description: '<script>x</script>',
      error_id: 'id-1',
    });
    const response = await visit(`/oauth2/fallbacks/error?${query.toString()}`);
    const html = await response.text();
    expect(response.status).toBe(401);
    expect(html).toContain('The application asked in a way that is not allowed');
    expect(html).toContain('invalid_client');
    expect(html).toContain('id-1');
    expect(html).toContain('&lt;script&gt;x&lt;/script&gt;');
    expect(html).not.toContain('<script');
  });

  test.each([
    ['access_denied', 403, 'Nothing was allowed'],
    ['request_forbidden', 403, 'Your browser and this login do not belong together'],
    ['temporarily_unavailable', 503, 'This does not work right now'],
    ['server_error', 500, 'Something broke here'],
    ['an_error_of_the_login_app', 400, 'This request could not be completed'],
    ['constructor', 400, 'This request could not be completed'],
  ])('%s is %d: %s', async (error, status, title) => {
    const response = await visit(`/oauth2/fallbacks/error?error=${error}`);
    expect([response.status, await response.text()]).toEqual([status, expect.stringContaining(`<h1>${title}</h1>`)]);
  });

  test.each([
    ['/oauth2/fallbacks/login', 'de-DE,de;q=0.9', 'de', 'Die Anmeldung ist noch nicht eingerichtet'],
    ['/oauth2/fallbacks/error?error=server_error', 'de', 'de', 'Hier ist etwas kaputtgegangen'],
    ['/oauth2/fallbacks/logout/callback?ui_locales=de', 'en', 'de', 'Sie sind abgemeldet'],
    ['/oauth2/fallbacks/logout/callback?ui_locales=fr', 'en', 'en', 'You are logged out'],
  ])('%s for %s', async (path, reads, language, title) => {
    const response = await visit(path, { headers: { 'accept-language': reads } });
    const html = await response.text();
    expect(html).toContain(`<html lang="${language}">`);
    expect(html).toContain(`<h1>${title}</h1>`);
    // The protocol's own words stay what they are, and say so.
    if (path.includes('server_error')) expect(html).toContain('<span lang="en">Find the log line');
  });

  test('the error page does not fail itself', async () => {
    expect((await visit('/oauth2/fallbacks/error?error=%zz')).status).toBe(400);
    expect((await visit('/oauth2/fallbacks/error')).status).toBe(400);
  });
});
