// What issued tokens are good for, over real PostgreSQL: introspection, revocation, userinfo, and the published documents.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { tokenV1 } from '@cardea/rpc';
import type { Form, TokenService } from './tokens.fixture.js';
import { call, createTokenService, verdict } from './tokens.fixture.js';

let service: TokenService;
let auth: string;
const claimsOf = (jwt: string) =>
  JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;
const refreshForm = (refresh_token: string): Form => ({ grant_type: 'refresh_token', refresh_token });
const userinfo = async (accessToken: string): Promise<tokenV1.GetUserinfoResponse> =>
  service.rooms.tokenHandlers.getUserinfo({ accessToken, proof: undefined, requestId: '' }, call);

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

describe('introspection', () => {
  test('looks at scopes, expiry and spelling', async () => {
    const issued = await service.token({ grant_type: 'client_credentials', scope: 'photos.x' }, auth);
    const text = issued.accessToken;
    expect(await service.active(text, ['photos.x'])).toBe(true);
    expect(await service.active(text, ['photos.x', 'openid'])).toBe(false);
    for (const other of ['', 'x', text.slice(0, -1), `${text}=`, text.slice(7), text.toUpperCase(), `${text}\n`]) {
      expect(await service.active(other)).toBe(false);
    }
    service.clock.millis += 3_600_000;
    expect(await service.active(text)).toBe(false);
    service.clock.millis -= 3_600_000;
  });
  test('answers a batch in order, and no more than a thousand', async () => {
    const live = await service.token({ grant_type: 'client_credentials' }, auth);
    const tokens = ['x', live.accessToken, 'y', live.accessToken];
    const requests = tokens.map((token) => ({ token, tokenTypeHint: '', requiredScopes: [] }));
    const { responses } = await service.rooms.introspectionHandlers.introspectBatch({ requests }, call);
    expect(responses.map(({ active }) => active)).toEqual([false, true, false, true]);
    const many = Array.from({ length: 1001 }, () => requests[0]!);
    const refused = service.rooms.introspectionHandlers.introspectBatch({ requests: many }, call);
    expect(await verdict(refused)).toBe('invalid_request');
  });
});

describe('revocation', () => {
  test.each(['accessToken', 'refreshToken'] as const)('of the %s takes the family', async (which) => {
    const issued = await service.redeemed('app', auth);
    await service.revoke({ token: issued[which], token_type_hint: 'rubbish' }, auth);
    expect(await service.active(issued.accessToken)).toBe(false);
    expect(await verdict(service.token(refreshForm(issued.refreshToken), auth))).toBe('invalid_grant');
    expect(await verdict(service.revoke({ token: issued[which] }, auth))).toBe('ok');
  });
  test('leaves a remembered consent alone', async () => {
    const issued = await service.redeemed('app', auth);
    await service.revoke({ token: issued.accessToken }, auth);
    const { rows } = await service.database.pool.query('SELECT revoked_at FROM cardea.consent_grant WHERE id = $1', [
      issued.grantId,
    ]);
    expect(rows).toEqual([{ revoked_at: null }]);
  });
  test("another client's token lives on; rubbish is fine; credentials are needed", async () => {
    const issued = await service.redeemed('app', auth);
    const other = service.basic('other', 'other-secret');
    expect(await verdict(service.revoke({ token: issued.accessToken }, other))).toBe('ok');
    expect(await verdict(service.revoke({ token: issued.refreshToken }, other))).toBe('ok');
    expect(await service.active(issued.accessToken)).toBe(true);
    expect(await verdict(service.revoke({ token: 'rubbish' }, auth))).toBe('ok');
    expect(await verdict(service.revoke({}, auth))).toBe('invalid_request');
    expect(await verdict(service.revoke({ token: issued.accessToken }, service.basic('app', 'wrong')))).toBe(
      'invalid_client',
    );
  });
});

describe('userinfo', () => {
  test('tells claims without those about the ID token', async () => {
    const issued = await service.redeemed('app', auth);
    const claims = JSON.parse((await userinfo(issued.accessToken)).claimsJson.toString()) as object;
    expect(claims).toMatchObject({ sub: 'alice', email: 'a@b.c', iss: 'https://as.test', aud: ['app'] });
    expect(Object.keys(claims)).not.toEqual(expect.arrayContaining(['nonce']));
  });
  test('is signed for a client that wants it so', async () => {
    await service.client({ clientId: 'signed', userinfoSignedResponseAlg: 'ES256' }, 'signed-secret');
    const issued = await service.redeemed('signed', service.basic('signed', 'signed-secret'));
    const answer = await userinfo(issued.accessToken);
    expect(answer.claimsJson).toHaveLength(0);
    expect(claimsOf(answer.jwt)).toMatchObject({ sub: 'alice', aud: 'signed', email: 'a@b.c' });
  });
  test('as Hydra: of a client that acts for itself it says nothing, in proper form', async () => {
    const hydra = await createTokenService({ settings: { hydraCompat: true }, database: service.database });
    const { accessToken } = await hydra.token({ grant_type: 'client_credentials' }, auth);
    const request = { accessToken, proof: undefined, requestId: '' };
    const { claimsJson } = await hydra.rooms.tokenHandlers.getUserinfo(request, call);
    const nothing = { aud: ['app'], iat: expect.any(Number), iss: 'https://as.test' };
    expect(JSON.parse(claimsJson.toString())).toEqual(nothing);
    await hydra.close();
  });
  test('refuses everything else', async () => {
    const plain = await service.redeemed('app', auth, { scopes: ['offline'] });
    expect(await verdict(userinfo(plain.accessToken))).toBe('insufficient_scope');
    expect(await verdict(userinfo(plain.refreshToken))).toBe('invalid_token');
    expect(await verdict(userinfo('rubbish'))).toBe('invalid_token');
    const machine = await service.token({ grant_type: 'client_credentials', scope: 'openid' }, auth);
    expect(await verdict(userinfo(machine.accessToken))).toBe('invalid_token');
  });
});

test('discovery and JWKS tell what is there', async () => {
  const { getProviderMetadata, getJsonWebKeySet } = service.rooms.tokenHandlers;
  const metadata = JSON.parse((await getProviderMetadata({}, call)).document.toString()) as object;
  expect(metadata).toMatchObject({
    issuer: 'https://as.test',
    token_endpoint: 'https://as.test/oauth2/token',
    id_token_signing_alg_values_supported: ['ES256'],
    grant_types_supported: expect.arrayContaining([
      'authorization_code',
      'refresh_token',
      'client_credentials',
      'implicit',
    ]),
    code_challenge_methods_supported: ['S256'],
  });
  const { keys } = JSON.parse((await getJsonWebKeySet({}, call)).document.toString()) as { keys: object[] };
  expect(keys).toMatchObject([{ kid: 'id', alg: 'ES256', use: 'sig' }, { kid: 'access' }]);
});
