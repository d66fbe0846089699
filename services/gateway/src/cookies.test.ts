// Cookies: which are ours, what a planted twin does, how attributes are written.
import { describe, expect, test } from '@jest/globals';
import { authorizationV1 } from '@cardea/rpc';
import { loadConfig } from '@cardea/service';
import { readCookies, writeCookie, writeCookies } from './cookies.js';
import { gatewaySettings } from './settings.js';

const names = ['session', 'login_csrf'];

describe('readCookies', () => {
  test.each<[string | undefined, Record<string, string>]>([
    [undefined, {}],
    ['', {}],
    ['session=a', { session: 'a' }],
    ['other=1; session=a;login_csrf_1=b ; sessions=2', { session: 'a', login_csrf_1: 'b' }],
    ['session=a=b==', { session: 'a=b==' }],
    ['session=a; session=a', { session: 'a' }],
    ['session', {}],
    ['xsession=1; Session=2', {}],
    ['login_csrf_1_legacy=b', { login_csrf_1: 'b' }],
    ['login_csrf_1_legacy=b; login_csrf_1=a', { login_csrf_1: 'a' }],
  ])('%j', (header, expected) => {
    expect(Object.fromEntries(readCookies(header, names).map(({ name, value }) => [name, value]))).toEqual(expected);
  });

  test('refuses two values of one name, but not of a stranger’s', () => {
    expect(() => readCookies('session=a; session=b', names)).toThrow(
      expect.objectContaining({ code: 'request_forbidden' }),
    );
    expect(readCookies('other=a; other=b', names)).toEqual([]);
  });
});

describe('writeCookie', () => {
  const cookie = { name: 'session', value: 'abc', maxAgeSeconds: 60, kind: authorizationV1.CookieKind.SESSION };
  const settings = (env: Record<string, string>) =>
    gatewaySettings(loadConfig({ env }), () => Date.UTC(2030, 0, 1)).cookies;

  test.each<[string, Record<string, string>, Partial<authorizationV1.SetCookie>, string]>([
    [
      'https',
      { URLS_SELF_ISSUER: 'https://a.test' },
      {},
      'session=abc; Path=/; Max-Age=60; HttpOnly; Secure; SameSite=None',
    ],
    ['http', { URLS_SELF_ISSUER: 'http://localhost' }, {}, 'session=abc; Path=/; Max-Age=60; HttpOnly; SameSite=Lax'],
    [
      'a session cookie',
      { URLS_SELF_ISSUER: 'https://a.test' },
      { maxAgeSeconds: 0 },
      'session=abc; Path=/; HttpOnly; Secure; SameSite=None',
    ],
    [
      'a cleared one',
      { URLS_SELF_ISSUER: 'http://localhost' },
      { value: '', maxAgeSeconds: -1 },
      'session=; Path=/; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; SameSite=Lax',
    ],
    [
      'one that our own page reads',
      { URLS_SELF_ISSUER: 'https://a.test' },
      { kind: authorizationV1.CookieKind.BROWSER_STATE },
      'session=abc; Path=/; Max-Age=60; Secure; SameSite=None',
    ],
    [
      'attributes as configured',
      { URLS_SELF_ISSUER: 'https://a.test', SERVE_COOKIES_DOMAIN: 'a.test', SERVE_COOKIES_SAME_SITE_MODE: 'Strict' },
      {},
      'session=abc; Path=/; Domain=a.test; Max-Age=60; HttpOnly; Secure; SameSite=Strict',
    ],
    [
      'in hydra-compat an instant too',
      { URLS_SELF_ISSUER: 'https://a.test', PROFILE: 'hydra-compat' },
      {},
      'session=abc; Path=/; Expires=Tue, 01 Jan 2030 00:01:00 GMT; Max-Age=60; HttpOnly; Secure; SameSite=None',
    ],
    [
      'but not of a cookie that goes with its browser',
      { URLS_SELF_ISSUER: 'https://a.test', PROFILE: 'hydra-compat' },
      { maxAgeSeconds: 0 },
      'session=abc; Path=/; HttpOnly; Secure; SameSite=None',
    ],
    [
      'None without Secure, which browsers would drop',
      { URLS_SELF_ISSUER: 'http://localhost', SERVE_COOKIES_SAME_SITE_MODE: 'None' },
      {},
      'session=abc; Path=/; Max-Age=60; HttpOnly; SameSite=Lax',
    ],
  ])('%s', (_name, env, change, expected) => {
    expect(writeCookie({ ...cookie, ...change }, settings(env))).toBe(expected);
  });

  test('the path of the session is its own, and flow cookies have twins where browsers need them', () => {
    const { SESSION, FLOW } = authorizationV1.CookieKind;
    const env = {
      URLS_SELF_ISSUER: 'https://a.test',
      SERVE_COOKIES_PATHS_SESSION: '/oauth2',
      SERVE_COOKIES_SAME_SITE_LEGACY_WORKAROUND: 'true',
    };
    const cookies = [
      { ...cookie, kind: SESSION },
      { ...cookie, name: 'login_csrf_1', kind: FLOW },
    ];
    const written = [
      'session=abc; Path=/oauth2; Max-Age=60; HttpOnly; Secure; SameSite=None',
      'login_csrf_1=abc; Path=/; Max-Age=60; HttpOnly; Secure; SameSite=None',
      'login_csrf_1_legacy=abc; Path=/; Max-Age=60; HttpOnly; Secure',
    ];
    expect(writeCookies(cookies, settings(env))).toEqual(written);
    expect(writeCookies(cookies, settings({ ...env, SERVE_COOKIES_SAME_SITE_MODE: 'Lax' }))).toHaveLength(2);
  });

  test.each(['a;b', 'a\r\nb', 'a b', 'a,b', 'ä'])('refuses the value %j', (value) => {
    expect(() => writeCookie({ ...cookie, value }, settings({ URLS_SELF_ISSUER: 'https://a.test' }))).toThrow();
  });
});
