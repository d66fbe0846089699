// Clients that register themselves and manage what they registered, over real PostgreSQL (RFC 7591, RFC 7592,
// security catalogue A28).
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { registrableGrantTypes } from '@cardea/oauth';
import { clientV1 } from '@cardea/rpc';
import type { RegistrationSettings } from './client-settings.js';
import type { TestDatabase } from './database.fixture.js';
import { createTestDatabase } from './database.fixture.js';
import type { TokenService } from './tokens.fixture.js';
import { call, createTokenService, verdict } from './tokens.fixture.js';

let database: TestDatabase;
let service: TokenService;
const registration: RegistrationSettings = {
  initialAccessTokens: [],
  grantTypes: registrableGrantTypes,
  insecureRedirects: false,
  hydraCompat: false,
};
const start = (settings: RegistrationSettings | undefined) =>
  createTokenService({ database, clientSettings: { registration: settings } });

beforeAll(async () => {
  database = await createTestDatabase();
  service = await start(registration);
});
afterAll(async () => {
  await service.close();
  await database.drop();
});
beforeEach(() => database.pool.query('DELETE FROM cardea.client'));

const handlers = (of = service) => of.rooms.clientRegistrationHandlers;
const metadata = (change: Partial<clientV1.Client> = {}) =>
  clientV1.Client.create({ redirectUris: ['https://app.example/cb'], ...change });
const register = (
  change: Partial<clientV1.Client> = {},
  { of = service, authorization = '', forbiddenMembers = [] as string[] } = {},
) =>
  handlers(of).registerClient(
    { authorization, client: metadata(change), forbiddenMembers, requestId: '', clientAddress: '' },
    call,
  );
const read = (clientId: string, registrationAccessToken: string) =>
  handlers().readRegistration({ clientId, registrationAccessToken }, call);
const update = (
  clientId: string,
  registrationAccessToken: string,
  change: Partial<clientV1.Client> = {},
  more: { of?: TokenService; forbiddenMembers?: string[]; clientSecret?: string } = {},
) =>
  handlers(more.of).updateRegistration(
    {
      client: metadata({ ...change, clientId }),
      registrationAccessToken,
      forbiddenMembers: more.forbiddenMembers ?? [],
      clientSecret: more.clientSecret ?? '',
      requestId: '',
    },
    call,
  );
const remove = (clientId: string, registrationAccessToken: string) =>
  handlers().deleteRegistration({ clientId, registrationAccessToken }, call);
const registered = async (change: Partial<clientV1.Client> = {}) => {
  const { client, clientSecret, registrationAccessToken } = await register(change);
  return { id: client!.clientId, client: client!, secret: clientSecret, token: registrationAccessToken };
};

describe('registering', () => {
  test('gives an id of ours, a secret, a token, and what was not said', async () => {
    const { client, clientSecret, registrationAccessToken } = await register({ clientId: 'mine' });
    expect(client?.clientId).toMatch(/^[0-9a-f-]{36}$/);
    expect(client).toMatchObject({
      scope: 'offline_access offline openid',
      grantTypes: ['authorization_code'],
      dynamicallyRegistered: true,
    });
    expect(clientSecret).toHaveLength(26);
    expect(registrationAccessToken).toMatch(/^ory_at_/);
  });
  test('A28: touches no client that is there already', async () => {
    await service.client({ clientId: 'mine', clientName: 'the first' });
    await register({ clientId: 'mine', clientName: 'the second' });
    const { client } = await service.rooms.clientHandlers.getClient({ clientId: 'mine' }, call);
    expect(client?.clientName).toBe('the first');
  });
  test('gives a public client no secret', async () => {
    expect((await register({ tokenEndpointAuthMethod: 'none' })).clientSecret).toBe('');
  });
  test.each<[string, Partial<clientV1.Client>, string[], string]>([
    ['a secret of its own', {}, ['client_secret'], 'invalid_client_metadata'],
    ['metadata', {}, ['metadata'], 'invalid_client_metadata'],
    ['J08: skip_consent', {}, ['skip_consent'], 'invalid_client_metadata'],
    ['a software statement', {}, ['software_statement'], 'unapproved_software_statement'],
    ['client_credentials', { grantTypes: ['client_credentials'] }, [], 'invalid_client_metadata'],
    ['types that do not fit', { grantTypes: ['implicit'], responseTypes: ['code'] }, [], 'invalid_client_metadata'],
    ['plain http', { redirectUris: ['http://app.example/cb'] }, [], 'invalid_redirect_uri'],
    ['R34 script', { redirectUris: ['JaVaScRiPt:alert(1)'] }, [], 'invalid_redirect_uri'],
    ['R34 broken script', { redirectUris: ['java\nscript:alert(1)'] }, [], 'invalid_redirect_uri'],
    ['R34 script behind a space', { redirectUris: [' javascript:alert(1)'] }, [], 'invalid_redirect_uri'],
    ['R33 data', { redirectUris: ['data:text/html,x'] }, [], 'invalid_redirect_uri'],
    ['R35 a fragment', { redirectUris: ['https://app.example/cb#'] }, [], 'invalid_redirect_uri'],
    ['R35 no scheme', { redirectUris: ['app.example/cb'] }, [], 'invalid_redirect_uri'],
    ['R35 user information', { redirectUris: ['https://u@app.example/cb'] }, [], 'invalid_redirect_uri'],
    ['R35 a wildcard', { redirectUris: ['https://*.app.example/cb'] }, [], 'invalid_redirect_uri'],
    ['no redirect URI', { redirectUris: [] }, [], 'invalid_redirect_uri'],
    [
      'a private key',
      { jwksJson: Buffer.from('{"keys":[{"kty":"OKP","crv":"Ed25519","x":"x","d":"d"}]}') },
      [],
      'invalid_client_metadata',
    ],
  ])('refuses %s', async (_name, change, forbiddenMembers, expected) => {
    expect(await verdict(register(change, { forbiddenMembers }))).toBe(expected);
    expect((await database.pool.query('SELECT 1 FROM cardea.client')).rowCount).toBe(0);
  });
});

describe('managing', () => {
  test('reads what was registered, with the token and no other', async () => {
    const one = await registered({ clientName: 'n' });
    const other = await registered();
    expect((await read(one.id, one.token)).client).toEqual(one.client);
    for (const token of [other.token, '', 'garbage', `${one.token}x`, one.token.replace('_at_', '_rt_')]) {
      expect(await verdict(read(one.id, token))).toBe('invalid_token');
    }
    for (const id of ['nobody', '', 'a\0b', other.id]) expect(await verdict(read(id, one.token))).toBe('invalid_token');
  });
  test('an access token of the client is no registration access token', async () => {
    const { client, clientSecret } = await service.client({ clientId: 'app' });
    const auth = service.basic('app', clientSecret);
    const { accessToken } = await service.token({ grant_type: 'client_credentials' }, auth);
    expect(await verdict(read(client!.clientId, accessToken))).toBe('invalid_token');
  });
  test('an update replaces what was said, keeps secret and creation, and changes the token', async () => {
    const { id, client, secret, token } = await registered({ clientName: 'before', contacts: ['a@b.c'] });
    const after = await update(id, token, { clientName: 'after' });
    expect(after.client).toMatchObject({ clientName: 'after', contacts: [], createdAt: client.createdAt });
    expect(await verdict(read(id, token))).toBe('invalid_token');
    expect((await read(id, after.registrationAccessToken)).client?.clientName).toBe('after');
    const form = { grant_type: 'authorization_code', code: 'x', redirect_uri: 'https://app.example/cb' };
    expect(await verdict(service.token(form, service.basic(id, secret)))).toBe('invalid_grant');
  });
  test('a refused update changes nothing, and the token lives on', async () => {
    const { id, client, token } = await registered();
    expect(await verdict(update(id, token, { redirectUris: ['https://x.example/#'] }))).toBe('invalid_redirect_uri');
    expect(await verdict(update(id, token, {}, { forbiddenMembers: ['client_id_issued_at'] }))).toBe('invalid_request');
    expect((await read(id, token)).client).toEqual(client);
  });
  test('the present secret may be sent back, another may not', async () => {
    const { id, secret, token } = await registered();
    const forbiddenMembers = ['client_secret'];
    expect(await verdict(update(id, token, {}, { forbiddenMembers, clientSecret: 'another-one' }))).toBe(
      'invalid_request',
    );
    expect(await verdict(update(id, token, {}, { forbiddenMembers, clientSecret: secret }))).toBe('ok');
  });
  test('of twenty updates at once with one token, one wins whole', async () => {
    const { id, token } = await registered();
    const all = await Promise.all(
      Array.from({ length: 20 }, (_, i) => verdict(update(id, token, { clientName: String(i) }))),
    );
    expect([...all].sort()).toEqual([...Array<string>(19).fill('invalid_token'), 'ok']);
  });
  test('what the operator said stays, and the operator’s changes leave the token alive', async () => {
    const { id, client, token } = await registered();
    const said = { ...client, skipConsent: true, metadataJson: Buffer.from('{"tier":1}'), accessTokenStrategy: 'jwt' };
    await service.rooms.clientHandlers.setClient({ client: said, clientSecret: '', ifVersion: 0 }, call);
    const { client: after } = await update(id, token, { clientName: 'n' });
    expect(after).toMatchObject({ skipConsent: true, accessTokenStrategy: 'jwt', dynamicallyRegistered: true });
    expect(after?.metadataJson.toString()).toBe('{"tier":1}');
  });
  test('a deleted client is gone with all its tokens, and its registration token with it', async () => {
    const { id, secret, token } = await registered({ grantTypes: ['authorization_code', 'refresh_token'] });
    const user = await service.redeemed(id, service.basic(id, secret));
    await remove(id, token);
    expect(await service.active(user.accessToken)).toBe(false);
    expect(await service.active(user.refreshToken)).toBe(false);
    expect(await verdict(remove(id, token))).toBe('invalid_token');
    expect(await verdict(read(id, token))).toBe('invalid_token');
  });
});

describe('who may', () => {
  test('nobody while it is off, not even those who hold a token', async () => {
    const { id, token } = await registered();
    const off = await start(undefined);
    try {
      expect(await verdict(register({}, { of: off }))).toBe('not_found');
      const request = { clientId: id, registrationAccessToken: token };
      expect(await verdict(handlers(off).readRegistration(request, call))).toBe('not_found');
      expect(await verdict(handlers(off).deleteRegistration(request, call))).toBe('not_found');
    } finally {
      await off.close();
    }
  });
  test('those with an initial access token, once there is one', async () => {
    const tokens = ['an-initial-token-of-old', 'the-initial-token-of-today'];
    const guarded = await start({ ...registration, initialAccessTokens: tokens });
    try {
      for (const authorization of [
        '',
        'Bearer',
        'Bearer wrong',
        `Basic ${tokens[0] ?? ''}`,
        `Bearer ${tokens[0] ?? ''}x`,
      ]) {
        expect(await verdict(register({}, { of: guarded, authorization }))).toBe('invalid_token');
      }
      for (const token of tokens) {
        expect(await verdict(register({}, { of: guarded, authorization: `bearer ${token}` }))).toBe('ok');
      }
    } finally {
      await guarded.close();
    }
  });
  test('as Hydra has it, of any grant type', async () => {
    const hydra = await start({ ...registration, grantTypes: undefined, hydraCompat: true });
    try {
      const grantTypes = ['client_credentials'];
      expect(await verdict(register({ grantTypes, redirectUris: [] }, { of: hydra }))).toBe('ok');
      expect(await verdict(register({}, { of: hydra, forbiddenMembers: ['metadata'] }))).toBe(
        'invalid_client_metadata',
      );
      const secretToo = { of: hydra, forbiddenMembers: ['client_secret'] };
      expect(await verdict(register({}, secretToo))).toBe('invalid_request');
      const { registrationAccessToken, client } = await register({}, { of: hydra });
      const own = update(client?.clientId ?? '', registrationAccessToken, {}, { ...secretToo, clientSecret: 'x' });
      expect(await verdict(own)).toBe('request_forbidden');
    } finally {
      await hydra.close();
    }
  });
});
