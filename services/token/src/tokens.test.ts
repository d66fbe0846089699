// The token endpoint over real PostgreSQL: what each grant issues, refuses and brings down.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Form, TokenService } from './tokens.fixture.js';
import { call, createTokenService, settings as ordinary, verdict, verifier } from './tokens.fixture.js';

let service: TokenService;
let auth: string;
const claimsOf = (jwt: string) =>
  JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;
const codeForm = (code: string): Form => ({
  grant_type: 'authorization_code',
  code,
  redirect_uri: 'https://app.example/cb',
  code_verifier: verifier,
});
const refreshForm = (refresh_token: string): Form => ({ grant_type: 'refresh_token', refresh_token });

beforeAll(async () => {
  service = await createTokenService();
  await service.client({ clientId: 'app' }, 'a chosen secret');
  auth = service.basic('app', encodeURIComponent('a chosen secret'));
  await service.client({ clientId: 'other' }, 'other-secret');
  await service.client({ clientId: 'public', tokenEndpointAuthMethod: 'none' });
  await service.client({ clientId: 'post', tokenEndpointAuthMethod: 'client_secret_post' }, 'post-secret');
  await service.client({ clientId: 'jwt', accessTokenStrategy: 'jwt' }, 'jwt-secret');
  await service.client({ clientId: 'codes', grantTypes: [], scope: 'openid' }, 'codes-secret');
});
afterAll(() => service.close());

describe('client authentication', () => {
  const cc = { grant_type: 'client_credentials' };
  test.each<[string, Form, string, string]>([
    ['Basic', cc, 'app:a%20chosen+secret', 'ok'],
    ['Basic with the same client_id in the form', { ...cc, client_id: 'app' }, 'app:a+chosen+secret', 'ok'],
    [
      'Basic with another client_id in the form',
      { ...cc, client_id: 'other' },
      'app:a+chosen+secret',
      'invalid_request',
    ],
    ['a wrong secret', cc, 'app:wrong-secret', 'invalid_client'],
    ['an unknown client', cc, 'nobody:wrong-secret', 'invalid_client'],
    ['a client id with a NUL in it', cc, 'a%00b:secret', 'invalid_client'],
    ['an empty secret', cc, 'app:', 'invalid_client'],
    ['a secret of 5 KiB', cc, `app:${'x'.repeat(5000)}`, 'invalid_client'],
    [
      'two ways at once',
      { ...cc, client_id: 'app', client_secret: 'a chosen secret' },
      'app:a+chosen+secret',
      'invalid_request',
    ],
    ['post for a Basic client', { ...cc, client_id: 'app', client_secret: 'a chosen secret' }, '', 'invalid_client'],
    ['post for a post client', { ...cc, client_id: 'post', client_secret: 'post-secret' }, '', 'ok'],
    ['Basic for a post client', cc, 'post:post-secret', 'invalid_client'],
    ['no credentials', cc, '', 'invalid_client'],
    ['only a client_id for a confidential client', { ...cc, client_id: 'app' }, '', 'invalid_client'],
    ['a public client with a secret', { ...cc, client_id: 'public', client_secret: 'x' }, '', 'invalid_client'],
  ])('%s', async (_name, form, credentials, expected) => {
    const header = credentials === '' ? '' : `Basic ${Buffer.from(credentials).toString('base64')}`;
    expect(await verdict(service.token(form, header))).toBe(expected);
  });

  test('a generated secret works, and is shown this once', async () => {
    const { clientSecret, client } = await service.client({});
    expect(clientSecret).toMatch(/^[\w-]{26}$/);
    expect(await verdict(service.token(cc, service.basic(client!.clientId, clientSecret)))).toBe('ok');
  });
  test('a new secret replaces the old one at once', async () => {
    await service.client({ clientId: 'rotating' }, 'first-secret');
    expect(await verdict(service.token(cc, service.basic('rotating', 'first-secret')))).toBe('ok');
    const { client } = await service.rooms.clientHandlers.getClient({ clientId: 'rotating' }, call);
    await service.rooms.clientHandlers.setClient({ client, clientSecret: 'second-secret', ifVersion: 0 }, call);
    expect(await verdict(service.token(cc, service.basic('rotating', 'first-secret')))).toBe('invalid_client');
    expect(await verdict(service.token(cc, service.basic('rotating', 'second-secret')))).toBe('ok');
  });
});

describe('the token endpoint', () => {
  test.each<[Form, string]>([
    [{}, 'invalid_request'],
    [{ grant_type: 'password' }, 'unsupported_grant_type'],
    [{ grant_type: '__proto__' }, 'unsupported_grant_type'],
    [{ grant_type: 'authorization_code' }, 'invalid_request'],
    [{ grant_type: 'refresh_token' }, 'invalid_request'],
    [{ grant_type: 'client_credentials', scope: 'photos.*' }, 'ok'],
    [{ grant_type: 'client_credentials', scope: 'admin' }, 'invalid_scope'],
    [{ grant_type: 'client_credentials', scope: 'a"b' }, 'invalid_scope'],
    [{ grant_type: 'client_credentials', audience: 'https://elsewhere.example' }, 'invalid_request'],
    [{ grant_type: 'refresh_token', refresh_token: 'ory_rt_rubbish' }, 'invalid_grant'],
    [{ grant_type: 'authorization_code', code: '\u0000' }, 'invalid_request'],
  ])('%j: %s', async (form, expected) => {
    expect(await verdict(service.token(form, auth))).toBe(expected);
  });
  test('refuses a repeated parameter', async () => {
    const parameters = ['1', '2'].map(() => ({ name: 'grant_type', value: 'client_credentials' }));
    const request = { authorization: auth, parameters, proof: undefined, requestId: '', clientAddress: '' };
    expect(await verdict(service.rooms.tokenHandlers.issueToken(request, call))).toBe('invalid_request');
  });
  test.each(['client_credentials', 'refresh_token'])('refuses %s to a client without it', async (grant_type) => {
    const form = { grant_type, refresh_token: 'x' };
    expect(await verdict(service.token(form, service.basic('codes', 'codes-secret')))).toBe('unauthorized_client');
  });
  test('refuses client_credentials to a public client', async () => {
    const form = { grant_type: 'client_credentials', client_id: 'public' };
    expect(await verdict(service.token(form))).toBe('unauthorized_client');
  });
});

describe('authorization_code', () => {
  test('issues access, refresh and ID token', async () => {
    const issued = await service.redeemed('app', auth);
    expect(issued).toMatchObject({ tokenType: 'bearer', expiresInSeconds: 3600, scope: 'openid offline' });
    expect(issued.accessToken).toMatch(/^ory_at_/);
    expect(issued.refreshToken).toMatch(/^ory_rt_/);
    expect(claimsOf(issued.idToken)).toMatchObject({
      iss: 'https://as.test',
      sub: 'alice',
      nonce: 'n-1',
      email: 'a@b.c',
    });
    expect(await service.introspect(issued.accessToken)).toMatchObject({
      active: true,
      clientId: 'app',
      subject: 'alice',
      tokenUse: 'access_token',
      scope: 'openid offline',
      acr: '1',
    });
    expect(await service.introspect(issued.refreshToken)).toMatchObject({ active: true, tokenUse: 'refresh_token' });
  });
  test('gives no refresh token without offline access, and no ID token without openid', async () => {
    expect(await service.redeemed('app', auth, { scopes: ['photos.read'] })).toMatchObject({
      refreshToken: '',
      idToken: '',
    });
    const codes = service.basic('codes', 'codes-secret');
    expect(await service.redeemed('codes', codes)).toMatchObject({ refreshToken: '' });
  });

  test.each<[string, Form, string]>([
    ['another redirect_uri', { redirect_uri: 'https://app.example/cb2' }, 'invalid_grant'],
    ['no redirect_uri', { redirect_uri: '' }, 'invalid_grant'],
    ['a wrong verifier', { code_verifier: 'x'.repeat(43) }, 'invalid_grant'],
    ['no verifier', { code_verifier: '' }, 'invalid_grant'],
  ])('%s is refused and does not burn the code', async (_name, change, expected) => {
    const { code } = await service.code('app');
    expect(await verdict(service.token({ ...codeForm(code), ...change }, auth))).toBe(expected);
    expect(await verdict(service.token(codeForm(code), auth))).toBe('ok');
  });
  test('another client gets nothing and changes nothing', async () => {
    const { code } = await service.code('app');
    const other = service.basic('other', 'other-secret');
    expect(await verdict(service.token(codeForm(code), other))).toBe('invalid_grant');
    const issued = await service.token(codeForm(code), auth);
    expect(await verdict(service.token(codeForm(code), other))).toBe('invalid_grant');
    expect(await service.active(issued.accessToken)).toBe(true);
  });
  test('a second use fells everything that came of the first', async () => {
    const { code } = await service.code('app');
    const issued = await service.token(codeForm(code), auth);
    const next = await service.token(refreshForm(issued.refreshToken), auth);
    expect(await verdict(service.token(codeForm(code), auth))).toBe('invalid_grant');
    expect(await service.active(next.accessToken)).toBe(false);
    expect(await verdict(service.token(refreshForm(next.refreshToken), auth))).toBe('invalid_grant');
  });
  test('a public client needs a challenge; a verifier without one is a downgrade', async () => {
    const { code } = await service.code('public', { pkce: false });
    const form = { ...codeForm(code), client_id: 'public' };
    expect(await verdict(service.token({ ...form, code_verifier: '' }))).toBe('invalid_grant');
    const plain = await service.code('app', { pkce: false });
    expect(await verdict(service.token(codeForm(plain.code), auth))).toBe('invalid_grant');
    expect(await verdict(service.redeemed('public', ''))).toBe('ok');
  });
  test('an expired code is refused', async () => {
    const { code } = await service.code('app');
    service.clock.millis += 61_000;
    expect(await verdict(service.token(codeForm(code), auth))).toBe('invalid_grant');
    service.clock.millis -= 61_000;
  });
  test('a signer that is away burns no code', async () => {
    const { code } = await service.code('app');
    service.signer.away = true;
    expect(await verdict(service.token(codeForm(code), auth))).not.toBe('ok');
    service.signer.away = false;
    expect(await verdict(service.token(codeForm(code), auth))).toBe('ok');
  });
});

describe('refresh_token', () => {
  test('rotates, and kills the access token that came with it', async () => {
    const first = await service.redeemed('app', auth);
    const second = await service.token(refreshForm(first.refreshToken), auth);
    expect(second.refreshToken).not.toBe(first.refreshToken);
    expect(claimsOf(second.idToken)).toMatchObject({ sub: 'alice', nonce: 'n-1' });
    expect(await service.active(first.accessToken)).toBe(false);
    expect(await service.active(first.refreshToken)).toBe(false);
    expect(await service.active(second.accessToken)).toBe(true);
  });
  test('leaves an access token behind that names no family: its revocation is answered and ends nothing', async () => {
    const first = await service.redeemed('app', auth);
    const second = await service.token(refreshForm(first.refreshToken), auth);
    await service.revoke({ token: first.accessToken }, auth);
    expect(await service.active(second.accessToken)).toBe(true);
    await service.revoke({ token: second.accessToken }, auth);
    expect(await service.active(second.refreshToken)).toBe(false);
  });
  test('gives its client the same answer again inside the window, and fells the family behind it', async () => {
    const first = await service.redeemed('app', auth);
    const second = await service.token(refreshForm(first.refreshToken), auth);
    service.clock.millis += 9_000;
    expect(await service.token(refreshForm(first.refreshToken), auth)).toEqual(second);
    service.clock.millis += 1_000;
    expect(await verdict(service.token(refreshForm(first.refreshToken), auth))).toBe('invalid_grant');
    expect(await service.active(second.accessToken)).toBe(false);
    expect(await verdict(service.token(refreshForm(second.refreshToken), auth))).toBe('invalid_grant');
  });
  test('another client gets nothing and changes nothing', async () => {
    const first = await service.redeemed('app', auth);
    const other = service.basic('other', 'other-secret');
    expect(await verdict(service.token(refreshForm(first.refreshToken), other))).toBe('invalid_grant');
    const second = await service.token(refreshForm(first.refreshToken), auth);
    expect(await verdict(service.token(refreshForm(first.refreshToken), other))).toBe('invalid_grant');
    expect(await service.active(second.accessToken)).toBe(true);
  });
  test('lets scopes shrink, not grow, and remembers the whole grant', async () => {
    const first = await service.redeemed('app', auth, { scopes: ['openid', 'offline', 'photos.read'] });
    const wider = { ...refreshForm(first.refreshToken), scope: 'openid photos.write' };
    expect(await verdict(service.token(wider, auth))).toBe('invalid_scope');
    const second = await service.token({ ...refreshForm(first.refreshToken), scope: 'photos.read' }, auth);
    expect(second).toMatchObject({ scope: 'photos.read', idToken: '' });
    expect(await service.active(second.accessToken, ['openid'])).toBe(false);
    expect((await service.token(refreshForm(second.refreshToken), auth)).scope).toBe('openid offline photos.read');
  });
  test('a scope the client lost ends in invalid_scope, without using the token up', async () => {
    await service.client({ clientId: 'shrinking' }, 'shrinking-secret');
    const own = service.basic('shrinking', 'shrinking-secret');
    const first = await service.redeemed('shrinking', own, { scopes: ['openid', 'offline', 'photos.read'] });
    const { client } = await service.rooms.clientHandlers.getClient({ clientId: 'shrinking' }, call);
    const set = (scope: string) =>
      service.rooms.clientHandlers.setClient({ client: { ...client!, scope }, clientSecret: '', ifVersion: 0 }, call);
    await set('openid offline');
    expect(await verdict(service.token(refreshForm(first.refreshToken), own))).toBe('invalid_scope');
    await set('openid offline photos.*');
    expect(await verdict(service.token(refreshForm(first.refreshToken), own))).toBe('ok');
  });
  test('expires', async () => {
    const first = await service.redeemed('app', auth);
    service.clock.millis += 2_592_000_000;
    expect(await verdict(service.token(refreshForm(first.refreshToken), auth))).toBe('invalid_grant');
    service.clock.millis -= 2_592_000_000;
  });
});

test('-1 as lifetime makes refresh tokens that never expire', async () => {
  const lifetimes = { access: 3_600_000, id: 3_600_000, refresh: -1 };
  const eternal = await createTokenService({
    settings: { lifetimes },
    database: service.database,
    clock: { ...service.clock },
  });
  const first = await eternal.redeemed('app', auth);
  eternal.clock.millis += 40 * 365 * 86_400_000;
  expect(await eternal.introspect(first.refreshToken)).toMatchObject({ active: true, expiresAt: 0 });
  await eternal.close();
});

test('a bounded reuse count bounds all uses', async () => {
  const settings = { policy: { ...ordinary.policy, rotationReuseCount: 3 } };
  const bounded = await createTokenService({ settings, database: service.database });
  const first = await bounded.redeemed('app', auth);
  const verdicts = [];
  for (let use = 1; use <= 4; use++) verdicts.push(await verdict(bounded.token(refreshForm(first.refreshToken), auth)));
  expect(verdicts).toEqual(['ok', 'ok', 'ok', 'invalid_grant']);
  await bounded.close();
});

describe('JWT access tokens', () => {
  const form = { grant_type: 'client_credentials', scope: 'photos.x' };
  test('are signed until the caller has gone, and no longer', async () => {
    const { issueToken, getUserinfo } = service.rooms.tokenHandlers;
    const deadline = Date.now() + 1_234;
    const parameters = Object.entries(form).map(([name, value]) => ({ name, value }));
    const authorization = service.basic('jwt', 'jwt-secret');
    service.signer.deadlines.length = 0;
    await issueToken({ authorization, parameters, requestId: '', clientAddress: '' }, { ...call, deadline });
    expect(service.signer.deadlines).toEqual([deadline]);

    await service.client({ clientId: 'signed', userinfoSignedResponseAlg: 'ES256' }, 'signed-secret');
    const { accessToken } = await service.redeemed('signed', service.basic('signed', 'signed-secret'));
    service.signer.deadlines.length = 0;
    await getUserinfo({ accessToken, requestId: '' }, { ...call, deadline });
    expect(service.signer.deadlines).toEqual([deadline]);
  });

  test('are introspected by signature and row, in one spelling', async () => {
    const issued = await service.token(form, service.basic('jwt', 'jwt-secret'));
    expect(claimsOf(issued.accessToken)).toMatchObject({ aud: ['https://as.test'], client_id: 'jwt', sub: 'jwt' });
    expect(await service.introspect(issued.accessToken)).toMatchObject({ active: true, audience: ['https://as.test'] });
    const [head, payload, signature = ''] = issued.accessToken.split('.');
    // The last letter of 64 bytes in base64url carries four bits nobody reads.
    const twin = String.fromCharCode(signature.charCodeAt(signature.length - 1) + 1);
    for (const forged of [
      `${head}.${payload}.${signature.slice(0, -1)}${twin}`,
      `${head}.${payload}.`,
      `${head}.e30.${signature}`,
    ]) {
      expect(await service.active(forged)).toBe(false);
    }
  });
  test('die by revocation, and an ID token is no access token', async () => {
    const own = service.basic('jwt', 'jwt-secret');
    const issued = await service.redeemed('jwt', own);
    expect(await service.active(issued.idToken)).toBe(false);
    expect(await service.active(issued.accessToken)).toBe(true);
    await service.revoke({ token: issued.accessToken }, own);
    expect(await service.active(issued.accessToken)).toBe(false);
    expect(await service.active(issued.refreshToken)).toBe(false);
  });
});
