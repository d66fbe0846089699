// Hooks over a real receiver: what they are told, what their answers change, and what becomes of a request when they fail
// (hydra-wire §4.7).
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestDatabase } from '../database.fixture.js';
import { createTestDatabase } from '../database.fixture.js';
import type { TokenSettings } from '../settings.js';
import type { TokenService } from '../tokens.fixture.js';
import { createTokenService, verdict } from '../tokens.fixture.js';

interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

let received: Received[] = [];
let answer: (response: ServerResponse, path: string) => void;
const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const body = JSON.parse(Buffer.concat(chunks).toString()) as Received['body'];
    received.push({ path: request.url ?? '', headers: request.headers, body });
    answer(response, request.url ?? '');
  });
});
const says =
  (status: number, body: unknown = '') =>
  (response: ServerResponse) =>
    void response.writeHead(status).end(typeof body === 'string' ? body : JSON.stringify(body));

let database: TestDatabase;
let service: TokenService;
let hydra: TokenService;
let auth: string;
const form = { grant_type: 'client_credentials', scope: 'photos.read' };
const claimsOf = (jwt: string) =>
  JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;

beforeAll(async () => {
  database = await createTestDatabase();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  const key = (place: 'header' | 'cookie') =>
    ({ type: 'api_key', config: { in: place, name: 'X-Key', value: 's3cret' } }) as const;
  const hooks: TokenSettings['hooks'] = {
    token: { url: `${base}/token`, auth: key('header') },
    refresh: { url: `${base}/refresh`, auth: key('cookie') },
  };
  service = await createTokenService({ database, settings: { hooks } });
  hydra = await createTokenService({ database, settings: { hooks, hydraCompat: true } });
  await service.client({ clientId: 'app' }, 'secret-of-app');
  auth = service.basic('app', 'secret-of-app');
});
beforeEach(() => {
  received = [];
  answer = says(204);
});
afterAll(async () => {
  server.close();
  server.closeAllConnections();
  await hydra.close();
  await service.close();
  await database.drop();
});

describe('what hooks are told', () => {
  test('of a client alone', async () => {
    await service.token(form, auth);
    expect(received).toHaveLength(1);
    expect(received[0]?.headers).toMatchObject({
      'content-type': 'application/json; charset=UTF-8',
      'x-key': 's3cret',
    });
    expect(received[0]?.body).toMatchObject({
      session: {
        client_id: 'app',
        extra: {},
        id_token: { subject: 'app', id_token_claims: { sub: '', aud: null, ext: null } },
      },
      request: {
        ...{ client_id: 'app', granted_scopes: ['photos.read'], granted_audience: [] },
        ...{
          grant_types: ['client_credentials'],
          payload: { grant_type: ['client_credentials'], scope: ['photos.read'] },
        },
      },
    });
  });

  test('of a code: the end user, the session, the scopes, and no credential', async () => {
    await service.redeemed('app', auth);
    expect(received.map(({ path }) => path)).toEqual(['/token']);
    expect(received[0]?.body).toMatchObject({
      session: {
        extra: { role: 'x' },
        id_token: {
          subject: 'alice',
          id_token_claims: {
            sub: 'alice',
            aud: ['app'],
            nonce: 'n-1',
            acr: '1',
            amr: ['pwd'],
            ext: { email: 'a@b.c' },
          },
        },
      },
      request: { granted_scopes: ['openid', 'offline'], payload: { grant_type: ['authorization_code'] } },
    });
    expect(JSON.stringify(received)).not.toMatch(/code_verifier|_ac_|secret-of-app/);
  });

  test('of a refresh: the older hook first, in its own shape', async () => {
    const { refreshToken } = await service.redeemed('app', auth);
    received = [];
    await service.token({ grant_type: 'refresh_token', refresh_token: refreshToken }, auth);
    expect(received.map(({ path }) => path)).toEqual(['/refresh', '/token']);
    expect(received[0]?.headers.cookie).toBe('X-Key=s3cret');
    expect(received[0]?.body).toMatchObject({
      ...{ subject: 'alice', client_id: 'app', granted_scopes: ['openid', 'offline'] },
      requester: { client_id: 'app', grant_types: ['refresh_token'] },
    });
    expect(JSON.stringify(received)).not.toContain(refreshToken);
  });
});

describe('what their answers change', () => {
  const extra = async (accessToken: string) =>
    JSON.parse((await service.introspect(accessToken)).extraJson.toString() || '{}') as unknown;
  const session = { access_token: { from: 'hook' }, id_token: { from: 'hook', sub: 'eve' } };

  test('the claims of both tokens, of what is refreshed from them, and no reserved claim', async () => {
    answer = says(200, { session });
    const issued = await service.redeemed('app', auth);
    expect(await extra(issued.accessToken)).toEqual({ from: 'hook' });
    expect(claimsOf(issued.idToken)).toMatchObject({ from: 'hook', sub: 'alice', iss: 'https://as.test' });
    expect(claimsOf(issued.idToken)).not.toHaveProperty('email');
    answer = says(204);
    const next = await service.token({ grant_type: 'refresh_token', refresh_token: issued.refreshToken }, auth);
    expect(await extra(next.accessToken)).toEqual({ from: 'hook' });
    expect(claimsOf(next.idToken)).toMatchObject({ from: 'hook', sub: 'alice', sid: expect.any(String) });
  });

  test('what a hook does not say stays (hydra #3852)', async () => {
    answer = says(200, { session: { access_token: { from: 'hook' } } });
    const issued = await service.redeemed('app', auth);
    expect(claimsOf(issued.idToken)).toMatchObject({ email: 'a@b.c' });
    const next = await service.token({ grant_type: 'refresh_token', refresh_token: issued.refreshToken }, auth);
    expect(claimsOf(next.idToken)).toMatchObject({ email: 'a@b.c' });
    answer = says(200, {});
    expect(await extra((await service.redeemed('app', auth)).accessToken)).toEqual({ role: 'x' });
  });

  test('as Hydra: under the consent app with a code, wholesale afterwards', async () => {
    answer = says(200, { session: { access_token: { from: 'hook', role: 'y' } } });
    const issued = await hydra.redeemed('app', auth);
    expect(await extra(issued.accessToken)).toEqual({ from: 'hook', role: 'x' });
    expect(claimsOf(issued.idToken)).toMatchObject({ email: 'a@b.c' });
    const next = await hydra.token({ grant_type: 'refresh_token', refresh_token: issued.refreshToken }, auth);
    expect(await extra(next.accessToken)).toEqual({ from: 'hook', role: 'y' });
    expect(claimsOf(next.idToken)).not.toHaveProperty('email');
  });
});

describe('what becomes of a request', () => {
  test.each<[string, ReturnType<typeof says>, string, number]>([
    ['204', says(204), 'ok', 1],
    ['200 without a session', says(200, {}), 'ok', 1],
    ['403', says(403), 'access_denied', 1],
    ['403 with a body', says(403, { error: 'x' }), 'access_denied', 1],
    ['201', says(201, {}), 'server_error', 1],
    ['302', says(302), 'server_error', 1],
    ['400', says(400), 'server_error', 1],
    ['500, three times', says(500), 'server_error', 3],
    ['200 without a body', says(200), 'server_error', 1],
    ['200 with HTML', says(200, '<html>'), 'server_error', 1],
    ['claims that are no object', says(200, { session: { access_token: 'x' } }), 'server_error', 1],
    ['a session that is no object', says(200, { session: [] }), 'server_error', 1],
    ['a broken connection, three times', (response) => void response.destroy(), 'server_error', 3],
  ])('%s: %s', async (_name, behave, expected, calls) => {
    answer = behave;
    expect(await verdict(service.token(form, auth))).toBe(expected);
    expect(received).toHaveLength(calls);
  });

  test('503 and then 204 is as good as 204', async () => {
    let asked = 0;
    answer = (response) => says(++asked === 1 ? 503 : 204)(response);
    expect(await verdict(service.token(form, auth))).toBe('ok');
  });

  test.each(['/refresh', '/token'])('a refusal by %s uses no refresh token up', async (refusing) => {
    const { refreshToken } = await service.redeemed('app', auth);
    answer = (response, path) => says(path === refusing ? 403 : 204)(response);
    const refresh = () => verdict(service.token({ grant_type: 'refresh_token', refresh_token: refreshToken }, auth));
    expect(await refresh()).toBe('access_denied');
    answer = says(204);
    expect(await refresh()).toBe('ok');
  });
});
