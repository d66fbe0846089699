// What one client can learn of a person beside what it was granted, and a stranger of who is a client, over real PostgreSQL and
// Redis (security catalogue J06, J07, J08).
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { OAuthError } from '@cardea/oauth';
import { interactionV1, tokenV1 } from '@cardea/rpc';
import { createHash } from 'node:crypto';
import { quietLog } from './database.fixture.js';
import type { Cookies, SessionsService } from './logout/session.fixture.js';
import { createSessions } from './logout/session.fixture.js';
import { createRateLimits } from './rate-limit/create-rate-limits.js';
import { call, createTokenService, metrics, secrets } from './tokens.fixture.js';

let it: SessionsService;
const secretOfClients = 'a-secret-of-clients';
beforeAll(async () => {
  it = await createSessions();
  await it.client('app');
});
afterAll(() => it.close());

const browser = (): Cookies => new Map();
const claimsOf = (jwt: string) =>
  JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;
const list = (form: Record<string, string>) => Object.entries(form).map(([name, value]) => ({ name, value }));
const userinfo = async (accessToken: string) => {
  const { claimsJson } = await it.rooms.tokenHandlers.getUserinfo(
    { accessToken, proof: undefined, requestId: '' },
    call,
  );
  return JSON.parse(claimsJson.toString()) as Record<string, unknown>;
};
const introspectedBy = async (clientId: string, token: string) => {
  const request = { authorization: it.basic(clientId, secretOfClients), parameters: list({ token }) };
  return (await it.rooms.tokenHandlers.introspectToken(tokenV1.IntrospectTokenRequest.create(request), call)).verdict!;
};

describe('J06: a client that there is, and one that there is not', () => {
  /** All that an answer is made of, but its id. */
  const told = (work: Promise<unknown>) =>
    work.then(
      () => 'answered',
      (caught: unknown) => {
        const { code, status, message, retryAfterSeconds } = caught as OAuthError;
        return { code, status, message, retryAfterSeconds };
      },
    );
  const form = { grant_type: 'client_credentials' };
  const wrong = 'a-secret-that-is-wrong';
  const looks: readonly [string, (clientId: string) => Promise<unknown>][] = [
    ['token, by Basic', (id) => it.token(form, it.basic(id, wrong))],
    ['token, by the form', (id) => it.token({ ...form, client_id: id, client_secret: wrong })],
    ['token, without a secret', (id) => it.token({ ...form, client_id: id })],
    ['revocation', (id) => it.revoke({ token: 'x' }, it.basic(id, wrong))],
    [
      'introspection',
      (id) =>
        it.rooms.tokenHandlers.introspectToken(
          tokenV1.IntrospectTokenRequest.create({
            authorization: it.basic(id, wrong),
            parameters: list({ token: 'x' }),
          }),
          call,
        ),
    ],
  ];
  test.each(looks)('J06: %s: the same answer', async (_name, look) => {
    const [known, unknown] = [await told(look('app')), await told(look('nobody'))];
    expect(known).toMatchObject({ code: 'invalid_client', status: 401 });
    expect(unknown).toEqual(known);
  });

  test('J06: both have to wait after as many wrong secrets, and hear the same', async () => {
    const attempts = { attempts: 3, periodMillis: 60_000 };
    const settings = { clientSecrets: attempts, userCodes: undefined, registrations: undefined };
    const rateLimits = createRateLimits({
      settings: { ...settings, deviceCodes: undefined, clientRequests: undefined },
      redis: undefined,
      secrets,
      // Without a spread both wait equally long.
      random: () => Buffer.from([0x80]),
      now: () => it.clock.millis,
      log: quietLog,
      metrics,
    });
    const limited = await createTokenService({ database: it.database, clock: it.clock, rateLimits });
    try {
      const tries = async (id: string) => {
        const answers = [];
        for (let n = 0; n < 5; n++)
          answers.push(await told(limited.token(form, limited.basic(id, wrong), '81.2.69.5')));
        return answers;
      };
      const [known, unknown] = [await tries('app'), await tries('nobody')];
      expect(known.map((answer) => (answer as { code: string }).code)).toEqual([
        ...['invalid_client', 'invalid_client', 'invalid_client'],
        ...['rate_limited', 'rate_limited'],
      ]);
      expect(unknown).toEqual(known);
    } finally {
      await limited.close();
    }
  });
});

describe('J07: pairwise clients of two sectors', () => {
  const person = 'the-real-name-of-ann';
  const nameFor = (host: string) => createHash('sha256').update(`${host}${person}salt-salt`).digest('hex');
  const learnt = new Map<string, string>();

  test.each([
    ['one', 'https://one.example/cb', 'opaque'],
    ['two', 'https://two.example/cb', 'opaque'],
    ['three', 'https://three.example/cb', 'jwt'],
  ])('J07: %s learns its own name for them, and nowhere the real one', async (clientId, redirectUri, strategy) => {
    await it.client(clientId, {
      subjectType: 'pairwise',
      redirectUris: [redirectUri],
      postLogoutRedirectUris: [],
      accessTokenStrategy: strategy,
      backchannelLogoutUri: `https://${clientId}.example/back`,
    });
    const login = await it.logIn(browser(), { clientId, subject: person, parameters: { redirect_uri: redirectUri } });
    const tokens = await it.token(
      { grant_type: 'authorization_code', code: login.code, redirect_uri: redirectUri },
      it.basic(clientId, secretOfClients),
    );
    const name = nameFor(new URL(redirectUri).hostname);
    expect(claimsOf(tokens.idToken)['sub']).toBe(name);
    expect((await userinfo(tokens.accessToken))['sub']).toBe(name);
    const introspected = await introspectedBy(clientId, tokens.accessToken);
    expect(introspected).toMatchObject({ active: true, subject: name, obfuscatedSubject: '' });
    // Operators see both.
    expect(await it.introspect(tokens.accessToken)).toMatchObject({ subject: person, obfuscatedSubject: name });
    const shown = [tokens.idToken, ...(strategy === 'jwt' ? [tokens.accessToken] : [])].map(claimsOf);
    if (strategy === 'jwt') expect(shown[1]!['sub']).toBe(name);
    expect(JSON.stringify([...shown, await userinfo(tokens.accessToken), introspected])).not.toContain(person);
    await it.admin.revokeLoginSessions({ which: { $case: 'sessionId', value: login.sessionId } }, call);
    expect(await it.owed(login.sessionId)).toMatchObject([{ clientId, subject: name }]);
    learnt.set(clientId, name);
    expect(new Set(learnt.values()).size).toBe(learnt.size);
  });
});

describe('J08: consent', () => {
  const idTokenClaimsJson = Buffer.from('{"email":"ann@person.example"}');

  test('J08: claims of a consent stay in the tokens of that consent', async () => {
    const jar = browser();
    const first = await it.logIn(jar, { consent: { idTokenClaimsJson, grantedScopes: ['openid'] } });
    const tokens = await it.redeem('app', first.code);
    expect(claimsOf(tokens.idToken)).toMatchObject({ email: 'ann@person.example' });
    expect(tokens.refreshToken).toBe('');
    const second = await it.redeem('app', (await it.logIn(jar, { consent: { grantedScopes: ['offline'] } })).code);
    // Without `openid` there is nobody to tell about.
    expect(second.idToken).toBe('');
    await expect(userinfo(second.accessToken)).rejects.toMatchObject({
      code: 'insufficient_scope',
    });
    const third = await it.redeem('app', (await it.logIn(jar)).code);
    expect(claimsOf(third.idToken)).not.toHaveProperty('email');
  });

  test('J08: one that was revoked is asked for again', async () => {
    const jar = browser();
    const ask = async () => {
      const query =
        'client_id=app&redirect_uri=https%3A%2F%2Fapp.example%2Fcb&response_type=code&scope=openid%20offline&state=a-state-of-8';
      const challenge = (await it.open(jar, `https://as.test/oauth2/auth?${query}`)).get('login_challenge') ?? '';
      const accepted = await it.app.acceptLoginRequest(
        interactionV1.AcceptLoginRequestRequest.create({ challenge, subject: 'cleo', remember: true }),
        call,
      );
      const back = await it.open(jar, accepted.redirectTo);
      return (await it.app.getConsentRequest({ challenge: back.get('consent_challenge') ?? '' }, call)).skip;
    };
    const { grantId } = await it.logIn(jar, { subject: 'cleo', consent: { remember: true } });
    expect(await ask()).toBe(true);
    await it.admin.revokeConsents({ which: { $case: 'consentRequestId', value: grantId } }, call);
    expect(await ask()).toBe(false);
  });
});
