// What the public listener answers, good and bad, held against the OpenAPI document that the admin listener serves.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { CreatedClient } from './clients.js';
import { basic, createClient, issueToken } from './clients.js';
import type { Demo } from './demo.js';
import { joinDemo } from './demo.js';
import type { Tap } from './openapi.js';
import { tapOf } from './openapi.js';

let demo: Demo;
let tap: Tap;
let client: CreatedClient;
let token: string;

beforeAll(async () => {
  demo = await joinDemo();
  tap = await tapOf(demo);
  client = await createClient(demo.admin);
  token = await issueToken(demo.public, client);
}, 150_000);
afterAll(() => demo.stop());

type Form = Record<string, string>;
type Ask = [
  name: string,
  status: number,
  method: string,
  path: string,
  form?: (() => Form) | undefined,
  headers?: () => Form,
];

const asClient = () => ({ authorization: basic(client) });
const asBearer = () => ({ authorization: `Bearer ${token}` });

const asks: Ask[] = [
  ['tokens', 200, 'POST', '/oauth2/token', () => ({ grant_type: 'client_credentials' }), asClient],
  ['no tokens without a client', 401, 'POST', '/oauth2/token', () => ({ grant_type: 'client_credentials' })],
  ['no tokens for nothing', 400, 'POST', '/oauth2/token', () => ({}), asClient],
  ['introspection', 200, 'POST', '/oauth2/introspect', () => ({ token }), asClient],
  ['introspection of nothing', 200, 'POST', '/oauth2/introspect', () => ({ token: 'garbage' }), asClient],
  ['introspection by nobody', 401, 'POST', '/oauth2/introspect', () => ({ token })],
  ['userinfo without a token', 401, 'GET', '/userinfo'],
  ['userinfo for a machine', 401, 'GET', '/userinfo', undefined, asBearer],
  ['a device without the grant', 400, 'POST', '/oauth2/device/auth', () => ({}), asClient],
  ['registration, which is off', 404, 'GET', '/oauth2/register/x', undefined, asBearer],
  ['revocation', 200, 'POST', '/oauth2/revoke', () => ({ token: 'garbage' }), asClient],
  ['revocation by nobody', 401, 'POST', '/oauth2/revoke', () => ({ token: 'garbage' })],
  ['discovery', 200, 'GET', '/.well-known/openid-configuration'],
  ['the same by its other name', 200, 'GET', '/.well-known/oauth-authorization-server'],
  ['keys', 200, 'GET', '/.well-known/jwks.json'],
  ['an authorization of nobody', 302, 'GET', '/oauth2/auth?client_id=nobody&response_type=code'],
];

test.each(asks.map((ask) => [ask[0], ask] as const))('%s', async (_name, [, status, method, path, form, headers]) => {
  const url = `${demo.public}${path}`;
  const body = form === undefined ? {} : { body: new URLSearchParams(form()) };
  const response = await fetch(url, { method, redirect: 'manual', headers: headers?.() ?? {}, ...body });
  const text = await response.text();
  const contentType = response.headers.get('content-type') ?? '';
  expect(response.status).toBe(status);
  tap.check({
    method,
    url,
    status,
    contentType,
    body: contentType.includes('json') ? (JSON.parse(text) as unknown) : text,
  });
});
