// Remembered logins and consents: who is asked again, who is not, and how sessions begin and end.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { OAuthError } from '@cardea/oauth';
import { clientV1, interactionV1 } from '@cardea/rpc';
import type { Browser, Installation } from './installation.fixture.js';
import {
  authorizationUrl,
  call,
  codeChallenge,
  createInstallation,
  parameterOf,
  told,
} from './installation.fixture.js';

let it: Installation;
beforeAll(async () => {
  it = await createInstallation();
});
afterAll(() => it.close());

type LoginAnswer = Partial<interactionV1.AcceptLoginRequestRequest>;
type ConsentAnswer = Partial<interactionV1.AcceptConsentRequestRequest>;

const login = async (browser: Browser, parameters: Record<string, string> = {}, answer: LoginAnswer = {}) => {
  const challenge = parameterOf(await browser.open(authorizationUrl(parameters)), 'login_challenge');
  const request = await it.app.getLoginRequest({ challenge }, call);
  const accepted = { challenge, subject: request.skip ? request.subject : 'ann', remember: true, ...answer };
  const { redirectTo } = await it.app.acceptLoginRequest(
    interactionV1.AcceptLoginRequestRequest.create(accepted),
    call,
  );
  return { request, redirectTo };
};
const consent = async (browser: Browser, back: string, answer: ConsentAnswer = {}) => {
  const challenge = parameterOf(await browser.open(back), 'consent_challenge');
  const request = await it.app.getConsentRequest({ challenge }, call);
  const accepted = { challenge, grantedScopes: request.requestedScopes, ...answer };
  const { redirectTo } = await it.app.acceptConsentRequest(
    interactionV1.AcceptConsentRequestRequest.create(accepted),
    call,
  );
  const outcome = await browser.open(redirectTo);
  return { request, code: told(outcome)['code'] };
};
const flow = async (
  browser: Browser,
  parameters: Record<string, string> = {},
  answer: LoginAnswer = {},
  given: ConsentAnswer = {},
) => {
  const first = await login(browser, parameters, answer);
  const second = await consent(browser, first.redirectTo, given);
  return { login: first.request, consent: second.request, code: second.code };
};
const errorOf = async (browser: Browser, parameters: Record<string, string>) =>
  told(await browser.open(authorizationUrl(parameters)))['error'];
const sessionExists = async (id: string) =>
  (await it.database.query('SELECT 1 FROM cardea.login_session WHERE id = $1', [id])).rowCount === 1;
const seconds = (n: number) => {
  it.clock.millis += n * 1000;
};

describe('a remembered login', () => {
  test('is offered as skip, keeps sid, auth_time, acr and amr', async () => {
    const browser = it.browser();
    const first = await flow(browser, {}, { acr: 'gold', amr: ['pwd'] });
    expect(first.login).toMatchObject({ skip: false, subject: '' });
    seconds(100);
    const second = await flow(browser);
    expect(second.login).toMatchObject({ skip: true, subject: 'ann', sessionId: first.login.sessionId });
    expect(second.code).toBeDefined();
    const stored = await it.context.sessions.find(first.login.sessionId, it.clock.millis);
    expect(stored).toMatchObject({ subject: 'ann', acr: 'gold', amr: ['pwd'] });
    const { key } = it.context.handles.open('authorization_code', second.code!)!;
    const { rows } = await it.database.query('SELECT body FROM cardea.authorization_code WHERE key = $1', [key]);
    const { authorization } = JSON.parse(it.context.seals.code.open(key, rows[0].body)!.toString());
    expect(authorization).toMatchObject({ authenticatedAt: stored!.authenticatedAt, acr: 'gold', amr: ['pwd'] });
  });

  test.each<[string, Record<string, string>, boolean]>([
    ['prompt=login', { prompt: 'login' }, false],
    ['prompt=select_account', { prompt: 'select_account' }, false],
    ['prompt=consent', { prompt: 'consent' }, true],
    ['max_age long enough', { max_age: '1000' }, true],
    ['max_age too short', { max_age: '5' }, false],
    ['max_age=0', { max_age: '0' }, false],
  ])('%s: skip %s', async (_name, parameters, skip) => {
    const browser = it.browser();
    const first = await flow(browser);
    seconds(10);
    const second = await flow(browser, parameters);
    expect(second.login.skip).toBe(skip);
    expect(second.login.sessionId === first.login.sessionId).toBe(skip);
    // A new login of this browser ends the former session (S05).
    expect(await sessionExists(first.login.sessionId)).toBe(skip);
    expect(await sessionExists(second.login.sessionId)).toBe(true);
  });

  test('another subject on skip has to log in', async () => {
    const browser = it.browser();
    await flow(browser);
    const { redirectTo } = await login(browser, {}, { subject: 'bob' });
    expect(new URL(redirectTo).searchParams.get('prompt')).toBe('login');
    expect(new URL(redirectTo).searchParams.has('login_verifier')).toBe(false);
    expect((await it.browser().open(redirectTo)).next.kind).toBe('interaction');
  });

  test('lasts as long as asked, longer only when asked (S16)', async () => {
    const browser = it.browser();
    await flow(browser, {}, { rememberForSeconds: 100 });
    seconds(90);
    expect((await flow(browser)).login.skip).toBe(true);
    seconds(20);
    expect((await flow(browser, {}, { rememberForSeconds: 100 })).login.skip).toBe(false);
    seconds(90);
    expect((await flow(browser, {}, { extendSessionLifespan: true, rememberForSeconds: 100 })).login.skip).toBe(true);
    seconds(90);
    expect((await flow(browser)).login.skip).toBe(true);
  });

  test('is forgotten by a login that is not to be remembered', async () => {
    const browser = it.browser();
    const first = await flow(browser);
    expect(browser.cookies.has('session')).toBe(true);
    const second = await flow(browser, { prompt: 'login' }, { remember: false });
    expect(browser.cookies.has('session')).toBe(false);
    expect(await sessionExists(first.login.sessionId)).toBe(false);
    expect(await sessionExists(second.login.sessionId)).toBe(true);
    expect((await flow(browser)).login.skip).toBe(false);
  });

  test('revoked while the login app was busy: the flow begins again (S16)', async () => {
    const browser = it.browser();
    const { login: first } = await flow(browser);
    const { redirectTo } = await login(browser);
    await it.context.sessions.remove(first.sessionId);
    const outcome = await browser.open(redirectTo);
    expect(told(outcome)).toEqual({ location: authorizationUrl() });
    expect(browser.cookies.has('session')).toBe(false);
    expect((await flow(browser)).login.skip).toBe(false);
  });

  test('its cookie is dropped when the session is gone', async () => {
    const browser = it.browser();
    const { login: first } = await flow(browser);
    await it.context.sessions.remove(first.sessionId);
    await browser.open(authorizationUrl());
    expect(browser.cookies.has('session')).toBe(false);
  });
});

describe('prompt=none', () => {
  test('needs a login, then a consent, then asks nobody', async () => {
    const browser = it.browser();
    expect(await errorOf(browser, { prompt: 'none' })).toBe('login_required');
    await flow(browser, {}, { subject: 'nora' });
    const silent = await login(browser, { prompt: 'none' });
    expect(told(await browser.open(silent.redirectTo))['error']).toBe('consent_required');
    expect(told(await browser.open(silent.redirectTo))['error']).toBe('access_denied');

    await flow(browser, {}, {}, { remember: true });
    const third = await flow(browser, { prompt: 'none' });
    expect(third).toMatchObject({ login: { skip: true }, consent: { skip: true }, code: expect.any(String) });
    expect(await errorOf(browser, { prompt: 'none', max_age: '0' })).toBe('login_required');
    const more = await login(browser, { prompt: 'none', scope: 'openid photos offline' });
    expect(told(await browser.open(more.redirectTo))['error']).toBe('consent_required');
  });

  test('E16: and hints: the session must be the hinted subject', async () => {
    const browser = it.browser();
    await flow(browser, {}, { subject: 'hilda' }, { remember: true });
    const own = await it.idToken({ sub: 'hilda' });
    const foreign = await it.idToken({ sub: 'someone' });
    expect((await flow(browser, { prompt: 'none', id_token_hint: own })).code).toBeDefined();
    expect(await errorOf(browser, { prompt: 'none', id_token_hint: foreign })).toBe('login_required');
    const stranger = it.browser();
    const { redirectTo } = await login(stranger, { id_token_hint: own }, { subject: 'someone' });
    expect(told(await stranger.open(redirectTo))['error']).toBe('login_required');
    expect(stranger.cookies.has('session')).toBe(false);
  });
});

describe('a remembered consent', () => {
  test('is skipped for covered scopes, until it ends or is revoked, and not by prompt=consent', async () => {
    const browser = it.browser();
    const first = await flow(browser, {}, { subject: 'cora' }, { remember: true, rememberForSeconds: 100 });
    expect(first.consent.skip).toBe(false);
    expect((await flow(browser, { scope: 'openid' })).consent.skip).toBe(true);
    expect((await flow(browser, { scope: 'openid offline' })).consent.skip).toBe(false);
    expect((await flow(browser, { prompt: 'consent' })).consent.skip).toBe(false);
    expect((await flow(browser, { client_id: 'other' })).consent.skip).toBe(false);
    seconds(101);
    expect((await flow(browser)).consent.skip).toBe(false);
    const again = await flow(browser, {}, {}, { remember: true });
    expect((await flow(browser)).consent.skip).toBe(true);
    await it.database.query('UPDATE cardea.consent_grant SET revoked_at = now() WHERE id = $1', [
      again.consent.consentRequestId,
    ]);
    expect((await flow(browser)).consent.skip).toBe(false);
  });

  test('cannot be claimed by whoever holds a private-use scheme', async () => {
    const native = clientV1.Client.create({
      ...it.clients.get('app'),
      clientId: 'native',
      redirectUris: ['com.app:/cb'],
      tokenEndpointAuthMethod: 'none',
    });
    it.clients.set('native', native);
    const asked = {
      client_id: 'native',
      redirect_uri: 'com.app:/cb',
      code_challenge: codeChallenge,
      code_challenge_method: 'S256',
    };
    const browser = it.browser();
    await flow(browser, asked, { subject: 'nina' }, { remember: true });
    expect((await flow(browser, asked)).consent.skip).toBe(false);
  });
});

test('pairwise clients see their own subject; several hosts are refused before consent', async () => {
  const app = it.clients.get('app')!;
  const pairwise = { ...app, clientId: 'pair', subjectType: 'pairwise' };
  it.clients.set('pair', pairwise);
  expect((await flow(it.browser(), { client_id: 'pair' }, { forceSubjectIdentifier: 'forced' })).code).toBeDefined();
  it.clients.set('pair', { ...pairwise, redirectUris: [...app.redirectUris, 'https://elsewhere.example/cb'] });
  const browser = it.browser();
  const { redirectTo } = await login(browser, { client_id: 'pair' });
  expect(told(await browser.open(redirectTo))['error']).toBe('invalid_request');
});

describe('logout', () => {
  const failure = (work: Promise<unknown>) =>
    work.then(
      () => 'none',
      (error: unknown) => (error as OAuthError).code,
    );
  const challengeIn = (url: string) => new URL(url).searchParams.get('logout_challenge') ?? '';
  const confirm = async (browser: Browser, challenge: string) => {
    const { redirectTo } = await it.app.acceptLogoutRequest({ challenge }, call);
    return it.logout(browser, Object.fromEntries(new URL(redirectTo).searchParams));
  };

  test('asked by a client: confirmed, redirected with state, and nobody is logged in afterwards', async () => {
    const browser = it.browser();
    const { login: first } = await flow(browser, {}, { subject: 'lena' });
    const hint = await it.idToken({ sub: 'lena', sid: first.sessionId });
    const asked = { id_token_hint: hint, post_logout_redirect_uri: 'https://app.example/bye', state: 'a b' };
    const { location } = await it.logout(browser, asked);
    expect(location).toMatch(/^https:\/\/ui\.test\/logout\?logout_challenge=/);
    const challenge = challengeIn(location);
    const request = await it.app.getLogoutRequest({ challenge }, call);
    expect(request).toMatchObject({
      subject: 'lena',
      sessionId: first.sessionId,
      rpInitiated: true,
      client: { clientId: 'app' },
    });
    expect(request.requestUrl).toMatch(/^\/oauth2\/sessions\/logout\?/);

    const { redirectTo } = await it.app.acceptLogoutRequest({ challenge }, call);
    expect(redirectTo).toMatch(/^https:\/\/as\.test\/oauth2\/sessions\/logout\?logout_verifier=/);
    expect(await confirm(browser, challenge)).toMatchObject({ location: 'https://app.example/bye?state=a+b' });
    expect(browser.cookies.has('session')).toBe(false);
    expect(await sessionExists(first.sessionId)).toBe(false);
    expect(await confirm(browser, challenge)).toMatchObject({ location: 'https://app.example/bye?state=a+b' });
    expect((await it.logout(browser, asked)).location).toBe('https://app.example/bye?state=a+b');
    expect(await errorOf(browser, { prompt: 'none' })).toBe('login_required');
  });

  test('asked by the person: only this browser can do it', async () => {
    const browser = it.browser();
    const { login: first } = await flow(browser, {}, { subject: 'olga' });
    const { location } = await it.logout(browser, { state: 'ignored' });
    const challenge = challengeIn(location);
    expect(await it.app.getLogoutRequest({ challenge }, call)).toMatchObject({ rpInitiated: false, client: undefined });
    expect(await it.app.rejectLogoutRequest({ challenge }, call)).toEqual({});
    expect(await sessionExists(first.sessionId)).toBe(true);
    expect(await confirm(it.browser(), challenge)).toEqual({
      location: 'https://as.test/bye',
      cookies: [],
      frames: [],
    });
    expect(await sessionExists(first.sessionId)).toBe(true);
    await confirm(browser, challenge);
    expect(await sessionExists(first.sessionId)).toBe(false);
  });

  test('E16: with a hint of an older session of the same person ends the present one; of another person, not', async () => {
    const browser = it.browser();
    const { login: old } = await flow(browser, {}, { subject: 'mia' });
    const { login: now } = await flow(browser, { prompt: 'login' }, { subject: 'mia' });
    const stranger = await it.logout(browser, { id_token_hint: await it.idToken({ sub: 'max', sid: old.sessionId }) });
    expect(stranger.location).toBe('https://as.test/bye');
    const own = await it.logout(browser, { id_token_hint: await it.idToken({ sub: 'mia', sid: old.sessionId }) });
    await confirm(browser, challengeIn(own.location));
    expect(await sessionExists(now.sessionId)).toBe(false);
  });

  test('nobody logged in: straight on', async () => {
    expect(await it.logout(it.browser(), {})).toEqual({ location: 'https://as.test/bye', cookies: [], frames: [] });
    const asked = { client_id: 'app', post_logout_redirect_uri: 'https://app.example/bye' };
    expect((await it.logout(it.browser(), asked)).location).toBe('https://app.example/bye');
  });

  test('E16: what is refused on a page', async () => {
    const browser = it.browser();
    const hint = await it.idToken({ sub: 'ann' });
    const bye = 'https://app.example/bye';
    const none = Buffer.from('{"alg":"none","kid":"current"}').toString('base64url');
    const unsigned = hint.replace(/^[^.]+/, none).replace(/[^.]+$/, '');
    const refused: Record<string, string>[] = [
      { post_logout_redirect_uri: bye },
      { id_token_hint: hint, post_logout_redirect_uri: `${bye}?x=1` },
      { id_token_hint: `${hint.slice(0, -8)}AAAAAAAA`, post_logout_redirect_uri: bye },
      { id_token_hint: hint, client_id: 'other', post_logout_redirect_uri: bye },
      { client_id: 'nobody' },
      { id_token_hint: await it.idToken({ sub: 'ann', aud: 'nobody' }) },
      { id_token_hint: await it.idToken({ sub: 'ann' }, { foreign: true }), post_logout_redirect_uri: bye },
      { id_token_hint: await it.idToken({ sub: 'ann', iss: 'https://evil.test' }), post_logout_redirect_uri: bye },
      { id_token_hint: unsigned, post_logout_redirect_uri: bye },
    ];
    for (const asked of refused) expect(await failure(it.logout(browser, asked))).toBe('invalid_request');
  });

  test('unknown and expired challenges; a challenge is no verifier', async () => {
    const browser = it.browser();
    await flow(browser);
    const challenge = challengeIn((await it.logout(browser, {})).location);
    expect(await failure(it.app.getLogoutRequest({ challenge: 'x' }, call))).toBe('not_found');
    expect(await failure(it.app.getLogoutRequest({ challenge: '' }, call))).toBe('not_found');
    expect(await failure(it.logout(browser, { logout_verifier: challenge }))).toBe('not_found');
    seconds(1801);
    expect(await failure(it.app.acceptLogoutRequest({ challenge }, call))).toBe('request_unauthorized');
  });
});
