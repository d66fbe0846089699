// JSON Web Key sets over real HTTP and gRPC, in Hydra's words (hydra-wire §2.8).
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { OAuthError } from '@cardea/oauth';
import type { StartedAdmin } from './admin.fixture.js';
import { startAdmin } from './admin.fixture.js';

let admin: StartedAdmin;
const asked: unknown[] = [];
const jwk = { kty: 'EC', kid: 'one', alg: 'ES256', use: 'sig', crv: 'P-256', x: 'X', y: 'Y', d: 'D' };
const bytes = (value: unknown) => Buffer.from(JSON.stringify(value));
const told = (value: Uint8Array): unknown => JSON.parse(Buffer.from(value).toString());

const word = (confirmation: string) => (confirmation === '' ? {} : { confirmation });

beforeAll(async () => {
  admin = await startAdmin(
    {
      keys: {
        createJsonWebKey: async (request) => {
          asked.push(request);
          if (request.keyId === 'taken') throw new OAuthError('conflict', 'There is or was a key of this id.');
          return { jwkJson: bytes(jwk) };
        },
        getJsonWebKeys: async (request) => {
          asked.push(request);
          if (request.keySet === 'nothing' || request.keyId === 'nothing') throw new OAuthError('not_found');
          return { jwksJson: [bytes(jwk)] };
        },
        setJsonWebKeys: async ({ keySet, jwksJson, confirmation }) => {
          asked.push({ keySet, keys: jwksJson.map(told), ...word(confirmation) });
          return {};
        },
        setJsonWebKey: async ({ keySet, jwkJson, confirmation }) => {
          asked.push({ keySet, key: told(jwkJson), ...word(confirmation) });
          if (keySet === 'strict') throw new OAuthError('invalid_request', 'The JSON Web Key cannot be used: no.');
          return {};
        },
        deleteJsonWebKeys: async ({ keySet, keyId, confirmation }) => {
          asked.push({ keySet, keyId, ...word(confirmation) });
          return {};
        },
      },
    },
    { URLS_SELF_ISSUER: 'https://id.example/' },
  );
});
afterAll(() => admin.stop());
beforeEach(() => void asked.splice(0));

test('a key is made, and where its set is published is said as Hydra says it', async () => {
  const answer = await admin.call('POST', '/admin/keys/mine', { alg: 'ES256', use: 'sig', kid: 'one' });
  expect([answer.status, answer.json]).toEqual([201, { keys: [jwk] }]);
  expect(answer.headers.get('location')).toBe('https://id.example/keys/mine');
  expect(answer.headers.get('cache-control')).toBe('no-store');
  expect(asked).toEqual([{ keySet: 'mine', keyId: 'one', algorithm: 'ES256', use: 'sig', includePrivate: true }]);
});

test('ML-DSA is for the signer to make or refuse', async () => {
  expect((await admin.call('POST', '/admin/keys/mine', { alg: 'ML-DSA-65' })).status).toBe(201);
  expect(asked).toMatchObject([{ keySet: 'mine', algorithm: 'ML-DSA-65' }]);
});

test('names of sets may have slashes', async () => {
  const set = 'https://issuer.example/x';
  const answer = await admin.call('POST', `/admin/keys/${encodeURIComponent(set)}`, { alg: 'ES256' });
  expect(answer.headers.get('location')).toBe('https://id.example/keys/https:%252F%252Fissuer.example%252Fx');
  expect(asked).toEqual([{ keySet: set, keyId: '', algorithm: 'ES256', use: '', includePrivate: true }]);
});

test.each([{ alg: 'HS256' }, { alg: 'none' }, { alg: 'toString' }, {}])(
  '%j is no algorithm to make a key for',
  async (body) => {
    const answer = await admin.call('POST', '/admin/keys/mine', body);
    expect([answer.status, answer.json]).toMatchObject([
      400,
      { error: 'Bad Request', error_description: 'Unsupported key algorithm' },
    ]);
    expect(asked).toEqual([]);
  },
);

test('a set and a key of it are read as a set', async () => {
  expect((await admin.call('GET', '/admin/keys/mine')).json).toEqual({ keys: [jwk] });
  const answer = await admin.call('GET', '/keys/mine/one');
  expect([answer.json, answer.headers.get('cache-control')]).toEqual([{ keys: [jwk] }, 'no-store']);
  expect(asked).toEqual([
    { keySet: 'mine', keyId: '', includePrivate: true },
    { keySet: 'mine', keyId: 'one', includePrivate: true },
  ]);
});

test('a set is replaced, a key is put, and both are echoed', async () => {
  const set = await admin.call('PUT', '/admin/keys/mine', { keys: [jwk, { kty: 'oct', k: 'AA' }] });
  expect([set.status, set.json]).toEqual([200, { keys: [jwk, { kty: 'oct', k: 'AA' }] }]);
  const key = await admin.call('PUT', '/admin/keys/mine/another', jwk);
  expect([key.status, key.json]).toEqual([200, jwk]);
  expect((await admin.call('PUT', '/admin/keys/mine', {})).json).toEqual({ keys: [] });
  expect(asked).toEqual([
    { keySet: 'mine', keys: [jwk, { kty: 'oct', k: 'AA' }] },
    { keySet: 'mine', key: jwk },
    { keySet: 'mine', keys: [] },
  ]);
});

test('keys are removed, one or all', async () => {
  expect((await admin.call('DELETE', '/admin/keys/mine/one')).status).toBe(204);
  expect((await admin.call('DELETE', '/admin/keys/mine')).status).toBe(204);
  expect(asked).toEqual([
    { keySet: 'mine', keyId: 'one' },
    { keySet: 'mine', keyId: '' },
  ]);
});

const malformed = 'The request was malformed or contained invalid parameters';
const taken = 'Unable to insert or update resource because a resource with that value exists already';

test.each<[string, string, unknown, number, string]>([
  ['GET', '/admin/keys/nothing', undefined, 404, 'Not Found'],
  ['GET', '/admin/keys/mine/nothing', undefined, 404, 'Unable to locate the resource'],
  ['POST', '/admin/keys/mine', { alg: 'ES256', kid: 'taken' }, 409, taken],
  ['POST', '/admin/keys/mine', '{', 400, malformed],
  ['POST', '/admin/keys/mine', { alg: 7 }, 400, malformed],
  ['PUT', '/admin/keys/mine', { keys: {} }, 400, malformed],
  ['PUT', '/admin/keys/mine', { keys: ['key'] }, 400, malformed],
  ['PUT', '/admin/keys/strict/one', jwk, 400, malformed],
])('%s %s with %j is %i %s', async (method, path, body, status, error) => {
  const answer = await admin.call(method, path, body);
  expect([answer.status, answer.json]).toMatchObject([status, { error, error_id: expect.any(String) }]);
});

test('the word that a change is meant goes to the signer, who wants it for sets that sign', async () => {
  const set = 'hydra.openid.id-token';
  const at = (path: string) => `/admin/keys/${set}${path}?confirm=${set}`;
  expect((await admin.call('PUT', at(''), { keys: [jwk] })).status).toBe(200);
  expect((await admin.call('PUT', at('/one'), jwk)).status).toBe(200);
  expect((await admin.call('DELETE', at('/one'))).status).toBe(204);
  expect((await admin.call('DELETE', at(''))).status).toBe(204);
  expect(asked).toMatchObject(new Array(4).fill({ keySet: set, confirmation: set }));
});
