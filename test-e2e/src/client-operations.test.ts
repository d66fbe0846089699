// Everything Hydra's SDKs can do with clients, with every member, and the rows of hydra-wire §13 that are about clients.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { OAuth2Client } from '@ory/hydra-client';
import { Configuration, OAuth2Api } from '@ory/hydra-client';
import { Configuration as FetchConfiguration, OAuth2Api as FetchApi } from '@ory/hydra-client-fetch';
import { callback } from './clients.js';
import type { Demo } from './demo.js';
import { joinDemo } from './demo.js';
import { watchAxios } from './openapi.js';

let demo: Demo;
let axios: OAuth2Api;
let fetching: FetchApi;

beforeAll(async () => {
  demo = await joinDemo();
  axios = new OAuth2Api(new Configuration({ basePath: demo.admin }));
  await watchAxios(axios, demo);
  fetching = new FetchApi(new FetchConfiguration({ basePath: demo.admin }));
}, 150_000);
afterAll(() => demo.stop());

/** A client that says everything a client can say. */
const full: OAuth2Client = {
  client_name: 'Everything',
  redirect_uris: [callback, 'com.example.app:/cb'],
  grant_types: ['authorization_code', 'refresh_token', 'client_credentials', 'implicit'],
  response_types: ['code', 'code id_token'],
  scope: 'openid offline read',
  audience: ['https://api.test'],
  owner: 'me',
  policy_uri: 'https://rp.test/policy',
  tos_uri: 'https://rp.test/tos',
  client_uri: 'https://rp.test',
  logo_uri: 'https://rp.test/logo.png',
  allowed_cors_origins: ['https://rp.test'],
  contacts: ['a@rp.test'],
  subject_type: 'public',
  jwks: {
    keys: [
      {
        kty: 'OKP',
        crv: 'Ed25519',
        x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
        kid: 'k',
        use: 'sig',
        alg: 'EdDSA',
      },
    ],
  },
  token_endpoint_auth_method: 'client_secret_post',
  token_endpoint_auth_signing_alg: 'ES256',
  request_object_signing_alg: 'ES256',
  userinfo_signed_response_alg: 'RS256',
  frontchannel_logout_uri: 'https://rp.test/front',
  frontchannel_logout_session_required: true,
  backchannel_logout_uri: 'https://rp.test/back',
  backchannel_logout_session_required: true,
  post_logout_redirect_uris: [new URL('/bye', callback).href],
  request_uris: ['https://rp.test/request'],
  metadata: { tier: 1, nested: { list: [1, null] } },
  access_token_strategy: 'opaque',
  skip_consent: true,
  skip_logout_consent: true,
  authorization_code_grant_access_token_lifespan: '1h30m0s',
  client_credentials_grant_access_token_lifespan: '5m0s',
};

const create = async (oAuth2Client: OAuth2Client = {}) => (await axios.createOAuth2Client({ oAuth2Client })).data;
const idOf = ({ client_id: id = '' }: { client_id?: string }) => id;
const machine = { grant_types: ['client_credentials'], token_endpoint_auth_method: 'client_secret_post' };
const token = async (client_id: string, client_secret = '') => {
  const body = new URLSearchParams({ grant_type: 'client_credentials', client_id, client_secret });
  const response = await fetch(`${demo.public}/oauth2/token`, { method: 'POST', body });
  return { status: response.status, ...((await response.json()) as { access_token?: string; expires_in?: number }) };
};
const raw = (method: string, path: string, body?: unknown) =>
  fetch(`${demo.admin}${path}`, { method, ...(body !== undefined && { body: JSON.stringify(body) }) });

/** Younger than the SDK. */
const rotate = async (id: string) => {
  const answer = await raw('POST', `/admin/clients/${id}/secrets/rotate`);
  return ((await answer.json()) as { client_secret?: string }).client_secret;
};

describe('every member', () => {
  test('goes through @ory/hydra-client and back, at create, read, replace and patch', async () => {
    const created = await create(full);
    expect(created).toMatchObject(full);
    const id = idOf(created);
    const { data: read } = await axios.getOAuth2Client({ id });
    expect(read).toMatchObject(full);
    expect((await axios.setOAuth2Client({ id, oAuth2Client: read })).data).toMatchObject(full);
    const jsonPatch = [{ op: 'replace', path: '/client_name', value: 'Patched' }];
    expect((await axios.patchOAuth2Client({ id, jsonPatch })).data).toMatchObject({ ...full, client_name: 'Patched' });
  });
  test('goes through @ory/hydra-client-fetch and back', async () => {
    const created = await fetching.createOAuth2Client({ oAuth2Client: full as object });
    expect(created).toMatchObject(full);
    const id = idOf(created);
    const read = await fetching.getOAuth2Client({ id });
    expect(read).toMatchObject(full);
    expect(await fetching.setOAuth2Client({ id, oAuth2Client: read })).toMatchObject(full);
  });
});

describe('operations', () => {
  test('lifespans are replaced together, and tokens follow', async () => {
    const { client_id: id = '', client_secret: secret } = await create(machine);
    const set = (oAuth2ClientTokenLifespans: object) =>
      axios.setOAuth2ClientLifespans({ id, oAuth2ClientTokenLifespans });
    await set({ client_credentials_grant_access_token_lifespan: '2m' });
    expect((await token(id, secret)).expires_in).toBe(120);
    const { data } = await set({ implicit_grant_id_token_lifespan: '1h' });
    expect(data.client_credentials_grant_access_token_lifespan).toBeNull();
    expect((await token(id, secret)).expires_in).not.toBe(120);
  });
  test('secrets rotate while former ones work, until they are dropped', async () => {
    const { client_id: id = '', client_secret: first } = await create(machine);
    const second = await rotate(id);
    expect([(await token(id, first)).status, (await token(id, second)).status]).toEqual([200, 200]);
    expect((await raw('DELETE', `/admin/clients/${id}/secrets/rotate`)).status).toBe(200);
    expect([(await token(id, first)).status, (await token(id, second)).status]).toEqual([401, 200]);
  });
  test('access tokens of a client are deleted together', async () => {
    const { client_id: clientId = '', client_secret: secret } = await create(machine);
    const { access_token: accessToken = '' } = await token(clientId, secret);
    expect((await axios.introspectOAuth2Token({ token: accessToken })).data.active).toBe(true);
    expect((await axios.deleteOAuth2Token({ clientId })).status).toBe(204);
    expect((await axios.introspectOAuth2Token({ token: accessToken })).data).toEqual({ active: false });
  });
});

describe('hydra-wire §13', () => {
  const rows: [string, () => Promise<void>][] = [
    [
      'row 2: an unknown client is 404 with its text',
      async () => {
        const answer = await raw('GET', '/admin/clients/nobody');
        expect([answer.status, await answer.json()]).toEqual([
          404,
          { error: 'Unable to locate the resource', error_description: '', error_id: expect.any(String) },
        ]);
      },
    ],
    [
      'row 8: unknown members are passed over',
      async () =>
        expect(await create({ member_of_the_future: 1 } as OAuth2Client)).not.toHaveProperty('member_of_the_future'),
    ],
    [
      'row 9: a secret is told at create, PUT, PATCH and rotate, and never otherwise',
      async () => {
        const created = await create({ token_endpoint_auth_method: 'client_secret_post' });
        const id = idOf(created);
        expect(created.client_secret).toHaveLength(26);
        const put = (oAuth2Client: OAuth2Client) => axios.setOAuth2Client({ id, oAuth2Client });
        expect((await put({ client_secret: 'put-put-put' })).data.client_secret).toBe('put-put-put');
        expect((await put({})).data.client_secret).toBeUndefined();
        const jsonPatch = [{ op: 'add', path: '/client_secret', value: 'patch-patch' }];
        expect((await axios.patchOAuth2Client({ id, jsonPatch })).data.client_secret).toBe('patch-patch');
        expect(await rotate(id)).toHaveLength(26);
        expect((await axios.getOAuth2Client({ id })).data.client_secret).toBeUndefined();
        expect((await create({ token_endpoint_auth_method: 'none' })).client_secret).toBeUndefined();
      },
    ],
    [
      'row 10: lists not sent are null at first and empty afterwards; no clients are []',
      async () => {
        const created = await create({});
        expect([created.redirect_uris, created.audience]).toEqual([null, []]);
        expect((await axios.getOAuth2Client({ id: idOf(created) })).data.redirect_uris).toEqual([]);
        expect((await axios.listOAuth2Clients({ owner: 'nobody at all' })).data).toEqual([]);
      },
    ],
    [
      'row 11: pages are linked, and counted nowhere',
      async () => {
        await create({ owner: 'row 11' });
        const answer = await raw('GET', '/admin/clients?page_size=1&owner=row+11');
        expect(answer.headers.get('link')).toMatch(
          /^<\/admin\/clients\?owner=row\+11&page_size=1&page_token=[^&>]+>; rel="first"/,
        );
        expect(answer.headers.get('x-total-count')).toBeNull();
      },
    ],
    [
      'row 22: Location of a new client',
      async () => {
        const answer = await raw('POST', '/admin/clients', { client_id: `row-22-${String(Date.now())}` });
        expect(answer.headers.get('location')).toMatch(/^\/admin\/clients\/row-22-\d+$/);
      },
    ],
    [
      'row 27: deleting an unknown client is 404, tokens of one 204',
      async () => {
        expect((await raw('DELETE', '/admin/clients/nobody')).status).toBe(404);
        expect((await raw('DELETE', '/admin/oauth2/tokens?client_id=nobody')).status).toBe(204);
      },
    ],
    [
      'row 34: the prefix /admin may be left out',
      async () => expect((await raw('GET', `/clients/${idOf(await create({}))}`)).status).toBe(200),
    ],
    [
      'row 38: PUT takes the id of the path, and lifespans not sent are reset',
      async () => {
        const id = idOf(await create({ implicit_grant_id_token_lifespan: '1h' }));
        const { data } = await axios.setOAuth2Client({ id, oAuth2Client: { client_id: 'other' } });
        expect(data).toMatchObject({ client_id: id, implicit_grant_id_token_lifespan: null });
      },
    ],
    [
      'row 39: ids from outside may have any characters, and Location leads to them',
      async () => {
        const id = `row 39/ü%?#+${String(Date.now())}`;
        const made = await raw('POST', '/admin/clients', { client_id: id });
        expect(made.status).toBe(201);
        const read = await raw('GET', made.headers.get('location') ?? '');
        expect(await read.json()).toMatchObject({ client_id: id });
      },
    ],
    [
      'row 45: a chosen secret has at least six characters',
      async () => {
        expect((await raw('POST', '/admin/clients', { client_secret: '12345' })).status).toBe(400);
        expect(await create({ client_secret: '123456' })).toMatchObject({ client_secret: '123456' });
      },
    ],
  ];
  test.each(rows)('%s', (_name, walk) => walk());
});

describe('lists', () => {
  test.each([1, 2, 500])('by pages of %d end, with each client once', async (pageSize) => {
    const owner = `walk-${String(pageSize)}-${String(Date.now())}`;
    const made = await Promise.all(Array.from({ length: 5 }, () => create({ owner })));
    const seen: string[] = [];
    let path: string | undefined = `/admin/clients?owner=${owner}&page_size=${String(pageSize)}`;
    for (let pages = 0; path !== undefined && pages < 10; pages++) {
      const answer: Response = await raw('GET', path);
      seen.push(...((await answer.json()) as { client_id: string }[]).map(idOf));
      path = /<([^>]+)>; rel="next"/.exec(answer.headers.get('link') ?? '')?.[1];
    }
    expect(path).toBeUndefined();
    expect([...seen].sort()).toEqual(made.map(idOf).sort());
  });
  test.each<[string, string]>([
    ['a word', 'page_size=x'],
    ['an exponent', 'page_size=1e3'],
    ['a made-up token', 'page_token=x'],
    ['a number for a token', 'page_token=0'],
    ['a long token', `page_token=${'x'.repeat(9_000)}`],
  ])('%s is the caller’s fault', async (_name, query) =>
    expect((await raw('GET', `/admin/clients?${query}`)).status).toBe(400),
  );
  test.each(['page_size=-1', 'page_size=0', 'page_size=999999999999', 'limit=-1&offset=-5'])(
    '%s is a page',
    async (query) => expect((await raw('GET', `/admin/clients?${query}`)).status).toBe(200),
  );
});

describe('PATCH', () => {
  const kinds: [string, OAuth2Client][] = [
    ['a client with jwks_uri', { jwks_uri: 'https://rp.test/jwks', token_endpoint_auth_method: 'private_key_jwt' }],
    ['a public client', { token_endpoint_auth_method: 'none' }],
    ['a client that says everything', full],
  ];
  test.each(kinds)('of one member of %s changes that one', async (_name, metadata) => {
    const id = idOf(await create(metadata));
    const { data: before } = await axios.getOAuth2Client({ id });
    const { data: after } = await axios.patchOAuth2Client({
      id,
      jsonPatch: [{ op: 'replace', path: '/owner', value: 'patched' }],
    });
    expect(after).toEqual({ ...before, owner: 'patched', updated_at: after.updated_at });
  });
});
