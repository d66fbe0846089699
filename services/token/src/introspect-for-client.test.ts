// Introspection by clients, and credentials: who learns what of a token (RFC 7662 §2 and §4, hydra-wire §1.7).
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { tokenV1 } from '@cardea/rpc';
import type { TestKey } from './jwt.fixture.js';
import { signed, testKey } from './jwt.fixture.js';
import type { Form, TokenService } from './tokens.fixture.js';
import { call, createTokenService, verdict } from './tokens.fixture.js';

let service: TokenService;
let auth: string;
let api: string;
const scope = 'openid offline userinfo_credential_draft_00';

beforeAll(async () => {
  service = await createTokenService();
  await service.client({ clientId: 'app', scope, audience: ['api'] }, 'secret-of-app');
  await service.client({ clientId: 'api' }, 'secret-of-api');
  await service.client({ clientId: 'spa', tokenEndpointAuthMethod: 'none' });
  auth = service.basic('app', 'secret-of-app');
  api = service.basic('api', 'secret-of-api');
});
afterAll(() => service.close());

describe('introspection by clients', () => {
  const look = async (form: Form, authorization: string) => {
    const parameters = Object.entries(form).map(([name, value]) => ({ name, value }));
    const answer = await service.rooms.tokenHandlers.introspectToken(
      tokenV1.IntrospectTokenRequest.create({ authorization, parameters }),
      call,
    );
    return answer.verdict;
  };
  const issue = (audience = '') =>
    service.token({ grant_type: 'client_credentials', ...(audience !== '' && { audience }) }, auth);

  test('a client learns of its own tokens', async () => {
    const own = await service.redeemed('app', auth);
    expect(await look({ token: own.accessToken }, auth)).toMatchObject({
      active: true,
      clientId: 'app',
      subject: 'alice',
    });
    expect(await look({ token: own.refreshToken, token_type_hint: 'access_token' }, auth)).toMatchObject({
      ...{ active: true, tokenUse: 'refresh_token' },
    });
  });

  test('another learns of access tokens whose audience it is, and of nothing else', async () => {
    expect(await look({ token: (await issue('api')).accessToken }, api)).toMatchObject({
      active: true,
      audience: ['api'],
    });
    expect((await look({ token: (await issue()).accessToken }, api))?.active).toBe(false);
    const own = await service.redeemed('app', auth);
    expect(await look({ token: own.refreshToken }, api)).toEqual(await look({ token: 'garbage' }, api));
    expect(await look({ token: own.idToken }, auth)).toMatchObject({ active: false, subject: '' });
  });

  test.each<[string, () => string, Form, string]>([
    ['nobody', () => '', { token: 'x' }, 'invalid_client'],
    ['a wrong secret', () => service.basic('app', 'wrong-secret'), { token: 'x' }, 'invalid_client'],
    ['a public client', () => '', { token: 'x', client_id: 'spa' }, 'invalid_client'],
    ['no token', () => auth, {}, 'invalid_request'],
  ])('%s is refused', async (_name, authorization, form, expected) => {
    expect(await verdict(look(form, authorization()))).toBe(expected);
  });
});

describe('credentials', () => {
  const types = ['VerifiableCredential', 'UserInfoCredential'];
  const holder = testKey('ES256', 'holder');
  const { kty, crv, x, y } = holder.jwk;
  const jwk = { kty, crv, x, y };
  const proof = (nonce: unknown, change: object = {}, header: object = {}, key: TestKey = holder) => ({
    proof_type: 'jwt',
    jwt: signed(
      key,
      { nonce, aud: 'https://as.test', ...change },
      { alg: key.alg, jwk, typ: 'openid4vci-proof+jwt', ...header },
    ),
  });
  const ask = (accessToken: string, body: unknown): Promise<tokenV1.IssueCredentialResponse> => {
    const bodyJson = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
    return service.rooms.tokenHandlers.issueCredential({ accessToken, bodyJson, requestId: '' }, call);
  };
  const granted = () => service.redeemed('app', auth, { scopes: scope.split(' ') });
  const claims = (text: string) => JSON.parse(Buffer.from(text.split('.')[1] ?? '', 'base64url').toString()) as unknown;

  test('are given to whoever proves to hold a key', async () => {
    const { accessToken, credentialNonce, credentialNonceExpiresInSeconds } = await granted();
    expect(credentialNonceExpiresInSeconds).toBe(3600);
    const { credential } = await ask(accessToken, { format: 'jwt_vc_json', types, proof: proof(credentialNonce) });
    const id = `did:jwk:${Buffer.from(JSON.stringify(jwk)).toString('base64url')}`;
    expect(claims(credential)).toMatchObject({
      sub: id,
      vc: { credentialSubject: { id, sub: 'alice', email: 'a@b.c' } },
    });
  });

  test('without a proof, a nonce comes first; it is good for this token alone, for an hour', async () => {
    const [mine, other] = [await granted(), await granted()];
    const { proofNeeded } = await ask(mine.accessToken, { format: 'jwt_vc_json', types });
    expect(proofNeeded).toMatchObject({ error: 'missing_proof', nonceExpiresInSeconds: 3600 });
    const body = { format: 'jwt_vc_json', types, proof: proof(proofNeeded?.nonce) };
    expect(await verdict(ask(other.accessToken, body))).toBe('invalid_request');
    expect(await verdict(ask(mine.accessToken, body))).toBe('ok');
    service.clock.millis += 3_600_001;
    expect(await verdict(ask((await granted()).accessToken, body))).toBe('invalid_request');
  });

  test('no nonce stands in answers that allow no credential', async () => {
    expect(await service.redeemed('app', auth, { scopes: ['openid'] })).toMatchObject({ credentialNonce: '' });
  });

  test.each<[string, (nonce: string) => unknown, string]>([
    ['no JSON', () => '{', 'invalid_request'],
    ['another format', (nonce) => ({ format: 'ldp_vc', types, proof: proof(nonce) }), 'invalid_request'],
    ['other types', (nonce) => ({ format: 'jwt_vc_json', types: ['Other'], proof: proof(nonce) }), 'invalid_request'],
    ['a made-up nonce', () => ({ format: 'jwt_vc_json', types, proof: proof('nothing') }), 'invalid_request'],
    ['no nonce', () => ({ format: 'jwt_vc_json', types, proof: proof(undefined) }), 'invalid_request'],
    [
      'no key in the header',
      (nonce) => ({ format: 'jwt_vc_json', types, proof: proof(nonce, {}, { jwk: undefined }) }),
      'invalid_request',
    ],
    [
      'a key that did not sign',
      (nonce) => ({ format: 'jwt_vc_json', types, proof: proof(nonce, {}, {}, testKey('ES256')) }),
      'invalid_request',
    ],
    [
      'a private key',
      (nonce) => ({ format: 'jwt_vc_json', types, proof: proof(nonce, {}, { jwk: { ...jwk, d: 'x' } }) }),
      'invalid_request',
    ],
    [
      'for somebody else',
      (nonce) => ({ format: 'jwt_vc_json', types, proof: proof(nonce, { aud: 'https://x' }) }),
      'invalid_request',
    ],
    [
      'something else by its type',
      (nonce) => ({ format: 'jwt_vc_json', types, proof: proof(nonce, {}, { typ: 'at+jwt' }) }),
      'invalid_request',
    ],
    [
      'another kind of proof',
      () => ({ format: 'jwt_vc_json', types, proof: { proof_type: 'cwt' } }),
      'invalid_request',
    ],
  ])('%s is refused', async (_name, body, expected) => {
    const { accessToken, credentialNonce } = await granted();
    expect(await verdict(ask(accessToken, body(credentialNonce)))).toBe(expected);
  });

  test('a token must stand for an end user, and for the scope', async () => {
    const body = (nonce: string) => ({ format: 'jwt_vc_json', types, proof: proof(nonce) });
    expect(await verdict(ask('garbage', body('')))).toBe('request_unauthorized');
    const alone = await service.token(
      { grant_type: 'client_credentials', scope: 'openid userinfo_credential_draft_00' },
      auth,
    );
    expect(await verdict(ask(alone.accessToken, body(alone.credentialNonce)))).toBe('request_unauthorized');
    const plain = await service.redeemed('app', auth, { scopes: ['openid'] });
    const { proofNeeded } = await ask(plain.accessToken, { format: 'jwt_vc_json', types });
    expect(await verdict(ask(plain.accessToken, body(proofNeeded?.nonce ?? '')))).toBe('insufficient_scope');
  });
});
