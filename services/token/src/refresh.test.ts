// Refresh tokens that are used again, by others, or for more than was granted, over real PostgreSQL (RFC 6749 §6,
// RFC 9700 §4.14.2; security catalogue D11, D12, D15).
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { clientV1 } from '@cardea/rpc';
import type { Form, TokenService } from './tokens.fixture.js';
import { call, createTokenService, settings, verdict } from './tokens.fixture.js';

let service: TokenService;
/** Another process over the same database and clock, with Hydra's counted grace. */
let counting: TokenService;
let auth: string;
const refreshForm = (refresh_token: string, more: Form = {}): Form => ({
  ...{ grant_type: 'refresh_token', refresh_token },
  ...more,
});

beforeAll(async () => {
  service = await createTokenService();
  const { database, clock } = service;
  const policy = { ...settings.policy, rotationGraceMillis: 10_000, rotationReuseCount: 3 };
  counting = await createTokenService({ database, clock, settings: { policy } });
  await service.client({ clientId: 'app' }, 'app-secret');
  await service.client({ clientId: 'other' }, 'other-secret');
  await service.client({ clientId: 'public', tokenEndpointAuthMethod: 'none' });
  auth = service.basic('app', 'app-secret');
});
afterAll(async () => {
  await counting.close();
  await service.close();
});

describe('D11: a grace of 10 s and three uses', () => {
  const usedAt = async (grantId: string) => {
    const { rows } = await service.database.pool.query<{ used_at: number }>(
      'SELECT used_at FROM cardea.refresh_token WHERE grant_id = $1 AND used_at IS NOT NULL',
      [grantId],
    );
    return rows.map((row) => row.used_at);
  };

  test('three answers, the same each time, and no fourth; the first use alone starts the clock', async () => {
    const first = await service.redeemed('app', auth);
    const form = refreshForm(first.refreshToken);
    const second = await counting.token(form, auth);
    const begun = await usedAt(first.grantId);
    expect(begun).toHaveLength(1);
    for (let use = 2; use <= 3; use++) {
      service.clock.millis += 1_000;
      expect(await counting.token(form, auth)).toEqual(second);
    }
    expect(await verdict(counting.token(form, auth))).toBe('invalid_grant');
    expect(await usedAt(first.grantId)).toEqual(begun);
    // One time too often within the window is impatience, not theft: what was issued lives.
    expect(await counting.active(second.accessToken)).toBe(true);
    expect(await verdict(counting.token(refreshForm(second.refreshToken), auth))).toBe('ok');
  });

  test('after 10 s the family falls, however few the uses', async () => {
    const first = await service.redeemed('app', auth);
    const form = refreshForm(first.refreshToken);
    const second = await counting.token(form, auth);
    service.clock.millis += 6_000;
    expect(await counting.token(form, auth)).toEqual(second);
    service.clock.millis += 4_000;
    expect(await verdict(counting.token(form, auth))).toBe('invalid_grant');
    expect(await counting.active(second.accessToken)).toBe(false);
    expect(await verdict(counting.token(refreshForm(second.refreshToken), auth))).toBe('invalid_grant');
  });

  test('an access token lives until the refresh token beside it is used; revocation ends every generation', async () => {
    const first = await service.redeemed('app', auth);
    const second = await counting.token(refreshForm(first.refreshToken), auth);
    expect([await counting.active(first.accessToken), await counting.active(second.accessToken)]).toEqual([
      false,
      true,
    ]);
    const third = await counting.token(refreshForm(second.refreshToken), auth);
    expect([await counting.active(second.accessToken), await counting.active(third.accessToken)]).toEqual([
      false,
      true,
    ]);
    await counting.revoke({ token: first.refreshToken }, auth);
    expect(await counting.active(third.accessToken)).toBe(false);
    for (const { refreshToken } of [first, second, third]) {
      expect(await verdict(counting.token(refreshForm(refreshToken), auth))).toBe('invalid_grant');
    }
  });
});

describe('D12: a refresh token', () => {
  test.each<[string, Form, () => string, string]>([
    ['of another client', {}, () => service.basic('other', 'other-secret'), 'invalid_grant'],
    ['of another, by a public client', { client_id: 'public' }, () => '', 'invalid_grant'],
    ['by a public client in the name of its owner', { client_id: 'app' }, () => '', 'invalid_client'],
  ])('%s is refused and its family stands', async (_name, more, credentials, expected) => {
    const first = await service.redeemed('app', auth);
    expect(await verdict(service.token(refreshForm(first.refreshToken, more), credentials()))).toBe(expected);
    expect(await service.active(first.accessToken)).toBe(true);
    expect(await verdict(service.token(refreshForm(first.refreshToken), auth))).toBe('ok');
  });

  test.each<[string, Partial<clientV1.Client>, string]>([
    ['the grant', { grantTypes: ['authorization_code'] }, 'unauthorized_client'],
    ['a scope', { scope: 'offline photos.*' }, 'invalid_scope'],
  ])('of a client that lost %s is refused, and good again when it is given back', async (what, loss, expected) => {
    const clientId = `lost ${what}`.replaceAll(' ', '-');
    await service.client({ clientId }, 'a-secret');
    const own = service.basic(clientId, 'a-secret');
    const first = await service.redeemed(clientId, own);
    const { client } = await service.rooms.clientHandlers.getClient({ clientId }, call);
    const set = (change: Partial<clientV1.Client>) =>
      service.rooms.clientHandlers.setClient(
        { client: { ...client!, ...change }, clientSecret: '', ifVersion: 0 },
        call,
      );
    await set(loss);
    expect(await verdict(service.token(refreshForm(first.refreshToken), own))).toBe(expected);
    await set({});
    expect(await verdict(service.token(refreshForm(first.refreshToken), own))).toBe('ok');
  });
});

describe('D15: what a refresh asks for', () => {
  const scopes = ['openid', 'offline', 'photos.read'];
  test.each<[string, Form, string, string]>([
    ['a scope the client may have but was not given', { scope: 'openid photos.write' }, '', 'invalid_scope'],
    ['a scope that is no one’s', { scope: 'admin' }, '', 'invalid_scope'],
    ['a wildcard over what was given', { scope: 'photos.*' }, '', 'invalid_scope'],
    ['less', { scope: 'photos.read' }, 'photos.read', 'ok'],
    ['nothing: all of it', {}, 'openid offline photos.read', 'ok'],
  ])('%s', async (_name, more, given, expected) => {
    const first = await service.redeemed('app', auth, { scopes });
    const answer = service.token(refreshForm(first.refreshToken, more), auth);
    expect(await verdict(answer)).toBe(expected);
    if (expected === 'ok') {
      expect((await service.introspect((await answer).accessToken)).scope).toBe(given);
    } else {
      expect(await service.active(first.accessToken)).toBe(true);
    }
  });

  test('an audience that was not granted does not come into the token, though the client may have it', async () => {
    await service.client({ clientId: 'api', audience: ['https://api.example'] }, 'api-secret');
    const own = service.basic('api', 'api-secret');
    const first = await service.redeemed('api', own);
    const audience = 'https://api.example';
    const second = await service.token(refreshForm(first.refreshToken, { audience }), own);
    expect((await service.introspect(second.accessToken)).audience).toEqual([]);
    const machine = await service.token({ grant_type: 'client_credentials', audience }, own);
    expect((await service.introspect(machine.accessToken)).audience).toEqual([audience]);
  });
});
