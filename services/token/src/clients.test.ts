// Clients as operators manage them, over real PostgreSQL: what is kept, listed, refused and taken down with them.
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

const get = (clientId: string) => service.rooms.clientHandlers.getClient({ clientId }, call);
const set = (client: clientV1.Client, clientSecret = '', ifVersion = 0) =>
  service.rooms.clientHandlers.setClient({ client, clientSecret, ifVersion }, call);
const list = (request: Partial<clientV1.ListClientsRequest>) =>
  service.rooms.clientHandlers.listClients({ pageSize: 0, pageToken: '', clientName: '', owner: '', ...request }, call);

describe('create', () => {
  test('fills in defaults, makes an id and a secret, and keeps what was said', async () => {
    const created = await service.client({
      clientId: '',
      scope: '',
      metadataJson: Buffer.from('{"a":1}'),
      skipLogoutConsent: false,
      lifespans: clientV1.Lifespans.create({ authorizationCodeGrantAccessTokenMillis: 60_000 }),
    });
    expect(created.client!.clientId).toMatch(/^[0-9a-f-]{36}$/);
    expect(created.clientSecret).toHaveLength(26);
    expect(created.registrationAccessToken).toMatch(/^ory_at_/);
    const { client, version } = await get(created.client!.clientId);
    expect(version).toBe(1);
    expect(client).toEqual(created.client);
    expect(client).toMatchObject({
      scope: 'offline_access offline openid',
      tokenEndpointAuthMethod: 'client_secret_basic',
      subjectType: 'public',
      skipLogoutConsent: false,
      lifespans: { authorizationCodeGrantAccessTokenMillis: 60_000 },
    });
    expect(client!.createdAt!.getTime() % 1000).toBe(0);
    expect(client!.metadataJson.toString()).toBe('{"a":1}');
  });
  test('gives a public client no secret', async () => {
    expect((await service.client({ tokenEndpointAuthMethod: 'none' })).clientSecret).toBe('');
  });
  test('stores no secret, only hashes', async () => {
    await service.client({ clientId: 'chosen' }, 'a chosen secret');
    const { clientSecret } = await service.client({ clientId: 'made' });
    const { rows } = await service.database.pool.query('SELECT * FROM cardea.client ORDER BY id');
    expect(rows.map(({ secret_hashes: [hash] }) => hash as string)).toEqual([
      expect.stringMatching(/^\$pbkdf2-sha256\$i=25000,l=32\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/),
      expect.stringMatching(/^\$hmac-sha256\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/),
    ]);
    expect(JSON.stringify(rows)).not.toContain(clientSecret);
  });
  test('refuses a taken id, bad metadata and bad secrets', async () => {
    await service.client({ clientId: 'taken' });
    expect(await verdict(service.client({ clientId: 'taken' }))).toBe('conflict');
    expect(await verdict(service.client({ redirectUris: ['https://a.example/#'] }))).toBe('invalid_redirect_uri');
    expect(await verdict(service.client({ logoUri: 'data:x' }))).toBe('invalid_client_metadata');
    expect(await verdict(service.client({}, 'short'))).toBe('invalid_client_metadata');
    expect(await verdict(service.client({}, 'x'.repeat(1025)))).toBe('invalid_client_metadata');
  });
});

describe('set', () => {
  test('replaces everything but the secret and the day of creation', async () => {
    const { client, clientSecret } = await service.client({ clientId: 'app', clientName: 'before', owner: 'me' });
    await set(clientV1.Client.create({ clientId: 'app', clientName: 'after', grantTypes: ['client_credentials'] }));
    const after = await get('app');
    expect(after.version).toBe(2);
    expect(after.client).toMatchObject({
      clientName: 'after',
      owner: '',
      redirectUris: [],
      createdAt: client!.createdAt,
    });
    const form = { grant_type: 'client_credentials' };
    expect(await verdict(service.token(form, service.basic('app', clientSecret)))).toBe('ok');
  });
  test('by the version it was read at, or not at all', async () => {
    const { client } = await service.client({ clientId: 'app' });
    expect(await verdict(set(client!, '', 1))).toBe('ok');
    expect(await verdict(set(client!, '', 1))).toBe('conflict');
    expect(await verdict(set(client!, '', 2))).toBe('ok');
    expect(await verdict(set({ ...client!, clientId: 'nobody' }))).toBe('not_found');
  });
});

test('A32: of twenty changes at once, one stays and stays whole', async () => {
  await service.client({ clientId: 'app' });
  const change = (i: number) =>
    set(clientV1.Client.create({ clientId: 'app', clientName: `n${String(i)}`, owner: `o${String(i)}` }));
  await Promise.all(Array.from({ length: 20 }, (_, i) => change(i)));
  const { client, version } = await get('app');
  expect(version).toBe(21);
  expect(client?.owner).toBe(client?.clientName.replace('n', 'o'));
});

describe('list', () => {
  test('pages in the order of ids, each client once', async () => {
    for (const id of ['c', 'a', 'e', 'b', 'd']) await service.client({ clientId: id, owner: id < 'c' ? 'x' : 'y' });
    const seen: string[] = [];
    let pageToken = '';
    do {
      const page = await list({ pageSize: 2, pageToken });
      seen.push(...page.clients.map(({ clientId }) => clientId));
      pageToken = page.nextPageToken;
    } while (pageToken !== '');
    expect(seen).toEqual(['a', 'b', 'c', 'd', 'e']);
    const again = await list({ pageSize: 2, pageToken: (await list({})).firstPageToken });
    expect(again.clients.map(({ clientId }) => clientId)).toEqual(['a', 'b']);
    expect((await list({ owner: 'x' })).clients).toHaveLength(2);
    expect((await list({ clientName: 'nobody' })).clients).toHaveLength(0);
    expect((await list({ pageSize: 5 })).nextPageToken).toBe('');
  });
  test('refuses page tokens it did not make, or made long ago', async () => {
    for (const id of ['a', 'b']) await service.client({ clientId: id });
    const { nextPageToken } = await list({ pageSize: 1 });
    expect(await verdict(list({ pageToken: `${nextPageToken}x` }))).toBe('invalid_request');
    expect(await verdict(list({ pageToken: 'b' }))).toBe('invalid_request');
    service.clock.millis += 3_600_000;
    expect(await verdict(list({ pageToken: nextPageToken }))).toBe('invalid_request');
    service.clock.millis -= 3_600_000;
  });
});

describe('delete', () => {
  test('takes all tokens, codes and grants with it', async () => {
    const { clientSecret } = await service.client({ clientId: 'app' });
    const auth = service.basic('app', clientSecret);
    const user = await service.redeemed('app', auth);
    const machine = await service.token({ grant_type: 'client_credentials' }, auth);
    await service.rooms.clientHandlers.deleteClient({ clientId: 'app' }, call);
    for (const text of [user.accessToken, user.refreshToken, machine.accessToken])
      expect(await service.active(text)).toBe(false);
    expect(await verdict(service.token({ grant_type: 'client_credentials' }, auth))).toBe('invalid_client');
    expect(await verdict(service.rooms.clientHandlers.deleteClient({ clientId: 'app' }, call))).toBe('not_found');
    const { rows } = await service.database.pool.query('SELECT 1 FROM cardea.access_token');
    expect(rows).toHaveLength(0);
  });
  test.each(['nobody', 'a\0b'])('%j is not found', async (clientId) => {
    expect(await verdict(service.rooms.clientHandlers.deleteClient({ clientId }, call))).toBe('not_found');
    expect(await verdict(get(clientId))).toBe('not_found');
  });
  test('a token that slipped in while its client went away is dead, and a namesake does not revive it', async () => {
    const { clientSecret } = await service.client({ clientId: 'app' });
    const machine = await service.token({ grant_type: 'client_credentials' }, service.basic('app', clientSecret));
    await service.database.pool.query("DELETE FROM cardea.client WHERE id = 'app'");
    service.resolver.forget('app');
    expect(await service.active(machine.accessToken)).toBe(false);
    await service.client({ clientId: 'app' });
    await service.database.pool.query("UPDATE cardea.client SET created_at = created_at + interval '5 min'");
    service.resolver.forget('app');
    expect(await service.active(machine.accessToken)).toBe(false);
  });
});

test('a change made elsewhere is heard within moments', async () => {
  await service.client({ clientId: 'app', tokenEndpointAuthMethod: 'none', grantTypes: ['refresh_token'] });
  const form = { grant_type: 'refresh_token', refresh_token: 'x', client_id: 'app' };
  expect(await verdict(service.token(form))).toBe('invalid_grant');
  await service.database.pool.query("DELETE FROM cardea.client WHERE id = 'app'");
  const until = Date.now() + 2_000;
  while ((await verdict(service.token(form))) !== 'invalid_client' && Date.now() < until)
    await new Promise((resolve) => setTimeout(resolve, 5));
  expect(await verdict(service.token(form))).toBe('invalid_client');
});
