// Every way to end tokens ends them on every path: introspection from a warm cache of another process, userinfo, refresh,
// and what is asked of the browser (RFC 7009 §2.1; security catalogue D23, D24).
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { tokenV1 } from '@cardea/rpc';
import { interactionV1 } from '@cardea/rpc';
import { needed } from './database.fixture.js';
import type { DeviceFlowService } from './device/device-flow.fixture.js';
import { createDeviceFlow, grantType as deviceGrant } from './device/device-flow.fixture.js';
import type { Cookies, SessionsService } from './logout/session.fixture.js';
import { createSessions } from './logout/session.fixture.js';
import type { TokenService } from './tokens.fixture.js';
import { call, createTokenService, verdict } from './tokens.fixture.js';

const secret = 'a-secret-of-clients';
let it: SessionsService;
/** Another process over the same database and Redis. */
let elsewhere: TokenService;

beforeAll(async () => {
  it = await createSessions();
  const { database, clock } = it;
  elsewhere = await createTokenService({ database, clock, redisUrl: needed('CARDEA_TEST_REDIS_URL') });
  await it.client('app');
  await it.client('bystander');
});
afterAll(async () => {
  await elsewhere.close();
  await it.close();
});

type Tokens = Pick<tokenV1.IssueTokenResponse, 'accessToken' | 'refreshToken'>;
const userinfo = (service: Pick<TokenService, 'rooms'>, { accessToken }: Tokens) =>
  verdict(service.rooms.tokenHandlers.getUserinfo({ accessToken, proof: undefined, requestId: '' }, call));
/** Both processes, both tokens, and userinfo: asked often enough to be remembered. */
const paths = async (tokens: Tokens) => {
  const seen = [];
  for (const service of [it, elsewhere]) {
    seen.push(await service.active(tokens.accessToken), await service.active(tokens.refreshToken));
    seen.push((await userinfo(service, tokens)) === 'ok');
  }
  return [...new Set(seen)];
};
const refresh = (tokens: Tokens, clientId = 'app') =>
  verdict(
    elsewhere.token({ grant_type: 'refresh_token', refresh_token: tokens.refreshToken }, it.basic(clientId, secret)),
  );
const loggedIn = async (subject: string, clientId = 'app', jar: Cookies = new Map()) => {
  const login = await it.logIn(jar, { clientId, subject, consent: { remember: true } });
  const tokens = await it.redeem(clientId, login.code);
  expect(await paths(tokens)).toEqual([true]);
  return { ...login, jar, tokens };
};
/** Asks for a code without anybody being asked. */
const ask = (jar: Cookies, clientId: string) => {
  const query = new URLSearchParams({
    ...{ client_id: clientId, redirect_uri: 'https://app.example/cb', response_type: 'code', scope: 'openid offline' },
    ...{ state: 'a-state-of-8', prompt: 'none' },
  });
  return it.open(jar, `https://as.test/oauth2/auth?${query.toString()}`);
};
const silently = async (jar: Cookies, clientId = 'app') => {
  const answer = await ask(jar, clientId);
  return answer.get('error') ?? (answer.has('login_challenge') ? 'login' : 'else');
};

describe('D23: revocation', () => {
  test.each(['accessToken', 'refreshToken'] as const)(
    'of the %s ends both everywhere at once, and a second time is no error',
    async (which) => {
      const { tokens } = await loggedIn(`revoked ${which}`);
      const ended = () => it.revoke({ token: tokens[which] }, it.basic('app', secret));
      expect(await verdict(ended())).toBe('ok');
      expect(await paths(tokens)).toEqual([false]);
      expect(await refresh(tokens)).toBe('invalid_grant');
      expect(await verdict(ended())).toBe('ok');
    },
  );

  test('of a refresh token ends the access tokens of every generation', async () => {
    const { tokens } = await loggedIn('generations');
    const form = { grant_type: 'refresh_token', refresh_token: tokens.refreshToken };
    const next = await it.token(form, it.basic('app', secret));
    expect(await paths(next)).toEqual([true]);
    // By the used one, as whoever lost the newest answer can only do.
    await elsewhere.revoke({ token: tokens.refreshToken }, it.basic('app', secret));
    expect(await paths(next)).toEqual([false]);
    expect(await refresh(next)).toBe('invalid_grant');
  });

  test('of what has expired is no error', async () => {
    const { tokens } = await loggedIn('expired');
    it.clock.millis += 3_601_000;
    expect(await verdict(it.revoke({ token: tokens.accessToken }, it.basic('app', secret)))).toBe('ok');
    it.clock.millis += 31 * 86_400_000;
    expect(await verdict(it.revoke({ token: tokens.refreshToken }, it.basic('app', secret)))).toBe('ok');
    it.clock.millis = Date.now();
  });
});

describe('D24: an operator', () => {
  test('revokes the consents of a person: tokens are dead on all paths, and consent is asked again', async () => {
    const { tokens, jar } = await loggedIn('ann');
    const other = await loggedIn('bob', 'bystander');
    await it.admin.revokeConsents({ which: { $case: 'allOfSubject', value: 'ann' } }, call);
    expect(await paths(tokens)).toEqual([false]);
    expect(await refresh(tokens)).toBe('invalid_grant');
    expect(await paths(other.tokens)).toEqual([true]);
    const challenge = (await ask(jar, 'app')).get('login_challenge') ?? '';
    const login = interactionV1.AcceptLoginRequestRequest.create({ challenge, subject: 'ann' });
    const back = await it.open(jar, (await it.app.acceptLoginRequest(login, call)).redirectTo);
    expect(back.get('error')).toBe('consent_required');
  });

  test('ends the login sessions of a person: nobody is logged in silently any more', async () => {
    const { jar, sessionId } = await loggedIn('cora');
    expect(await silently(jar)).toBe('login');
    await it.admin.revokeLoginSessions({ which: { $case: 'subject', value: 'cora' } }, call);
    expect(await it.sessionExists(sessionId)).toBe(false);
    expect(await silently(jar)).toBe('login_required');
  });

  test('ends the access tokens of a client: dead everywhere; other clients keep theirs', async () => {
    const { tokens } = await loggedIn('dora');
    const other = await loggedIn('emil', 'bystander');
    await it.rooms.clientHandlers.revokeClientTokens({ clientId: 'app' }, call);
    for (const service of [it, elsewhere]) {
      expect(await service.active(tokens.accessToken)).toBe(false);
      expect(await userinfo(service, tokens)).toBe('invalid_token');
    }
    expect(await paths(other.tokens)).toEqual([true]);
  });

  test('deletes a client: its tokens are dead on all paths, and it is nobody from then on', async () => {
    await it.client('doomed');
    const { tokens, jar } = await loggedIn('fay', 'doomed');
    await it.rooms.clientHandlers.deleteClient({ clientId: 'doomed' }, call);
    expect(await paths(tokens)).toEqual([false]);
    // The other process must not go on believing what it remembers of the client.
    for (let tries = 0; (await refresh(tokens, 'doomed')) === 'invalid_grant'; tries++) {
      if (tries === 100) throw new Error('the client still stands elsewhere');
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(await refresh(tokens, 'doomed')).toBe('invalid_client');
    expect(await verdict(ask(jar, 'doomed'))).toBe('invalid_client');
  });

  test('while tokens are in steady use: no question that begins after the answer hears yes', async () => {
    await it.client('busy');
    const { tokens } = await loggedIn('gil', 'busy');
    let answered = false;
    const late: boolean[] = [];
    const readers = [it, elsewhere, it, elsewhere].map(async (service) => {
      for (let turn = 0; turn < 2_000 && late.length < 80; turn++) {
        const begunAfter: boolean = answered;
        const active = await service.active(tokens.accessToken);
        if (begunAfter) late.push(active);
      }
    });
    await it.rooms.clientHandlers.deleteClient({ clientId: 'busy' }, call);
    answered = true;
    await Promise.all(readers);
    expect(late.length).toBeGreaterThan(0);
    expect(late).not.toContain(true);
  });
});

describe('D24: a device that polls', () => {
  let devices: DeviceFlowService;
  beforeAll(async () => {
    devices = await createDeviceFlow();
    for (const clientId of ['tv', 'radio']) {
      await devices.client({ clientId, tokenEndpointAuthMethod: 'none', grantTypes: [deviceGrant, 'refresh_token'] });
    }
  });
  afterAll(() => devices.close());

  test.each<[string, string, (clientId: string) => Promise<unknown>, string]>([
    [
      'for a consent that was revoked gets nothing',
      'tv',
      () => devices.database.pool.query('UPDATE cardea.consent_grant SET revoked_at = now()'),
      'invalid_grant',
    ],
    [
      'for a client that was deleted gets nothing',
      'radio',
      (clientId) => devices.rooms.clientHandlers.deleteClient({ clientId }, call),
      'invalid_client',
    ],
  ])('%s', async (_name, clientId, end, expected) => {
    const { deviceCode, userCode } = await devices.begin({ client_id: clientId, scope: 'openid offline' });
    await devices.approve(devices.browser(), userCode);
    await end(clientId);
    expect(await verdict(devices.poll(deviceCode, clientId))).toBe(expected);
  });
});
