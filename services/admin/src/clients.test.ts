// The clients API over real HTTP and gRPC, before a token service that keeps clients in a map.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { OAuthError } from '@cardea/oauth';
import { clientV1 } from '@cardea/rpc';
import type { StartedAdmin } from './admin.fixture.js';
import { startAdmin } from './admin.fixture.js';

let admin: StartedAdmin;
const stored = new Map<string, { client: clientV1.Client; version: number; secret: string }>();
/** Runs between the read and the write of a change. */
let meanwhile: (() => void) | undefined;
const revoked: string[] = [];
let listed: clientV1.ListClientsRequest | undefined;

const missing = () => new OAuthError('not_found', 'Unable to locate the resource');

beforeAll(async () => {
  admin = await startAdmin(
    {
      clients: {
        createClient: async ({ client, clientSecret }) => {
          const given = client ?? clientV1.Client.create({});
          const clientId = given.clientId === '' ? 'generated' : given.clientId;
          if (stored.has(clientId)) throw new OAuthError('conflict');
          const kept = { ...given, clientId, createdAt: new Date(0), updatedAt: new Date(1) };
          const secret =
            given.tokenEndpointAuthMethod === 'none' ? '' : clientSecret === '' ? 'made-for-you' : clientSecret;
          stored.set(clientId, { client: kept, version: 1, secret });
          return { client: kept, clientSecret: secret, registrationAccessToken: 'rat' };
        },
        getClient: async ({ clientId }) => {
          const found = stored.get(clientId);
          if (found === undefined) throw missing();
          const answer = { client: found.client, version: found.version };
          meanwhile?.();
          return answer;
        },
        listClients: async (request) => {
          listed = request;
          return {
            clients: [...stored.values()].map(({ client }) => client),
            nextPageToken: request.pageToken === '' ? 'next/1' : '',
            firstPageToken: 'first',
          };
        },
        setClient: async ({ client, clientSecret, ifVersion }) => {
          const found = stored.get(client?.clientId ?? '');
          if (found === undefined || client === undefined) throw missing();
          if (client.redirectUris.includes('bad')) throw new OAuthError('invalid_redirect_uri');
          if (ifVersion !== 0 && ifVersion !== found.version) throw new OAuthError('conflict');
          stored.set(client.clientId, {
            client,
            version: found.version + 1,
            secret: clientSecret === '' ? found.secret : clientSecret,
          });
          return { client };
        },
        setClientLifespans: async ({ clientId, lifespans }) => {
          const found = stored.get(clientId);
          if (found === undefined) throw missing();
          const client = { ...found.client, lifespans };
          stored.set(clientId, { ...found, client });
          return { client };
        },
        rotateClientSecret: async ({ clientId }) => {
          const found = stored.get(clientId);
          if (found === undefined) throw missing();
          return { client: found.client, clientSecret: 'the-next' };
        },
        dropRotatedClientSecrets: async ({ clientId }) => {
          const found = stored.get(clientId);
          if (found === undefined) throw missing();
          return { client: found.client };
        },
        revokeClientTokens: async ({ clientId }) => {
          revoked.push(clientId);
          return {};
        },
        deleteClient: async ({ clientId }) => {
          if (!stored.delete(clientId)) throw missing();
          return {};
        },
      },
    },
    { URLS_SELF_ISSUER: 'https://as.test/' },
  );
});
afterAll(() => admin.stop());
beforeEach(() => {
  stored.clear();
  meanwhile = undefined;
});

const notFound = { error: 'Unable to locate the resource', error_description: '', error_id: expect.any(String) };
const malformed = {
  error: 'The request was malformed or contained invalid parameters',
  error_description: expect.stringMatching(/^Unable to /),
  error_id: expect.any(String),
};

describe('creating', () => {
  test('answers 201, where it is, and the secret this once', async () => {
    const answer = await admin.call('POST', '/admin/clients', { client_name: 'n', scope: 'a b' });
    expect(answer.status).toBe(201);
    expect(answer.headers.get('location')).toBe('/admin/clients/generated');
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(answer.json).toMatchObject({
      client_id: 'generated',
      client_name: 'n',
      scope: 'a b',
      client_secret: 'made-for-you',
      redirect_uris: null,
      registration_access_token: 'rat',
      registration_client_uri: 'https://as.test/oauth2/register/generated',
      created_at: '1970-01-01T00:00:00Z',
      updated_at: '1970-01-01T00:00:00.001Z',
    });
    expect(JSON.stringify((await admin.call('GET', '/admin/clients/generated')).json)).not.toMatch(
      /secret"|made-for-you|rat"/,
    );
  });

  test('a public client has no secret', async () => {
    const answer = await admin.call('POST', '/clients', { token_endpoint_auth_method: 'none' });
    expect([answer.status, answer.json]).toEqual([
      201,
      expect.not.objectContaining({ client_secret: expect.anything() }),
    ]);
  });

  test('any id can be asked for again under its location', async () => {
    const answer = await admin.call('POST', '/admin/clients', { client_id: 'a/b c%d?' });
    const location = answer.headers.get('location') ?? '';
    expect(location).toBe('/admin/clients/a%2Fb%20c%25d%3F');
    expect((await admin.call('GET', location)).json).toMatchObject({ client_id: 'a/b c%d?' });
  });

  test('a taken id is 409', async () => {
    await admin.call('POST', '/admin/clients', { client_id: 'x' });
    const answer = await admin.call('POST', '/admin/clients', { client_id: 'x' });
    expect([answer.status, answer.json]).toEqual([
      409,
      {
        error: 'Unable to insert or update resource because a resource with that value exists already',
        error_description: '',
        error_id: expect.any(String),
      },
    ]);
  });

  test.each<[string, unknown]>([
    ['bad JSON', '{'],
    ['nothing', ''],
    ['an array', []],
    ['a form', 'client_name=x'],
    ['a wrong type', { redirect_uris: 'x' }],
  ])('%s is 400', async (_name, body) => {
    const answer = await admin.call('POST', '/admin/clients', body);
    expect([answer.status, answer.json]).toEqual([400, malformed]);
    expect(answer.headers.get('content-type')).toBe('application/json');
    expect(stored.size).toBe(0);
  });

  test('more than a mebibyte is 413', async () => {
    expect((await admin.call('POST', '/admin/clients', { client_name: 'x'.repeat(1024 * 1024) })).status).toBe(413);
  });

  test('pages of other sites cannot', async () => {
    const answer = await admin.call('POST', '/admin/clients', {}, { 'sec-fetch-site': 'cross-site' });
    expect([answer.status, stored.size]).toEqual([403, 0]);
    expect((await admin.call('POST', '/admin/clients', {}, { 'sec-fetch-site': 'same-origin' })).status).toBe(201);
  });
});

describe('reading', () => {
  test.each(['GET', 'PUT', 'PATCH', 'DELETE'])('%s of an unknown one is 404', async (method) => {
    const body = method === 'PUT' ? {} : method === 'PATCH' ? [] : undefined;
    const answer = await admin.call(method, '/admin/clients/nobody', body);
    expect([answer.status, answer.json]).toEqual([404, notFound]);
  });

  test('lists pass filters and pages, and link to the next', async () => {
    await admin.call('POST', '/admin/clients', { client_id: 'x' });
    const answer = await admin.call('GET', '/admin/clients?page_size=1000&owner=o&client_name=n');
    expect(listed).toEqual({ pageSize: 500, pageToken: '', clientName: 'n', owner: 'o' });
    expect(answer.headers.get('link')).toBe(
      '</admin/clients?client_name=n&owner=o&page_size=500&page_token=first>; rel="first",' +
        '</admin/clients?client_name=n&owner=o&page_size=500&page_token=next%2F1>; rel="next"',
    );
    expect(answer.json).toEqual([expect.objectContaining({ client_id: 'x', redirect_uris: [] })]);
    await admin.call('GET', '/clients/?page_token=next%2F1');
    expect(listed).toEqual({ pageSize: 100, pageToken: 'next/1', clientName: '', owner: '' });
  });

  test('an empty list is []', async () => {
    expect((await admin.call('GET', '/admin/clients')).text).toBe('[]\n');
  });

  test('a bad page size is 400', async () => {
    expect((await admin.call('GET', '/admin/clients?page_size=many')).status).toBe(400);
  });
});

describe('replacing', () => {
  test('the path names the client, whatever the body says', async () => {
    await admin.call('POST', '/admin/clients', { client_id: 'x', client_name: 'old', owner: 'o' });
    const answer = await admin.call('PUT', '/admin/clients/x', { client_id: 'y', client_name: 'new' });
    expect([answer.status, answer.json]).toEqual([
      200,
      expect.objectContaining({ client_id: 'x', client_name: 'new', owner: '', contacts: null }),
    ]);
    expect(answer.json).not.toHaveProperty('client_secret');
    expect(stored.get('x')?.secret).toBe('made-for-you');
    expect(stored.has('y')).toBe(false);
  });

  test('a new secret is told back', async () => {
    await admin.call('POST', '/admin/clients', { client_id: 'x' });
    const answer = await admin.call('PUT', '/admin/clients/x', { client_secret: 'chosen' });
    expect(answer.json).toMatchObject({ client_secret: 'chosen' });
    expect(stored.get('x')?.secret).toBe('chosen');
  });

  test('deleting is 204 and then 404', async () => {
    await admin.call('POST', '/admin/clients', { client_id: 'x' });
    expect([
      (await admin.call('DELETE', '/admin/clients/x')).status,
      (await admin.call('DELETE', '/admin/clients/x')).status,
    ]).toEqual([204, 404]);
  });
});

describe('changing', () => {
  const named = { op: 'replace', path: '/client_name', value: 'patched' };
  beforeEach(async () => {
    await admin.call('POST', '/admin/clients', {
      client_id: 'x',
      redirect_uris: ['https://a.test'],
      metadata: { a: 1 },
    });
  });

  test('a patch changes what it says and keeps the rest, the secret too', async () => {
    const operations = [
      named,
      { op: 'add', path: '/redirect_uris/-', value: 'https://b.test' },
      { op: 'add', path: '/post_logout_redirect_uris/-', value: 'https://a.test/out' },
      { op: 'add', path: '/metadata/b', value: { c: true } },
      { op: 'add', path: '/client_credentials_grant_access_token_lifespan', value: '90m' },
    ];
    const answer = await admin.call('PATCH', '/admin/clients/x', operations);
    expect([answer.status, answer.json]).toEqual([
      200,
      expect.objectContaining({
        client_name: 'patched',
        redirect_uris: ['https://a.test', 'https://b.test'],
        post_logout_redirect_uris: ['https://a.test/out'],
        metadata: { a: 1, b: { c: true } },
        client_credentials_grant_access_token_lifespan: '1h30m0s',
        contacts: [],
      }),
    ]);
    expect(answer.json).not.toHaveProperty('client_secret');
    expect(stored.get('x')?.secret).toBe('made-for-you');
  });

  test('a secret can be patched and is told back', async () => {
    const answer = await admin.call('PATCH', '/admin/clients/x', [
      { op: 'add', path: '/client_secret', value: 'chosen' },
    ]);
    expect(answer.json).toMatchObject({ client_secret: 'chosen' });
    expect(stored.get('x')?.secret).toBe('chosen');
  });

  test.each<[string, unknown]>([
    ['bad JSON', '['],
    ['no array', {}],
    ['the id', [{ op: 'replace', path: '/client_id', value: 'y' }]],
    ['test', [{ op: 'test', path: '/client_name', value: '' }]],
    ['a missing member', [{ op: 'remove', path: '/nothing/there' }]],
    ['a wrong type', [{ op: 'replace', path: '/redirect_uris', value: 7 }]],
    ['unacceptable metadata', [{ op: 'add', path: '/redirect_uris/-', value: 'bad' }]],
    ['A31: the hash', [{ op: 'add', path: '/client_secret_hash', value: 'x' }]],
    ['A31: the network', [{ op: 'add', path: '/nid', value: 'x' }]],
    ['A31: a prototype', [{ op: 'add', path: '/__proto__/x', value: 1 }]],
    ['A31: 10,000 copies', Array.from({ length: 10_000 }, () => ({ op: 'copy', from: '/metadata', path: '/owner' }))],
  ])('%s is 400 and changes nothing', async (_name, patch) => {
    const before = stored.get('x');
    expect((await admin.call('PATCH', '/admin/clients/x', patch)).status).toBe(400);
    expect(stored.get('x')).toBe(before);
  });

  test('nobody’s change is lost when two change at once', async () => {
    let others = 0;
    meanwhile = () => {
      const found = stored.get('x');
      if (found === undefined || others++ > 0) return;
      stored.set('x', { ...found, client: { ...found.client, owner: 'somebody else' }, version: found.version + 1 });
    };
    const answer = await admin.call('PATCH', '/admin/clients/x', [named]);
    expect(answer.json).toMatchObject({ client_name: 'patched', owner: 'somebody else' });
  });

  test('who loses every race is told so', async () => {
    meanwhile = () => {
      const found = stored.get('x');
      if (found !== undefined) stored.set('x', { ...found, version: found.version + 1 });
    };
    expect((await admin.call('PATCH', '/admin/clients/x', [named])).status).toBe(409);
  });

  test('lifespans are replaced together', async () => {
    await admin.call('PUT', '/admin/clients/x/lifespans', { implicit_grant_id_token_lifespan: '2h' });
    const answer = await admin.call('PUT', '/admin/clients/x/lifespans', {
      client_credentials_grant_access_token_lifespan: '1h',
    });
    expect(answer.json).toMatchObject({
      client_credentials_grant_access_token_lifespan: '1h0m0s',
      implicit_grant_id_token_lifespan: null,
      redirect_uris: ['https://a.test'],
    });
    expect(
      (await admin.call('PUT', '/admin/clients/x/lifespans', { implicit_grant_id_token_lifespan: '1d' })).status,
    ).toBe(400);
  });
});

describe('secrets and tokens', () => {
  const rotate = '/admin/clients/x/secrets/rotate';

  test('a rotated secret is told once, with the client', async () => {
    await admin.call('POST', '/admin/clients', { client_id: 'x', client_name: 'n' });
    const rotated = await admin.call('POST', rotate);
    expect([rotated.status, rotated.json]).toEqual([
      200,
      expect.objectContaining({ client_id: 'x', client_name: 'n', client_secret: 'the-next', redirect_uris: [] }),
    ]);
    const dropped = await admin.call('DELETE', rotate);
    expect([dropped.status, dropped.json]).toEqual([200, expect.objectContaining({ client_id: 'x' })]);
    expect(dropped.json).not.toHaveProperty('client_secret');
  });

  test.each(['POST', 'DELETE'])('%s of an unknown client is 404', async (method) => {
    const answer = await admin.call(method, rotate);
    expect([answer.status, answer.json]).toEqual([404, notFound]);
  });

  test('tokens are revoked by client, idempotently, and never of nobody', async () => {
    for (let i = 0; i < 2; i++) {
      const answer = await admin.call('DELETE', '/admin/oauth2/tokens?client_id=a%20b');
      expect([answer.status, answer.text]).toEqual([204, '']);
    }
    const without = await admin.call('DELETE', '/admin/oauth2/tokens');
    expect([without.status, without.json]).toEqual([400, expect.objectContaining({ error: 'invalid_request' })]);
    expect(revoked).toEqual(['a b', 'a b']);
  });
});
