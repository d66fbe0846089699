// The whole flow on a real database: what happens once, what may be repeated, and what a stranger's browser cannot do.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { CodeContent, OAuthError } from '@cardea/oauth';
import { interactionV1 } from '@cardea/rpc';
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

const acceptLogin = async (challenge: string, more: Partial<interactionV1.AcceptLoginRequestRequest> = {}) => {
  const answer = interactionV1.AcceptLoginRequestRequest.create({ challenge, subject: 'ann', ...more });
  return (await it.app.acceptLoginRequest(answer, call)).redirectTo;
};
const acceptConsent = async (challenge: string, more: Partial<interactionV1.AcceptConsentRequestRequest> = {}) => {
  const grantedScopes = ['openid', 'photos'];
  const answer = interactionV1.AcceptConsentRequestRequest.create({ challenge, grantedScopes, ...more });
  return (await it.app.acceptConsentRequest(answer, call)).redirectTo;
};
const loginChallenge = async (browser: Browser, parameters?: Record<string, string>) =>
  parameterOf(await browser.open(authorizationUrl(parameters)), 'login_challenge');
/** Up to the consent app. */
const toConsent = async (
  browser: Browser,
  parameters?: Record<string, string>,
  login?: Partial<interactionV1.AcceptLoginRequestRequest>,
) => {
  const back = await acceptLogin(await loginChallenge(browser, parameters), login);
  return parameterOf(await browser.open(back), 'consent_challenge');
};
const failure = async (work: Promise<unknown>): Promise<OAuthError> => {
  try {
    await work;
  } catch (error) {
    return error as OAuthError;
  }
  throw new Error('it did not fail');
};
const count = async (table: string) =>
  Number((await it.database.query(`SELECT count(*) AS n FROM cardea.${table}`)).rows[0].n);
const contentOf = async (code: string): Promise<CodeContent> => {
  const { key } = it.context.handles.open('authorization_code', code)!;
  const { rows } = await it.database.query('SELECT body FROM cardea.authorization_code WHERE key = $1', [key]);
  return JSON.parse(it.context.seals.code.open(key, rows[0].body)!.toString()) as CodeContent;
};

describe('a login and a consent', () => {
  test('end in a code that carries what was decided', async () => {
    const browser = it.browser();
    const before = await count('flow');
    const asked = {
      code_challenge: codeChallenge,
      code_challenge_method: 'S256',
      audience: 'https://api.example/v1',
      display: 'page',
    };
    const challenge = await loginChallenge(browser, asked);
    expect(await count('flow')).toBe(before);

    const login = await it.app.getLoginRequest({ challenge }, call);
    expect(login).toMatchObject({ skip: false, subject: '', requestedScopes: ['openid', 'photos'] });
    expect(login.requestUrl).toBe(authorizationUrl(asked));
    const back = await acceptLogin(challenge, {
      acr: 'gold',
      amr: ['pwd'],
      contextJson: Buffer.from('{"__proto__":{"x":1}}'),
    });
    const consentChallenge = parameterOf(await browser.open(back), 'consent_challenge');
    const consent = await it.app.getConsentRequest({ challenge: consentChallenge }, call);
    expect(consent).toMatchObject({
      skip: false,
      subject: 'ann',
      acr: 'gold',
      amr: ['pwd'],
      loginSessionId: login.sessionId,
    });
    expect(consent.contextJson.toString()).toBe('{"__proto__":{"x":1}}');

    const idTokenClaimsJson = Buffer.from('{"name":"Ann"}');
    const grantedAudience = ['https://api.example/v1'];
    const answer = await browser.open(await acceptConsent(consentChallenge, { idTokenClaimsJson, grantedAudience }));
    const { code = '', ...rest } = told(answer);
    expect(rest).toEqual({ state: 'a state & more', iss: 'https://as.test' });
    expect(answer.next).toMatchObject({ response: { redirectUri: 'https://app.example/cb', mode: 'query' } });
    expect(await contentOf(code)).toMatchObject({
      redirectUri: 'https://app.example/cb',
      codeChallenge,
      authorization: {
        clientId: 'app',
        subject: 'ann',
        clientSubject: 'ann',
        scopes: ['openid', 'photos'],
        audience: grantedAudience,
        grantId: consent.consentRequestId,
        sessionId: login.sessionId,
        acr: 'gold',
        amr: ['pwd'],
        nonce: 'a-nonce',
        idTokenClaims: { name: 'Ann' },
        accessTokenClaims: {},
      },
    });
  });

  test('an ordinary challenge fits into a URL', async () => {
    const challenge = await loginChallenge(it.browser(), {
      state: 'x'.repeat(128),
      nonce: 'y'.repeat(64),
      code_challenge: codeChallenge,
      code_challenge_method: 'S256',
      scope: 'openid offline photos',
    });
    expect(challenge.length).toBeLessThan(2000);
  });

  test('twenty tabs of one browser all finish, on at most four flow cookies (S04)', async () => {
    const browser = it.browser();
    const challenges = [];
    for (let tab = 0; tab < 20; tab++) {
      challenges.push(
        await loginChallenge(browser, { state: `tab-${tab}`, client_id: tab % 2 === 0 ? 'app' : 'other' }),
      );
    }
    for (const [tab, challenge] of challenges.entries()) {
      const consent = parameterOf(await browser.open(await acceptLogin(challenge)), 'consent_challenge');
      expect(told(await browser.open(await acceptConsent(consent)))).toMatchObject({
        state: `tab-${tab}`,
        code: expect.any(String),
      });
    }
    expect([...browser.cookies.keys()].filter((name) => name.includes('csrf')).length).toBeLessThanOrEqual(4);
  });
});

describe('answers of the apps', () => {
  test('may be given again until the browser has used one; the last counts (S02)', async () => {
    const browser = it.browser();
    const challenge = await loginChallenge(browser);
    const first = await acceptLogin(challenge, { subject: 'ann' });
    await it.app.rejectLoginRequest({ challenge, rejection: undefined }, call);
    const last = await acceptLogin(challenge, { subject: 'bob' });
    expect(told(await browser.open(first))['error']).toBe('access_denied');
    const consent = parameterOf(await browser.open(last), 'consent_challenge');
    const handled = await failure(it.app.getLoginRequest({ challenge }, call));
    expect(handled).toMatchObject({ code: 'request_handled', status: 410, redirectTo: authorizationUrl() });
    expect((await failure(acceptLogin(challenge))).status).toBe(410);
    expect((await failure(it.app.rejectLoginRequest({ challenge, rejection: undefined }, call))).status).toBe(410);

    await acceptConsent(consent);
    const again = await acceptConsent(consent, { grantedScopes: ['openid'] });
    const { code = '' } = told(await browser.open(again));
    expect((await contentOf(code)).authorization).toMatchObject({ subject: 'bob', scopes: ['openid'] });
    expect(await failure(it.app.getConsentRequest({ challenge: consent }, call))).toMatchObject({
      status: 410,
      redirectTo: authorizationUrl(),
    });
    expect((await failure(acceptConsent(consent))).status).toBe(410);
  });

  test('rejections reach the client in the words of the app', async () => {
    const browser = it.browser();
    const rejection = {
      error: 'no_way',
      errorDescription: 'Not',
      errorHint: 'today',
      errorDebug: 'secret',
      statusCode: 403,
    };
    const challenge = await loginChallenge(browser);
    const { redirectTo } = await it.app.rejectLoginRequest({ challenge, rejection }, call);
    expect(told(await browser.open(redirectTo))).toEqual({
      error: 'no_way',
      error_description: 'Not today',
      state: 'a state & more',
      iss: 'https://as.test',
    });
    expect(told(await browser.open(redirectTo))['error']).toBe('access_denied');

    const consent = await toConsent(browser);
    const refused = await it.app.rejectConsentRequest({ challenge: consent, rejection: undefined }, call);
    expect(told(await browser.open(refused.redirectTo))['error']).toBe('access_denied');
  });

  test.each<[string, Partial<interactionV1.AcceptLoginRequestRequest>]>([
    ['an empty subject', { subject: '' }],
    ['a long subject', { subject: 'a'.repeat(256) }],
    ['a control character in the subject', { subject: 'a\nb' }],
    ['a long acr', { acr: 'a'.repeat(1_000_000) }],
    ['a context that is no JSON', { contextJson: Buffer.from('{') }],
    ['a negative remember_for', { rememberForSeconds: -1 }],
  ])('S06: %s is refused', async (_name, answer) => {
    expect(await failure(acceptLogin(await loginChallenge(it.browser()), answer))).toMatchObject({
      code: 'invalid_request',
      status: 400,
    });
  });

  test.each<[string, Partial<interactionV1.AcceptConsentRequestRequest>, string]>([
    ['a scope nobody asked for', { grantedScopes: ['openid', 'offline'] }, 'invalid_scope'],
    ['a scope the client may not have', { grantedScopes: ['admin'] }, 'invalid_scope'],
    ['an audience nobody asked for', { grantedAudience: ['https://api.example/v1'] }, 'invalid_request'],
    ['claims that are a list', { idTokenClaimsJson: Buffer.from('[]') }, 'invalid_request'],
  ])('%s is refused', async (_name, answer, code) => {
    expect(await failure(acceptConsent(await toConsent(it.browser()), answer))).toMatchObject({ code, status: 400 });
  });

  test('unknown, expired and orphaned challenges (S02)', async () => {
    const browser = it.browser();
    const consent = await toConsent(browser);
    const challenge = await loginChallenge(browser);
    for (const forged of [
      `${challenge}A`,
      `A${challenge.slice(1)}`,
      'x',
      challenge.slice(0, -4),
      `${challenge}=`,
      consent,
    ]) {
      expect((await failure(it.app.getLoginRequest({ challenge: forged }, call))).code).toBe('not_found');
    }
    for (const forged of ['x', challenge, consent.slice(0, -1)]) {
      expect((await failure(it.app.getConsentRequest({ challenge: forged }, call))).code).toBe('not_found');
    }
    expect((await failure(it.app.getLoginRequest({ challenge: '' }, call))).code).toBe('invalid_request');

    const app = it.clients.get('app')!;
    it.clients.delete('app');
    expect((await failure(it.app.getLoginRequest({ challenge }, call))).code).toBe('not_found');
    expect((await failure(it.app.getConsentRequest({ challenge: consent }, call))).code).toBe('not_found');
    it.clients.set('app', app);

    const back = await acceptLogin(challenge);
    it.clock.millis += 1_801_000;
    try {
      expect(await failure(it.app.getLoginRequest({ challenge }, call))).toMatchObject({
        code: 'request_unauthorized',
        status: 401,
      });
      expect((await failure(acceptConsent(consent))).code).toBe('request_unauthorized');
      expect(told(await browser.open(back))['error']).toBe('access_denied');
    } finally {
      it.clock.millis -= 1_801_000;
    }
    parameterOf(await browser.open(back), 'consent_challenge');
  });
});

describe('a browser', () => {
  test('without the cookie of the flow is refused and burns nothing (S01)', async () => {
    const browser = it.browser();
    const back = await acceptLogin(await loginChallenge(browser));
    const stranger = it.browser();
    expect(told(await stranger.open(back))).toMatchObject({ error: 'request_forbidden', state: 'a state & more' });
    await loginChallenge(stranger);
    expect(told(await stranger.open(back))['error']).toBe('request_forbidden');
    const finish = await acceptConsent(parameterOf(await browser.open(back), 'consent_challenge'));
    expect(told(await stranger.open(finish))['error']).toBe('request_forbidden');
    expect(told(await browser.open(finish))['code']).toBeDefined();
  });

  test('cannot use a verifier twice, change its client, or swap its kinds (S02)', async () => {
    const browser = it.browser();
    const back = await acceptLogin(await loginChallenge(browser));
    const asOther = back.replace('client_id=app', 'client_id=other');
    expect((await failure(browser.open(asOther))).code).toBe('invalid_client');
    const verifier = new URL(back).searchParams.get('login_verifier')!;
    expect(told(await browser.open(authorizationUrl({ consent_verifier: verifier })))['error']).toBe('access_denied');
    expect(told(await browser.open(authorizationUrl({ login_verifier: 'garbage' })))['error']).toBe('access_denied');
    parameterOf(await browser.open(back), 'consent_challenge');
    expect(told(await browser.open(back))['error']).toBe('access_denied');
  });

  test('gets the answer the request asked for, whatever the URL says later', async () => {
    const browser = it.browser();
    const consent = await toConsent(browser, { response_mode: 'form_post' });
    const finish = await acceptConsent(consent);
    const changed = new URL(finish);
    changed.searchParams.set('state', 'evil');
    changed.searchParams.set('scope', 'openid offline');
    changed.searchParams.delete('response_mode');
    const answer = await browser.open(changed.toString());
    expect(told(answer)['state']).toBe('a state & more');
    expect(answer.next).toMatchObject({ response: { mode: 'form_post' } });
    expect((await contentOf(told(answer)['code']!)).authorization.scopes).toEqual(['openid', 'photos']);
  });

  test('A32: gets no code when the client lost a right meanwhile', async () => {
    const browser = it.browser();
    const finish = await acceptConsent(await toConsent(browser));
    const app = it.clients.get('app')!;
    it.clients.set('app', { ...app, scope: 'openid' });
    expect(told(await browser.open(finish))['error']).toBe('invalid_scope');
    it.clients.set('app', app);
    expect(told(await browser.open(finish))['code']).toBeDefined();
  });
});

describe('races', () => {
  test('100 rounds of verifiers opened in parallel: one winner each, one code (S02)', async () => {
    const before = await count('authorization_code');
    for (let round = 0; round < 100; round++) {
      const browser = it.browser();
      const back = await acceptLogin(await loginChallenge(browser));
      const logins = await Promise.all(
        Array.from({ length: 3 }, () => it.browser(new Map(browser.cookies)).open(back)),
      );
      const won = logins.filter(({ next }) => next.kind === 'interaction');
      expect(won).toHaveLength(1);
      expect(logins.filter((outcome) => told(outcome)['error'] === 'access_denied')).toHaveLength(2);
      for (const cookie of won[0]!.cookies) browser.cookies.set(cookie.name, cookie.value);
      const finish = await acceptConsent(parameterOf(won[0]!, 'consent_challenge'));
      const answers = await Promise.all(
        Array.from({ length: 4 }, () => it.browser(new Map(browser.cookies)).open(finish)),
      );
      expect(answers.filter((answer) => told(answer)['code'] !== undefined)).toHaveLength(1);
      expect(answers.filter((answer) => told(answer)['error'] === 'access_denied')).toHaveLength(3);
    }
    expect((await count('authorization_code')) - before).toBe(100);
  });

  test('a login app that answers while the browser returns: accepted before, or 410', async () => {
    for (let round = 0; round < 20; round++) {
      const browser = it.browser();
      const challenge = await loginChallenge(browser);
      const back = await acceptLogin(challenge, { subject: 'ann' });
      const [outcome, second] = await Promise.all([
        browser.open(back),
        acceptLogin(challenge, { subject: 'eve' }).then(
          () => 'accepted',
          (error: unknown) => (error as OAuthError).status,
        ),
      ]);
      if (outcome.next.kind === 'interaction') {
        const consent = parameterOf(outcome, 'consent_challenge');
        expect((await it.app.getConsentRequest({ challenge: consent }, call)).subject).toBe('ann');
        expect(second).toBe(410);
      } else {
        expect(told(outcome)['error']).toBe('access_denied');
        expect(second).toBe('accepted');
      }
    }
  });
});
