// Rows of the checklist about answers: errors, bodies, headers, lists and addresses.
import { expect } from '@jest/globals';
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import type { ChecklistRow } from './checklist-world.js';
import { basic, callback } from './clients.js';

const nobody = '00000000-0000-4000-8000-000000000000';
const trustPath = '/admin/trust/grants/jwt-bearer/issuers';
const form = (fields: Record<string, string>) => new URLSearchParams(fields);

const trust = () => ({
  issuer: `https://${randomUUID()}.test`,
  subject: 'somebody',
  scope: ['read'],
  expires_at: '2099-01-01T00:00:00Z',
  jwk: {
    ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' }),
    ...{ kid: randomUUID(), alg: 'ES256', use: 'sig' },
  },
});

/** A client that says as little as can be. */
const bare = async ({ admin, read }: Parameters<ChecklistRow[2]>[0], members: object = {}) => {
  const [status, client] = await read(admin('POST', '/admin/clients', members));
  expect(status).toBe(201);
  return { client, path: `/admin/clients/${String(client['client_id'])}` };
};

export const answerRows: readonly ChecklistRow[] = [
  [
    1,
    'an error has error and error_description on both APIs, nothing else, and an id to find it by in a header',
    async (world) => {
      for (const answer of [
        world.admin('GET', '/admin/clients/nobody'),
        world.admin('GET', '/admin/oauth2/auth/requests/login'),
        world.public('POST', '/oauth2/token', { body: form({ grant_type: 'nothing' }) }),
        world.public('GET', '/userinfo'),
      ]) {
        const [status, body] = await world.read(answer);
        expect(status).toBeGreaterThanOrEqual(400);
        expect(Object.keys(body).sort()).toEqual(['error', 'error_description']);
        expect((await answer).headers.get('cardea-error-id')).toMatch(/^\w{16,}$/);
      }
    },
  ],
  [
    2,
    'what is not found has Hydra’s words: clients and keys, and key sets others',
    async ({ admin, read }) => {
      const resource = { error: 'Unable to locate the resource', error_description: '' };
      expect(await read(admin('GET', '/admin/clients/nobody'))).toEqual([404, expect.objectContaining(resource)]);
      const key = await read(admin('GET', '/admin/keys/hydra.openid.id-token/nothing'));
      expect(key).toEqual([404, expect.objectContaining(resource)]);
      expect(await read(admin('GET', '/admin/keys/nothing'))).toEqual([
        404,
        expect.objectContaining({ error: 'Not Found' }),
      ]);
    },
  ],
  [
    9,
    'a secret is told at create, PUT and PATCH when it was sent, and at rotation; never to read, nor of a public client',
    async (world) => {
      const { admin, read } = world;
      const { client, path } = await bare(world);
      expect(client['client_secret']).toHaveLength(26);
      expect((await read(admin('GET', path)))[1]).not.toHaveProperty('client_secret');
      expect((await read(admin('PUT', path, {})))[1]).not.toHaveProperty('client_secret');
      expect((await read(admin('PUT', path, { client_secret: 'put put' })))[1]).toMatchObject({
        client_secret: 'put put',
      });
      const patch = [{ op: 'add', path: '/client_secret', value: 'patch patch' }];
      expect((await read(admin('PATCH', path, patch)))[1]).toMatchObject({ client_secret: 'patch patch' });
      const [, rotated] = await read(admin('POST', `${path}/secrets/rotate`));
      expect(rotated['client_secret']).toHaveLength(26);
      const open = await bare(world, { token_endpoint_auth_method: 'none' });
      expect(open.client).not.toHaveProperty('client_secret');
    },
  ],
  [
    10,
    'arrays nobody sent are null at create and [] afterwards; empty lists are []',
    async (world) => {
      const { client, path } = await bare(world);
      expect(client['redirect_uris']).toBeNull();
      expect((await world.read(world.admin('GET', path)))[1]).toMatchObject({ redirect_uris: [] });
      for (const list of ['/admin/clients?owner=nobody', `${trustPath}?issuer=https://nobody.test`]) {
        expect(await world.read(world.admin('GET', list))).toEqual([200, []]);
      }
    },
  ],
  [
    11,
    'pages are linked in a header with opaque tokens, and counted nowhere',
    async (world) => {
      const owner = randomUUID();
      await bare(world, { owner });
      await bare(world, { owner });
      const first = await world.admin('GET', `/admin/clients?owner=${owner}&page_size=1`);
      const next = /<([^>]+)>; rel="next"/.exec(first.headers.get('link') ?? '')?.[1] ?? '';
      expect(next).toContain('page_token=');
      expect(first.headers.get('x-total-count')).toBeNull();
      const second = await world.admin('GET', next);
      const [one, two] = [await first.text(), await second.text()].map((page) => JSON.parse(page) as object[]);
      expect([one?.length, two?.length]).toEqual([1, 1]);
      expect(one).not.toEqual(two);
    },
  ],
  [
    22,
    'Location of what was created: clients, registrations, trusts and keys',
    async ({ admin, public: ask, demo }) => {
      const where = async (answer: Promise<Response>) => {
        const { status, headers } = await answer;
        return `${String(status)} ${headers.get('location') ?? ''}`;
      };
      expect(await where(admin('POST', '/admin/clients', {}))).toMatch(/^201 \/admin\/clients\/[\w-]+$/);
      const body = JSON.stringify({ redirect_uris: [callback] });
      expect(await where(ask('POST', '/oauth2/register', { body }))).toMatch(/^201 \S*\/?[\w-]+$/);
      expect(await where(admin('POST', trustPath, trust()))).toMatch(
        /^201 \/trust\/grants\/jwt-bearer\/issuers\/[\w-]+$/,
      );
      const set = randomUUID();
      const key = { alg: 'ES256', use: 'sig', kid: 'a' };
      expect(await where(admin('POST', `/admin/keys/${set}`, key))).toBe(`201 ${demo.issuer}/keys/${set}`);
    },
  ],
  [
    23,
    'a key set of one’s own comes with its private halves, a single key as a set',
    async ({ admin, read }) => {
      const path = `/admin/keys/${randomUUID()}`;
      await admin('POST', path, { alg: 'ES256', use: 'sig', kid: 'a' });
      for (const at of [path, `${path}/a`]) {
        expect(await read(admin('GET', at))).toEqual([
          200,
          { keys: [expect.objectContaining({ kid: 'a', d: expect.any(String) })] },
        ]);
      }
    },
  ],
  [
    24,
    'answers are not cached: GETs of the admin API, userinfo, and all of OAuth',
    async ({ admin, public: ask, client }) => {
      const answers = [
        admin('GET', '/admin/clients'),
        ask('GET', '/userinfo'),
        ask('GET', '/.well-known/jwks.json'),
        ask('POST', '/oauth2/token', { body: form({}) }),
      ];
      for (const answer of answers) expect((await answer).headers.get('cache-control')).toContain('no-store');
      const headers = { authorization: basic(client) };
      const token = await ask('POST', '/oauth2/token', { headers, body: form({ grant_type: 'client_credentials' }) });
      expect(token.status).toBe(200);
      expect(token.headers.get('pragma')).toBe('no-cache');
    },
  ],
  [
    25,
    'content types to the letter: OAuth, admin, and errors of admin',
    async ({ admin, public: ask, client }) => {
      const type = async (answer: Promise<Response>) => (await answer).headers.get('content-type');
      const headers = { authorization: basic(client) };
      const body = form({ grant_type: 'client_credentials' });
      const oauth = 'application/json;charset=UTF-8';
      expect(await type(ask('POST', '/oauth2/token', { headers, body }))).toBe(oauth);
      expect(await type(ask('POST', '/oauth2/token', { body: form({ grant_type: 'x' }) }))).toBe(oauth);
      expect(await type(admin('GET', '/admin/clients'))).toBe('application/json; charset=utf-8');
      expect(await type(admin('GET', '/admin/clients/nobody'))).toBe('application/json');
    },
  ],
  [
    26,
    'consents of somebody unknown are [], of nobody 400',
    async ({ admin, read }) => {
      const path = '/admin/oauth2/auth/sessions/consent';
      expect(await read(admin('GET', `${path}?subject=${randomUUID()}`))).toEqual([200, []]);
      expect((await admin('GET', path)).status).toBe(400);
    },
  ],
  [
    27,
    'sessions, tokens and keys may be deleted twice; clients and trusts not',
    async ({ admin }) => {
      const status = async (path: string) => (await admin('DELETE', path)).status;
      expect(await status('/admin/oauth2/auth/sessions/login?subject=nobody')).toBe(204);
      expect(await status('/admin/oauth2/auth/sessions/consent?subject=nobody&all=true')).toBe(204);
      expect(await status('/admin/oauth2/tokens?client_id=nobody')).toBe(204);
      expect(await status('/admin/keys/nothing')).toBe(204);
      expect(await status('/admin/keys/nothing/nothing')).toBe(204);
      expect(await status('/admin/clients/nobody')).toBe(404);
      expect(await status(`${trustPath}/${nobody}`)).toBe(404);
    },
  ],
  [
    34,
    'the prefix /admin may be left out',
    async ({ admin, read, client }) =>
      expect(await read(admin('GET', `/clients/${client.client_id}`))).toEqual([
        200,
        expect.objectContaining({ client_id: client.client_id }),
      ]),
  ],
  [
    36,
    'unknown paths are 404, for browsers as a page; preflights are 204 wherever CORS is on',
    async ({ public: ask }) => {
      const nowhere = (accept: string) => ask('GET', '/nowhere', { headers: { accept } });
      const page = await nowhere('text/html');
      expect([page.status, page.headers.get('content-type')]).toEqual([404, 'text/html; charset=utf-8']);
      const json = await nowhere('application/json');
      expect([json.status, json.headers.get('content-type')]).toEqual([404, 'application/json; charset=utf-8']);
      const headers = { origin: 'https://app.test', 'access-control-request-method': 'POST' };
      for (const path of ['/oauth2/token', '/nowhere']) {
        expect((await ask('OPTIONS', path, { headers })).status).toBe(204);
      }
    },
  ],
  [
    37,
    'HEAD works where GET does, and has no body',
    async ({ admin, public: ask }) => {
      for (const answer of [ask('HEAD', '/.well-known/openid-configuration'), admin('HEAD', '/admin/clients')]) {
        const response = await answer;
        expect([response.status, await response.text()]).toEqual([200, '']);
      }
    },
  ],
  [
    38,
    'PUT of a client takes the id of its path; lifespans not sent are reset',
    async (world) => {
      const { path, client } = await bare(world, { implicit_grant_id_token_lifespan: '1h0m0s' });
      const [, replaced] = await world.read(world.admin('PUT', path, { client_id: 'another' }));
      expect(replaced).toMatchObject({ client_id: client['client_id'], implicit_grant_id_token_lifespan: null });
      const spans = (body: object) => world.read(world.admin('PUT', `${path}/lifespans`, body));
      await spans({ implicit_grant_id_token_lifespan: '1h0m0s' });
      const [, reset] = await spans({ jwt_bearer_grant_access_token_lifespan: '2m0s' });
      expect(reset).toMatchObject({
        implicit_grant_id_token_lifespan: null,
        jwt_bearer_grant_access_token_lifespan: '2m0s',
      });
    },
  ],
  [
    39,
    'ids from outside may have any characters, and Location leads to them',
    async ({ admin, read }) => {
      const id = `a/ü %?#+${randomUUID()}`;
      const made = await admin('POST', '/admin/clients', { client_id: id });
      const at = made.headers.get('location') ?? '';
      expect(at).not.toContain(id);
      expect(await read(admin('GET', at))).toEqual([200, expect.objectContaining({ client_id: id })]);
    },
  ],
  [
    45,
    'a chosen secret has six characters at least, one of ours 26',
    async (world) => {
      expect((await world.admin('POST', '/admin/clients', { client_secret: '12345' })).status).toBe(400);
      expect((await bare(world, { client_secret: '123456' })).client['client_secret']).toBe('123456');
      expect((await bare(world)).client['client_secret']).toHaveLength(26);
    },
  ],
  [
    46,
    'consents are not deleted without saying which: all of somebody’s needs all=true',
    async ({ admin }) => {
      const status = async (query: string) =>
        (await admin('DELETE', `/admin/oauth2/auth/sessions/consent?${query}`)).status;
      for (const query of [
        '',
        'subject=x',
        'subject=x&all=false',
        'client=x',
        'all=true',
        'subject=x&client=y&all=true',
      ]) {
        expect([query, await status(query)]).toEqual([query, 400]);
      }
      expect(await status('subject=x&all=true')).toBe(204);
      expect(await status('subject=x&client=y')).toBe(204);
    },
  ],
  [
    47,
    'a trust is for one subject or for any, and its key has a kid',
    async ({ admin }) => {
      const status = async (body: object) => (await admin('POST', trustPath, body)).status;
      const { subject: _subject, ...anybody } = trust();
      expect(await status(anybody)).toBe(400);
      expect(await status({ ...trust(), allow_any_subject: true })).toBe(400);
      const whole = trust();
      expect(await status({ ...whole, jwk: { ...whole.jwk, kid: undefined } })).toBe(400);
      expect(await status({ ...anybody, allow_any_subject: true })).toBe(201);
    },
  ],
];
