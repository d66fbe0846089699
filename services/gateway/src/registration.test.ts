// Registration over real HTTP and gRPC, before a token service that keeps one client (RFC 7591 §3.2, RFC 7592 §2).
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { OAuthError } from '@cardea/oauth';
import type { clientV1 } from '@cardea/rpc';
import type { StartedGateway } from './gateway.fixture.js';
import { startGateway } from './gateway.fixture.js';

let standard: StartedGateway;
let hydra: StartedGateway;
let asked: Record<string, unknown>[] = [];

const token = 'ory_at_registration';
const stored = (client: clientV1.Client | undefined): clientV1.Client => ({
  ...(client as clientV1.Client),
  clientId: 'made up',
  createdAt: new Date(7_000),
});
const known = (presented: string) => {
  if (presented !== token) throw new OAuthError('invalid_token');
};

beforeAll(async () => {
  let present: clientV1.Client | undefined;
  const registration = {
    registerClient: async (request: clientV1.RegisterClientRequest) => {
      if (request.client?.clientName === 'off') throw new OAuthError('not_found');
      if (request.forbiddenMembers.includes('access_token_strategy')) throw new OAuthError('invalid_request');
      asked.push({ ...request });
      present = stored(request.client);
      return { client: present, clientSecret: 'a-secret', registrationAccessToken: token };
    },
    readRegistration: async ({ registrationAccessToken }: clientV1.ReadRegistrationRequest) => {
      known(registrationAccessToken);
      return { client: present };
    },
    updateRegistration: async (request: clientV1.UpdateRegistrationRequest) => {
      known(request.registrationAccessToken);
      if (request.clientSecret === 'mine') throw new OAuthError('request_forbidden');
      asked.push({ ...request });
      present = stored(request.client);
      return { client: present, registrationAccessToken: 'the-next' };
    },
    deleteRegistration: async ({ registrationAccessToken }: clientV1.DeleteRegistrationRequest) => {
      known(registrationAccessToken);
      return {};
    },
  };
  standard = await startGateway({ registration }, { URLS_SELF_PUBLIC: 'https://login.test/' });
  hydra = await startGateway({ registration }, { PROFILE: 'hydra-compat' });
});
afterAll(async () => {
  await standard.stop();
  await hydra.stop();
});
beforeEach(() => {
  asked = [];
});

const send = async (of: StartedGateway, method: string, path: string, body?: unknown, bearer = '') => {
  const headers = { 'content-type': 'application/json', ...(bearer !== '' && { authorization: `Bearer ${bearer}` }) };
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const response = await fetch(of.url + path, { method, headers, ...(body !== undefined && { body: text }) });
  const answer = await response.text();
  const json = answer === '' ? undefined : (JSON.parse(answer) as Record<string, unknown>);
  return { status: response.status, headers: response.headers, json };
};
const own = '/oauth2/register/made%20up';
const metadata = { redirect_uris: ['https://app.test/cb'], client_name: 'n' };

describe('as the standard has it', () => {
  test('a new client is told all there is to know, and nothing empty', async () => {
    const answer = await send(standard, 'POST', '/oauth2/register', metadata);
    expect(answer.status).toBe(201);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('location')).toBe('https://login.test/oauth2/register/made%20up');
    expect(answer.json).toEqual({
      client_id: 'made up',
      client_id_issued_at: 7,
      client_secret: 'a-secret',
      client_secret_expires_at: 0,
      created_at: '1970-01-01T00:00:07Z',
      registration_access_token: token,
      registration_client_uri: 'https://login.test/oauth2/register/made%20up',
      skip_consent: false,
      ...metadata,
    });
  });
  test('reading tells the same, but the secret', async () => {
    await send(standard, 'POST', '/oauth2/register', metadata);
    const answer = await send(standard, 'GET', own, undefined, token);
    expect(answer.json).toMatchObject({
      client_id: 'made up',
      registration_access_token: token,
      registration_client_uri: 'https://login.test/oauth2/register/made%20up',
      client_id_issued_at: 7,
      ...metadata,
    });
    expect(answer.json).not.toHaveProperty('client_secret');
  });
  test('what a registrant may not say is passed on by name', async () => {
    await send(standard, 'POST', '/oauth2/register', { ...metadata, client_secret: 'mine-mine', metadata: { a: 1 } });
    expect(asked[0]).toMatchObject({ forbiddenMembers: ['client_secret', 'metadata'] });
    await send(standard, 'PUT', own, { ...metadata, client_secret: 'a-secret' }, token);
    expect(asked[1]).toMatchObject({ clientSecret: 'a-secret', forbiddenMembers: ['client_secret'] });
  });
  test('an update answers the next token, and is of the client of the path', async () => {
    const answer = await send(standard, 'PUT', own, { ...metadata, client_id: 'made up' }, token);
    expect([answer.status, answer.json]).toEqual([
      200,
      expect.objectContaining({
        registration_access_token: 'the-next',
        registration_client_uri: 'https://login.test/oauth2/register/made%20up',
      }),
    ]);
    const other = await send(standard, 'PUT', own, { ...metadata, client_id: 'other' }, token);
    expect([other.status, other.json]).toEqual([400, expect.objectContaining({ error: 'invalid_request' })]);
  });
  test('deleting answers nothing', async () => {
    expect(await send(standard, 'DELETE', own, undefined, token)).toMatchObject({ status: 204, json: undefined });
  });
  test.each(['GET', 'PUT', 'DELETE'])('%s without the token is 401 with a challenge', async (method) => {
    for (const bearer of ['', 'wrong']) {
      const answer = await send(standard, method, own, method === 'PUT' ? metadata : undefined, bearer);
      expect([answer.status, answer.json]).toEqual([401, expect.objectContaining({ error: 'invalid_token' })]);
      expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="cardea", error="invalid_token"');
    }
  });
  test.each<[string, unknown, number, string]>([
    ['no JSON', '{', 400, 'invalid_request'],
    ['nothing', '', 400, 'invalid_request'],
    ['an array', [], 400, 'invalid_request'],
    ['a wrong type', { redirect_uris: 'x' }, 400, 'invalid_request'],
    ['a statement that is none', { software_statement: 'x' }, 400, 'invalid_software_statement'],
    ['a statement of another type', { software_statement: {} }, 400, 'invalid_software_statement'],
    ['too much', { client_name: 'x'.repeat(300_000) }, 413, 'request_too_large'],
  ])('%s: %j', async (_name, body, status, error) => {
    const answer = await send(standard, 'POST', '/oauth2/register', body);
    expect([answer.status, answer.json]).toEqual([status, expect.objectContaining({ error })]);
    expect(asked).toEqual([]);
  });
});

describe('as Hydra has it', () => {
  test('a new client is told empty members too, and a place of the admin API', async () => {
    const answer = await send(hydra, 'POST', '/oauth2/register', metadata);
    expect(answer.headers.get('location')).toBe('admin/clients/made%20up');
    expect(answer.json).toMatchObject({ grant_types: null, contacts: null, owner: '', metadata: {}, jwks: {} });
    expect(answer.json).not.toHaveProperty('client_id_issued_at');
  });
  test('reading leaves out metadata and token, updating takes any id', async () => {
    const read = await send(hydra, 'GET', own, undefined, token);
    expect(read.json).toMatchObject({ grant_types: [], contacts: [] });
    expect(read.json).not.toHaveProperty('metadata');
    expect(read.json).not.toHaveProperty('registration_access_token');
    const updated = await send(hydra, 'PUT', own, { ...metadata, client_id: 'other', software_statement: 'x' }, token);
    expect(updated.json).toMatchObject({ client_id: 'made up', registration_access_token: 'the-next', metadata: {} });
    expect(updated.json).not.toHaveProperty('registration_client_uri');
  });
  test.each<[string, string, unknown, string, number, string]>([
    ['GET', own, undefined, 'wrong', 401, 'The request could not be authorized'],
    ['DELETE', own, undefined, '', 401, 'The request could not be authorized'],
    ['POST', '/oauth2/register', '{', '', 400, 'The request was malformed or contained invalid parameters'],
    ['PUT', own, { client_secret: 'mine' }, token, 403, 'The requested action was forbidden'],
    [
      'POST',
      '/oauth2/register',
      { access_token_strategy: 'jwt' },
      '',
      400,
      'The request was malformed or contained invalid parameters',
    ],
    ['POST', '/oauth2/register', { client_name: 'off' }, '', 404, 'The requested resource could not be found'],
  ])('errors are its sentences, without a challenge: %s %s %j', async (method, path, body, bearer, status, error) => {
    const answer = await send(hydra, method, path, body, bearer);
    expect([answer.status, answer.json, answer.headers.get('www-authenticate')]).toEqual([
      status,
      { error, error_description: expect.any(String) },
      null,
    ]);
  });
});
