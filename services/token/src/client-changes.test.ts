// Changes of one thing of a client, over real PostgreSQL: several live secrets, lifespans alone, access tokens alone.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { clientV1 } from '@cardea/rpc';
import type { TokenService } from './tokens.fixture.js';
import { call, createTokenService, verdict } from './tokens.fixture.js';

let service: TokenService;
beforeAll(async () => {
  service = await createTokenService();
});
afterAll(() => service.close());
beforeEach(async () => {
  await service.database.pool.query('DELETE FROM cardea.client');
});

const handlers = () => service.rooms.clientHandlers;
const works = (secret: string) =>
  verdict(service.token({ grant_type: 'client_credentials' }, service.basic('app', secret)));
const rotate = async (clientId = 'app') => (await handlers().rotateClientSecret({ clientId }, call)).clientSecret;

describe('secrets', () => {
  test('C17: the newest and five before it work, an older one does not', async () => {
    const secrets = [(await service.client({ clientId: 'app' })).clientSecret];
    for (let i = 0; i < 6; i++) secrets.push(await rotate());
    const verdicts = await Promise.all(secrets.map(works));
    expect(verdicts).toEqual(['invalid_client', 'ok', 'ok', 'ok', 'ok', 'ok', 'ok']);
    expect(new Set(secrets).size).toBe(7);
    expect(secrets.at(-1)).toHaveLength(26);
  });

  test('twenty rotations at once lose none of the answers that still count', async () => {
    await service.client({ clientId: 'app' });
    const made = await Promise.all(Array.from({ length: 20 }, () => rotate()));
    const verdicts = await Promise.all(made.map(works));
    expect(verdicts.filter((each) => each === 'ok')).toHaveLength(6);
  });

  test('dropped, only the newest works, and metadata stays as it was', async () => {
    const { client, clientSecret } = await service.client({ clientId: 'app', clientName: 'n' });
    const second = await rotate();
    const dropped = await handlers().dropRotatedClientSecrets({ clientId: 'app' }, call);
    expect(dropped.client).toEqual({ ...client, updatedAt: dropped.client?.updatedAt });
    expect([await works(clientSecret), await works(second)]).toEqual(['invalid_client', 'ok']);
    await handlers().dropRotatedClientSecrets({ clientId: 'app' }, call);
    expect(await works(second)).toBe('ok');
  });

  test('a chosen secret takes all former ones away, a change without one takes none', async () => {
    const { client, clientSecret } = await service.client({ clientId: 'app' });
    const second = await rotate();
    await handlers().setClient({ client, clientSecret: '', ifVersion: 0 }, call);
    expect([await works(clientSecret), await works(second)]).toEqual(['ok', 'ok']);
    await handlers().setClient({ client, clientSecret: 'chosen-one', ifVersion: 0 }, call);
    expect([await works(clientSecret), await works(second), await works('chosen-one')]).toEqual([
      'invalid_client',
      'invalid_client',
      'ok',
    ]);
  });

  test.each(['none', 'client_secret_jwt'])('a client of %s has none that could rotate', async (method) => {
    await service.client({ clientId: 'app', tokenEndpointAuthMethod: method });
    expect(await verdict(rotate())).toBe('invalid_request');
  });

  test.each(['nobody', 'a\0b'])('%j is not found', async (clientId) => {
    expect(await verdict(rotate(clientId))).toBe('not_found');
    expect(await verdict(handlers().dropRotatedClientSecrets({ clientId }, call))).toBe('not_found');
    expect(await verdict(handlers().setClientLifespans({ clientId, lifespans: undefined }, call))).toBe('not_found');
  });
});

describe('lifespans', () => {
  const set = (lifespans: Partial<clientV1.Lifespans> | undefined) =>
    handlers().setClientLifespans(
      { clientId: 'app', lifespans: lifespans && clientV1.Lifespans.create(lifespans) },
      call,
    );

  test('are replaced together, and nothing else is', async () => {
    const { client, clientSecret } = await service.client({ clientId: 'app', owner: 'me' });
    await set({ clientCredentialsGrantAccessTokenMillis: 60_000 });
    const auth = service.basic('app', clientSecret);
    expect((await service.token({ grant_type: 'client_credentials' }, auth)).expiresInSeconds).toBe(60);
    const after = await set({ implicitGrantIdTokenMillis: 1_000 });
    expect(after.client).toMatchObject({ owner: 'me', createdAt: client?.createdAt });
    expect(after.client?.lifespans).toEqual({ implicitGrantIdTokenMillis: 1_000 });
    expect((await service.token({ grant_type: 'client_credentials' }, auth)).expiresInSeconds).toBe(3_600);
    expect((await set(undefined)).client?.lifespans).toBeUndefined();
  });

  test('set by two at once, both are answered and one whole set stays', async () => {
    await service.client({ clientId: 'app' });
    await Promise.all([set({ implicitGrantIdTokenMillis: 1 }), set({ jwtBearerGrantAccessTokenMillis: 2 })]);
    const { client } = await handlers().getClient({ clientId: 'app' }, call);
    expect([{ implicitGrantIdTokenMillis: 1 }, { jwtBearerGrantAccessTokenMillis: 2 }]).toContainEqual(
      client?.lifespans,
    );
  });

  test('are never negative', async () => {
    await service.client({ clientId: 'app' });
    expect(await verdict(set({ implicitGrantIdTokenMillis: -1 }))).toBe('invalid_client_metadata');
  });
});

test('access tokens of a client end, its refresh tokens and everybody else’s tokens do not', async () => {
  const one = await service.client({ clientId: 'app' });
  const other = await service.client({ clientId: 'other' });
  const auth = service.basic('app', one.clientSecret);
  const user = await service.redeemed('app', auth);
  const machine = await service.token({ grant_type: 'client_credentials' }, auth);
  const foreign = await service.token({ grant_type: 'client_credentials' }, service.basic('other', other.clientSecret));
  for (const clientId of ['app', 'app', 'nobody', 'a\0b']) await handlers().revokeClientTokens({ clientId }, call);
  const alive = [user.accessToken, machine.accessToken, user.refreshToken, foreign.accessToken];
  expect(await Promise.all(alive.map((text) => service.active(text)))).toEqual([false, false, true, true]);
  const form = { grant_type: 'refresh_token', refresh_token: user.refreshToken };
  expect(await service.active((await service.token(form, auth)).accessToken)).toBe(true);
});
