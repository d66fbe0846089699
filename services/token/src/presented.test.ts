// What clients present, wrongly: repeated parameters and tokens of another kind, and clients that change under a code, over
// real PostgreSQL (security catalogue A03, A05, A16, A19-A22, A32).
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { tokenV1 } from '@cardea/rpc';
import type { Form, TokenService } from './tokens.fixture.js';
import { call, createTokenService, verdict, verifier } from './tokens.fixture.js';

let service: TokenService;
let app: string;
let other: string;
const machine: Form = { grant_type: 'client_credentials' };
const codeForm = (code: string): Form => ({
  grant_type: 'authorization_code',
  code,
  redirect_uri: 'https://app.example/cb',
  code_verifier: verifier,
});
const refreshForm = (refresh_token: string): Form => ({ grant_type: 'refresh_token', refresh_token });
const clients = () => service.rooms.clientHandlers;

beforeAll(async () => {
  service = await createTokenService();
  await service.client({ clientId: 'app' }, 'secret-of-app');
  app = service.basic('app', 'secret-of-app');
  await service.client({ clientId: 'other' }, 'secret-of-other');
  other = service.basic('other', 'secret-of-other');
  await service.client({ clientId: 'post', tokenEndpointAuthMethod: 'client_secret_post' }, 'secret-of-post');
});
afterAll(() => service.close());

describe('A03: a parameter that comes twice uses nothing up', () => {
  const twice = async (form: Form, name: string, value: string, authorization: string) => {
    const parameters = Object.entries(form).map(([key, text]) => ({ name: key, value: text }));
    const request = tokenV1.IssueTokenRequest.create({
      authorization,
      parameters: [...parameters, { name, value }],
    });
    return verdict(service.rooms.tokenHandlers.issueToken(request, call));
  };
  test('no code', async () => {
    const { code } = await service.code('app');
    const form = codeForm(code);
    for (const name of ['grant_type', 'code', 'redirect_uri', 'code_verifier'])
      for (const value of [form[name] ?? '', 'another'])
        expect([name, await twice(form, name, value, app)]).toEqual([name, 'invalid_request']);
    expect(await verdict(service.token(form, app))).toBe('ok');
  });
  test('no refresh token', async () => {
    const form = refreshForm((await service.redeemed('app', app)).refreshToken);
    for (const value of [form['refresh_token'] ?? '', 'another'])
      expect(await twice(form, 'refresh_token', value, app)).toBe('invalid_request');
    expect(await verdict(service.token(form, app))).toBe('ok');
  });
  test.each(['client_id', 'client_secret', 'client_assertion'])('not with %s either', async (name) => {
    const { code } = await service.code('post');
    const form: Form = { ...codeForm(code), client_id: 'post', client_secret: 'secret-of-post' };
    const given = name === 'client_assertion' ? { ...form, client_assertion: 'x' } : form;
    for (const value of [given[name] ?? '', 'another'])
      expect(await twice(given, name, value, '')).toBe('invalid_request');
    expect(await verdict(service.token(form))).toBe('ok');
  });
});

test.each(['__proto__', '__proto__[x]', 'constructor[prototype][x]', 'code[$ne]', 'toString'])(
  'A05: a parameter named %s, past a gateway that let it through, is only a name',
  async (name) => {
    const parameters = Object.entries(machine).map(([key, value]) => ({ name: key, value }));
    const request = tokenV1.IssueTokenRequest.create({
      authorization: app,
      parameters: [...parameters, { name, value: '1' }],
    });
    expect(await service.rooms.tokenHandlers.issueToken(request, call)).toMatchObject({ tokenType: 'bearer' });
    // Nor does it stand for one that is missing.
    const instead = tokenV1.IssueTokenRequest.create({ authorization: app, parameters: [{ name, value: '1' }] });
    expect(await verdict(service.rooms.tokenHandlers.issueToken(instead, call))).toBe('invalid_request');
    expect(({} as { x?: unknown }).x).toBeUndefined();
  },
);

test('A16: an empty form is a malformed request, whoever sends it', async () => {
  for (const authorization of [app, ''])
    expect(await verdict(service.token({}, authorization))).toBe('invalid_request');
});

describe('A19: revocation', () => {
  test.each<[string, () => Form, () => string, string]>([
    ['nothing', () => ({}), () => app, 'invalid_request'],
    ['no token', () => ({ token_type_hint: 'access_token' }), () => app, 'ok'],
    ['garbage', () => ({ token: 'garbage' }), () => app, 'ok'],
    ['a wrong secret', () => ({ token: 'garbage' }), () => service.basic('app', 'wrong-secret'), 'invalid_client'],
    ['nobody', () => ({ token: 'garbage' }), () => '', 'invalid_client'],
  ])('%s', async (_what, form, authorization, expected) => {
    expect(await verdict(service.revoke(form(), authorization()))).toBe(expected);
  });
  test('of another client’s tokens is 200, and they live; so it is with a wrong secret', async () => {
    const issued = await service.redeemed('app', app);
    for (const token of [issued.accessToken, issued.refreshToken]) {
      expect(await verdict(service.revoke({ token }, other))).toBe('ok');
      expect(await verdict(service.revoke({ token }, service.basic('app', 'wrong-secret')))).toBe('invalid_client');
      expect(await service.active(token)).toBe(true);
    }
  });
  test.each([
    ['accessToken', 'refresh_token'],
    ['refreshToken', 'access_token'],
  ] as const)('of an own %s hinted to be a %s kills it', async (which, token_type_hint) => {
    const issued = await service.redeemed('app', app);
    await service.revoke({ token: issued[which], token_type_hint }, app);
    expect([await service.active(issued.accessToken), await service.active(issued.refreshToken)]).toEqual([
      false,
      false,
    ]);
  });
});

describe('A20: what is no live token is inactive and nothing else', () => {
  const introspect = (token: string, tokenTypeHint = '') =>
    service.rooms.introspectionHandlers.introspect({ token, tokenTypeHint, requiredScopes: [] }, call);
  test.each<[string, () => Promise<string>]>([
    ['garbage', () => Promise.resolve('garbage')],
    ['an ID token', async () => (await service.redeemed('app', app)).idToken],
    ['a code', async () => (await service.code('app')).code],
    ...(['consent_challenge', 'login_verifier', 'session', 'device_code'] as const).map(
      (kind): [string, () => Promise<string>] => [
        `a ${kind}`,
        () => Promise.resolve(service.handles.mint(kind, 4_000_000_000).handle),
      ],
    ),
    [
      'a used refresh token',
      async () => {
        const { refreshToken } = await service.redeemed('app', app);
        await service.token(refreshForm(refreshToken), app);
        return refreshToken;
      },
    ],
    ['a registration access token', async () => (await service.client({})).registrationAccessToken],
  ])('%s', async (_what, make) => {
    const nothing = await introspect('x');
    expect(nothing.active).toBe(false);
    const token = await make();
    for (const hint of ['', 'access_token', 'refresh_token']) expect(await introspect(token, hint)).toEqual(nothing);
  });
  test('an expired one', async () => {
    const issued = await service.redeemed('app', app);
    const nothing = await introspect('x');
    service.clock.millis += 2_592_000_000;
    expect(await introspect(issued.accessToken)).toEqual(nothing);
    expect(await introspect(issued.refreshToken)).toEqual(nothing);
    service.clock.millis -= 2_592_000_000;
  });
  test('a hint that is wrong hides nothing', async () => {
    const { accessToken, refreshToken } = await service.redeemed('app', app);
    expect(await introspect(refreshToken, 'access_token')).toMatchObject({ active: true, tokenUse: 'refresh_token' });
    expect(await introspect(accessToken, 'refresh_token')).toMatchObject({ active: true, tokenUse: 'access_token' });
  });
});

test('A21: a token without one of the scopes asked for is inactive', async () => {
  const { accessToken } = await service.token({ ...machine, scope: 'photos.a' }, app);
  expect(await service.active(accessToken, ['photos.a'])).toBe(true);
  expect(await service.active(accessToken, ['photos.a', 'photos.b'])).toBe(false);
});

test.each<[string, () => Promise<string>]>([
  ['nothing', () => Promise.resolve('')],
  ['a refresh token', async () => (await service.redeemed('app', app)).refreshToken],
  ['an ID token', async () => (await service.redeemed('app', app)).idToken],
  ['a token of a machine', async () => (await service.token({ ...machine, scope: 'openid' }, app)).accessToken],
  ['a code', async () => (await service.code('app')).code],
])('A22: userinfo takes no such thing as %s', async (_what, make) => {
  const request = { accessToken: await make(), proof: undefined, requestId: '' };
  expect(await verdict(service.rooms.tokenHandlers.getUserinfo(request, call))).toBe('invalid_token');
});

describe('A32: a client that changes under a code', () => {
  test('a code is worth what was decided when it was issued', async () => {
    const { client } = await service.client({ clientId: 'moving' }, 'secret-of-moving');
    const auth = service.basic('moving', 'secret-of-moving');
    const { code } = await service.code('moving');
    const moved = { ...client!, redirectUris: ['https://elsewhere.example/cb'] };
    await clients().setClient({ client: moved, clientSecret: '', ifVersion: 0 }, call);
    expect(await service.token(codeForm(code), auth)).toMatchObject({ scope: 'openid offline' });
  });
  test('but not once its client is gone, nor for a namesake', async () => {
    await service.client({ clientId: 'leaving' }, 'secret-of-leaving');
    const auth = service.basic('leaving', 'secret-of-leaving');
    const { code } = await service.code('leaving');
    await clients().deleteClient({ clientId: 'leaving' }, call);
    expect(await verdict(service.token(codeForm(code), auth))).toBe('invalid_client');
    await service.client({ clientId: 'leaving' }, 'secret-of-leaving');
    expect(await verdict(service.token(codeForm(code), auth))).toBe('invalid_grant');
  });
});
