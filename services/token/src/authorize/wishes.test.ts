// What clients wish beside scopes, on the whole flow: classes, subjects, claims, and names that only one sector knows
// (OpenID Connect Core §3.1.2.1, §5.5, §8).
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { CodeContent } from '@cardea/oauth';
import { interactionV1 } from '@cardea/rpc';
import { createHash } from 'node:crypto';
import { browserStateCookies, withBrowserState } from './browser-state.js';
import type { Browser, Installation } from './installation.fixture.js';
import { authorizationUrl, call, createInstallation, parameterOf, told } from './installation.fixture.js';

let it: Installation;
beforeAll(async () => {
  it = await createInstallation();
});
afterAll(() => it.close());
const plain = () => ({ ...it.clients.get('other')!, clientId: 'app' });
beforeEach(() => {
  it.clients.set('app', plain());
});

type Login = Partial<interactionV1.AcceptLoginRequestRequest>;
const open = (browser: Browser, parameters: Record<string, string> = {}) => browser.open(authorizationUrl(parameters));
const loginRequest = async (parameters: Record<string, string>, browser = it.browser()) => {
  const challenge = parameterOf(await open(browser, parameters), 'login_challenge');
  return it.app.getLoginRequest({ challenge }, call);
};
const afterLogin = async (browser: Browser, parameters: Record<string, string>, login: Login = {}) => {
  const challenge = parameterOf(await open(browser, parameters), 'login_challenge');
  const answer = interactionV1.AcceptLoginRequestRequest.create({ challenge, subject: 'ann', ...login });
  return browser.open((await it.app.acceptLoginRequest(answer, call)).redirectTo);
};
const answered = async (browser: Browser, parameters: Record<string, string>, login: Login = {}) => {
  const challenge = parameterOf(await afterLogin(browser, parameters, login), 'consent_challenge');
  const grantedScopes = (parameters['scope'] ?? 'openid photos').split(' ');
  const consent = interactionV1.AcceptConsentRequestRequest.create({ challenge, grantedScopes, remember: true });
  return told(await browser.open((await it.app.acceptConsentRequest(consent, call)).redirectTo));
};
const completed = async (browser: Browser, parameters: Record<string, string>, login: Login = {}) => {
  const { code = '' } = await answered(browser, parameters, login);
  const { key } = it.context.handles.open('authorization_code', code)!;
  const { rows } = await it.database.query('SELECT body FROM cardea.authorization_code WHERE key = $1', [key]);
  return (JSON.parse(it.context.seals.code.open(key, rows[0].body)!.toString()) as CodeContent).authorization;
};
const outcomeOf = async (work: Promise<Awaited<ReturnType<Browser['open']>>>) => {
  const outcome = await work;
  return outcome.next.kind === 'client' ? told(outcome)['error'] : new URL(outcome.next.location).pathname;
};
const claims = (id_token: object, userinfo?: object) => ({ claims: JSON.stringify({ id_token, userinfo }) });
const hint = (sub: string) => it.idToken({ sub });

describe('classes', () => {
  const gold = claims({ acr: { essential: true, values: ['gold', 'platinum'] } });

  test('the login app hears of them: of the request, of its claims, else of the registration', async () => {
    it.clients.set('app', { ...plain(), defaultAcrValues: ['bronze'] });
    expect((await loginRequest({})).oidcContext?.acrValues).toEqual(['bronze']);
    expect((await loginRequest({ acr_values: 'silver' })).oidcContext?.acrValues).toEqual(['silver']);
    expect((await loginRequest({ acr_values: 'gold x', ...gold })).oidcContext?.acrValues).toEqual([
      'gold',
      'x',
      'platinum',
    ]);
  });

  test.each([
    ['gold', '/consent'],
    ['platinum', '/consent'],
    ['silver', 'unmet_authentication_requirements'],
    ['', 'unmet_authentication_requirements'],
  ])('one that is essential, reached %j: %s', async (acr, expected) => {
    expect(await outcomeOf(afterLogin(it.browser(), gold, { acr }))).toBe(expected);
  });

  test('one that is only wished for never fails; the answer says what was reached', async () => {
    const wish = claims({ acr: { values: ['gold'] } });
    expect(await completed(it.browser(), { acr_values: 'gold', ...wish }, { acr: 'silver' })).toMatchObject({
      acr: 'silver',
    });
  });

  test('a remembered login below what is essential is asked again, and not where asking is forbidden', async () => {
    const browser = it.browser();
    await completed(browser, {}, { remember: true, acr: 'silver' });
    expect((await loginRequest({}, browser)).skip).toBe(true);
    expect((await loginRequest(gold, browser)).skip).toBe(false);
    expect(await outcomeOf(open(browser, { ...gold, prompt: 'none' }))).toBe('login_required');
  });
});

describe('a subject that is insisted on', () => {
  test.each<[string, object, string]>([
    ['ann', claims({ sub: { value: 'ann' } }), '/consent'],
    ['ann', claims({ sub: { value: 'bob' } }), 'login_required'],
    ['ann', claims({}, { sub: { value: 'bob' } }), 'login_required'],
  ])('%s by %j: %s', async (subject, parameters, expected) => {
    expect(await outcomeOf(afterLogin(it.browser(), { ...parameters }, { subject }))).toBe(expected);
  });

  test('another one may log in in place of the remembered', async () => {
    const browser = it.browser();
    await completed(browser, {}, { remember: true });
    const bob = claims({ sub: { value: 'bob' } });
    expect((await loginRequest(bob, browser)).skip).toBe(false);
    expect(await outcomeOf(open(browser, { ...bob, prompt: 'none' }))).toBe('login_required');
  });
});

test('the whole claims parameter reaches the apps, which know the answers', async () => {
  const wish = claims({ email: { essential: true } }, { given_name: null });
  const login = await loginRequest(wish);
  expect(login.oidcContext?.claimsJson.toString()).toBe(wish.claims);
  expect((await loginRequest({})).oidcContext?.claimsJson.length).toBe(0);
  expect(await outcomeOf(open(it.browser(), { claims: '{"id_token":5}' }))).toBe('invalid_request');
});

test('identity_schema goes on to the page', async () => {
  const outcome = await open(it.browser(), { prompt: 'registration', identity_schema: 'a b' });
  expect(told(outcome)['location']).toMatch(/^https:\/\/ui\.test\/register\?identity_schema=a%20b&login_challenge=/);
});

describe('pairwise subjects', () => {
  const pairwise = () => ({ ...plain(), subjectType: 'pairwise' });
  const name = createHash('sha256').update('app.exampleannsalt-salt').digest('hex');

  test('the client knows ann by a name of its own, and may hint with it', async () => {
    it.clients.set('app', pairwise());
    const browser = it.browser();
    expect(await completed(browser, {}, { remember: true })).toMatchObject({ subject: 'ann', clientSubject: name });
    expect((await loginRequest({ id_token_hint: await hint(name) }, browser)).skip).toBe(true);
    expect(await outcomeOf(open(browser, { id_token_hint: await hint('f'.repeat(64)) }))).toBe('login_required');
    expect(await outcomeOf(afterLogin(it.browser(), claims({ sub: { value: name } })))).toBe('/consent');
    expect(await outcomeOf(afterLogin(it.browser(), claims({ sub: { value: 'ann' } })))).toBe('login_required');
  });

  test('or by one the login app chose, which hints understand from then on; the next login goes without', async () => {
    it.clients.set('app', pairwise());
    const browser = it.browser();
    const forced = { subject: 'zoe', remember: true, forceSubjectIdentifier: 'forced-zoe' };
    expect(await completed(browser, {}, forced)).toMatchObject({ subject: 'zoe', clientSubject: 'forced-zoe' });
    expect((await loginRequest({ id_token_hint: await hint('forced-zoe') }, browser)).skip).toBe(true);
    expect((await completed(it.browser(), {}, { subject: 'zoe' })).clientSubject).toMatch(/^[0-9a-f]{64}$/);
  });

  test('of several hosts without a sector: refused before consent', async () => {
    it.clients.set('app', { ...pairwise(), redirectUris: ['https://app.example/cb', 'https://b.example/cb'] });
    expect(await outcomeOf(afterLogin(it.browser(), {}))).toBe('invalid_request');
  });

  test('by Hydra, JWTs and pairwise names exclude each other; by the standards they do not', async () => {
    const client = { ...pairwise(), accessTokenStrategy: 'jwt' };
    it.clients.set('app', client);
    expect((await completed(it.browser(), {})).clientSubject).toBe(name);
    const hydra = await createInstallation({ hydraCompat: true });
    const standard = it;
    try {
      it = hydra;
      it.clients.set('app', client);
      expect((await completed(it.browser(), {})).clientSubject).toBe('ann');
    } finally {
      it = standard;
      await hydra.close();
    }
  });
});

describe('session management', () => {
  test('a client is told a state that fits the cookie its frame reads; another login is another state', async () => {
    const standard = it;
    it = await createInstallation({ sessionManagement: true });
    try {
      const browser = it.browser();
      const told1 = await answered(browser, {});
      const cookie = browser.cookies.get('session_state')!;
      const [hash = '', salt = ''] = told1['session_state']!.split('.');
      const own = (state: string) =>
        createHash('sha256').update(`app https://app.example ${state} ${salt}`).digest('hex');
      expect(hash).toBe(own(cookie));
      await answered(browser, { prompt: 'login' });
      expect(own(browser.cookies.get('session_state')!)).not.toBe(hash);
      expect(await answered(browser, { scope: 'photos' })).not.toHaveProperty('session_state');
    } finally {
      await it.close();
      it = standard;
    }
  });

  test('who loses the session cookie loses the state, but not when a new one comes along', () => {
    const settings = { ...it.context.settings, sessionManagement: true };
    const session = { name: 'session', value: '', maxAgeSeconds: -1, kind: 'session' } as const;
    const gone = { name: 'session_state', value: '', maxAgeSeconds: -1, kind: 'browser_state' };
    expect(withBrowserState(settings, [session])).toEqual([session, gone]);
    expect(withBrowserState(settings, [{ ...session, maxAgeSeconds: 60 }])).toHaveLength(1);
    expect(withBrowserState(it.context.settings, [session])).toHaveLength(1);
    const state = browserStateCookies(settings, 'sid');
    expect(withBrowserState(settings, [session, ...state])).toHaveLength(2);
  });

  test('off, nobody hears of it', async () => {
    const browser = it.browser();
    expect(await answered(browser, {})).not.toHaveProperty('session_state');
    expect([...browser.cookies.keys()]).not.toContain('session_state');
  });
});

test('in hydra-compat a consent app is trusted with what it grants: more than was asked for, more than is registered', async () => {
  const standard = it;
  it = await createInstallation({ hydraCompat: true });
  try {
    const browser = it.browser();
    const challenge = parameterOf(await afterLogin(browser, {}), 'consent_challenge');
    const granted = { grantedScopes: ['openid', 'unregistered'], grantedAudience: ['https://anything.example'] };
    const consent = interactionV1.AcceptConsentRequestRequest.create({ challenge, ...granted });
    const { redirectTo } = await it.app.acceptConsentRequest(consent, call);
    expect(told(await browser.open(redirectTo))).toMatchObject({ scope: 'openid unregistered' });
    const bad = { ...consent, grantedScopes: ['a"b'] };
    await expect(it.app.acceptConsentRequest(bad, call)).rejects.toThrow();
  } finally {
    await it.close();
    it = standard;
  }
});
