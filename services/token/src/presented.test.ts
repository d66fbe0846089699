// What clients present, wrongly: repeated parameters, tokens of another kind, secrets by another way, and clients that change
// meanwhile, over real PostgreSQL (security catalogue A03, A19-A22, A32, C02, C03, C05, C17, C18).
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { tokenV1 } from '@cardea/rpc';
import { pbkdf2Sync } from 'node:crypto';
import type { Form, TokenService } from './tokens.fixture.js';
import { call, clientSettings, createTokenService, verdict, verifier } from './tokens.fixture.js';

let service: TokenService;
/** Another process over the same database, whose operator hashes with more rounds. */
let second: TokenService;
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
const hashesOf = async (id: string): Promise<string[]> => {
  const { rows } = await service.database.pool.query('SELECT secret_hashes FROM cardea.client WHERE id = $1', [id]);
  return rows[0].secret_hashes as string[];
};
/** As an import from elsewhere leaves it. */
const setHashes = async (id: string, hashes: readonly string[]) => {
  await service.database.pool.query('UPDATE cardea.client SET secret_hashes = $2 WHERE id = $1', [id, hashes]);
  service.resolver.forget(id);
};

beforeAll(async () => {
  service = await createTokenService();
  const hashers = { ...clientSettings.hashers, pbkdf2Iterations: 30_000 };
  second = await createTokenService({ database: service.database, clientSettings: { hashers } });
  await service.client({ clientId: 'app' }, 'secret-of-app');
  app = service.basic('app', 'secret-of-app');
  await service.client({ clientId: 'other' }, 'secret-of-other');
  other = service.basic('other', 'secret-of-other');
  await service.client({ clientId: 'post', tokenEndpointAuthMethod: 'client_secret_post' }, 'secret-of-post');
});
afterAll(async () => {
  await second.close();
  await service.close();
});

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

describe('secrets on their way', () => {
  test.each([
    ['colon', 'odd:id', 'a:secret:of:colons'],
    ['percent', 'odd%id', 'a%41secret%zz'],
    ['plus and space', 'odd+ id', 'a+secret with spaces'],
    ['letters', 'ödd', 'ein geheimes é'],
  ])('C02: %s, form-encoded, is what was registered', async (_what, clientId, secret) => {
    await service.client({ clientId }, secret);
    const encoded = (text: string) => new URLSearchParams({ a: text }).toString().slice(2);
    expect(await verdict(service.token(machine, service.basic(encoded(clientId), encoded(secret))))).toBe('ok');
    expect(await verdict(service.token(machine, service.basic(encoded(clientId), encoded(`${secret} `))))).toBe(
      'invalid_client',
    );
  });
  test.each([
    ['%zz', 'invalid_request'],
    ['half %4', 'invalid_request'],
    ['%ff', 'invalid_request'],
    // A plus that was not encoded is a space, and that is another secret.
    ['secret+of+plus', 'invalid_client'],
  ])('C02: %s, not encoded: %s', async (secret, expected) => {
    expect(await verdict(service.token(machine, service.basic('other', secret)))).toBe(expected);
  });

  test('C03: a secret by a way that is not registered, or by two, is refused and uses no code up', async () => {
    const own = (await service.code('app')).code;
    const posted = (await service.code('post')).code;
    const inBody = { client_id: 'app', client_secret: 'secret-of-app' };
    const postBody = { client_id: 'post', client_secret: 'secret-of-post' };
    const asBasic = service.basic('post', 'secret-of-post');
    expect(await verdict(service.token({ ...codeForm(own), ...inBody }))).toBe('invalid_client');
    expect(await verdict(service.token(codeForm(posted), asBasic))).toBe('invalid_client');
    // RFC 6749 §2.3: more than one method is a malformed request.
    expect(await verdict(service.token({ ...codeForm(own), ...inBody }, app))).toBe('invalid_request');
    expect(await verdict(service.token({ ...codeForm(posted), ...postBody }, asBasic))).toBe('invalid_request');
    expect(await verdict(service.token({ ...codeForm(own), client_id: 'other' }, app))).toBe('invalid_request');
    expect(await verdict(service.token(codeForm(own), app))).toBe('ok');
    expect(await verdict(service.token({ ...codeForm(posted), ...postBody }))).toBe('ok');
  });

  test.each([1_025, 4_097, 90 * 1024])('C05: a secret of %i bytes is wrong even if it is right', async (bytes) => {
    const long = 'x'.repeat(bytes);
    const salt = Buffer.alloc(16, 7);
    const raw = (part: Buffer) => part.toString('base64').replace(/=+$/, '');
    const hash = (secret: string) =>
      `$pbkdf2-sha256$i=1000,l=32$${raw(salt)}$${raw(pbkdf2Sync(secret, salt, 1_000, 32, 'sha256'))}`;
    await service.client({ clientId: `long ${String(bytes)}` }, 'short-secret');
    // Whoever computed its hash would find it right.
    await setHashes(`long ${String(bytes)}`, [hash(long), hash('a'.repeat(1_024))]);
    const shown = (secret: string) => verdict(service.token(machine, service.basic(`long+${String(bytes)}`, secret)));
    expect(await shown(long)).toBe('invalid_client');
    expect(await shown('a'.repeat(1_024))).toBe('ok');
  });
});

test('C17: five rotated secrets are kept; dropped, they end in every process, remembered or not', async () => {
  await service.client({ clientId: 'turning' }, 'first-and-chosen');
  const works = (at: TokenService, secret: string) => verdict(at.token(machine, at.basic('turning', secret)));
  // Verified, and so remembered, by both.
  expect([await works(service, 'first-and-chosen'), await works(second, 'first-and-chosen')]).toEqual(['ok', 'ok']);
  const made: string[] = [];
  for (let i = 0; i < 6; i++) {
    made.push((await clients().rotateClientSecret({ clientId: 'turning' }, call)).clientSecret);
    expect(await works(service, 'first-and-chosen')).toBe(i < 5 ? 'ok' : 'invalid_client');
  }
  expect(await hashesOf('turning')).toHaveLength(6);
  await clients().dropRotatedClientSecrets({ clientId: 'turning' }, call);
  expect(await hashesOf('turning')).toHaveLength(1);
  const [old = '', newest = ''] = made.slice(-2);
  expect([await works(service, old), await works(service, newest)]).toEqual(['invalid_client', 'ok']);
  // The other process is told by the database, within a second.
  const until = Date.now() + 5_000;
  while ((await works(second, old)) !== 'invalid_client' && Date.now() < until)
    await new Promise((resolve) => setTimeout(resolve, 5));
  expect([await works(second, old), await works(second, 'first-and-chosen'), await works(second, newest)]).toEqual([
    'invalid_client',
    'invalid_client',
    'ok',
  ]);
});

describe('C18: hashes of another make', () => {
  const bcrypt = '$2a$10$YqW9STqeMZgoS6mmmrkPZO/HCJZ8Ia5WCGdmzaQm87TA6VkZvheKC';
  test('an imported bcrypt hash serves twenty at once, and is the one that stays', async () => {
    await service.client({ clientId: 'imported' }, 'to-be-replaced');
    await setHashes('imported', [bcrypt]);
    const auth = service.basic('imported', 'known+secret');
    const logins = await Promise.all(Array.from({ length: 20 }, () => verdict(service.token(machine, auth))));
    expect(new Set(logins)).toEqual(new Set(['ok']));
    expect(await hashesOf('imported')).toEqual([bcrypt]);
    expect(await verdict(service.token(machine, service.basic('imported', 'to-be-replaced')))).toBe('invalid_client');
  });
  test('a change of rounds counts for new secrets, and old ones go on', async () => {
    const { client } = await service.client({ clientId: 'rounds' }, 'of-few-rounds');
    expect((await hashesOf('rounds'))[0]).toContain('$i=25000,');
    expect(await verdict(second.token(machine, second.basic('rounds', 'of-few-rounds')))).toBe('ok');
    const change = { client, clientSecret: 'of-more-rounds', ifVersion: 0 };
    await second.rooms.clientHandlers.setClient(change, call);
    expect((await hashesOf('rounds'))[0]).toContain('$i=30000,');
    service.resolver.forget('rounds');
    expect(await verdict(service.token(machine, service.basic('rounds', 'of-more-rounds')))).toBe('ok');
    expect(await verdict(service.token(machine, service.basic('rounds', 'of-few-rounds')))).toBe('invalid_client');
  });
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
