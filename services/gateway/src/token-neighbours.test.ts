// Introspection by clients and credentials over real HTTP and gRPC: what goes in and how it comes out.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { OAuthError } from '@cardea/oauth';
import { introspectionV1, tokenV1 } from '@cardea/rpc';
import type { StartedGateway } from './gateway.fixture.js';
import { startGateway } from './gateway.fixture.js';

let gateway: StartedGateway;
let introspected: tokenV1.IntrospectTokenRequest | undefined;
let asked: tokenV1.IssueCredentialRequest | undefined;

beforeAll(async () => {
  gateway = await startGateway({
    token: {
      issueToken: () =>
        Promise.resolve(
          tokenV1.IssueTokenResponse.create({
            ...{ accessToken: 'at', tokenType: 'bearer', credentialNonce: 'n', credentialNonceExpiresInSeconds: 60 },
          }),
        ),
      introspectToken: (request) => {
        introspected = request;
        const token = request.parameters.find(({ name }) => name === 'token')?.value;
        if (token === undefined) throw new OAuthError('invalid_client');
        const verdict = introspectionV1.IntrospectResponse.create({
          ...{ active: token === 'live', clientId: 'rp', subject: 'bob', issuedAt: 1, notBefore: 1, expiresAt: 9 },
          ...{ issuer: 'https://as.test', audience: ['api'], tokenUse: 'access_token', scope: 'a' },
          extraJson: Buffer.from('{"n":9007199254740993}'),
          obfuscatedSubject: 'for operators',
        });
        return Promise.resolve({ verdict });
      },
      issueCredential: (request) => {
        asked = request;
        if (request.accessToken === '') throw new OAuthError('request_unauthorized');
        const proofNeeded = { error: 'missing_proof', errorDescription: 'why', nonce: 'n', nonceExpiresInSeconds: 60 };
        return Promise.resolve(
          request.bodyJson.length > 2
            ? { credential: 'a.b.c', proofNeeded: undefined }
            : { credential: '', proofNeeded },
        );
      },
    },
  });
});
afterAll(() => gateway.stop());

const post = async (path: string, body: URLSearchParams | string, headers: Record<string, string> = {}) => {
  const response = await fetch(gateway.url + path, { method: 'POST', body, headers });
  return { status: response.status, headers: response.headers, text: await response.text() };
};

describe('introspection', () => {
  test('hands over the credentials, and tells what a live token is worth', async () => {
    const form = new URLSearchParams({ token: 'live', token_type_hint: 'access_token' });
    const answer = await post('/oauth2/introspect', form, { Authorization: 'Basic x' });
    expect(introspected).toMatchObject({
      authorization: 'Basic x',
      parameters: [{ name: 'token', value: 'live' }, { name: 'token_type_hint' }],
    });
    expect(JSON.parse(answer.text)).toMatchObject({
      ...{ active: true, scope: 'a', client_id: 'rp', sub: 'bob', exp: 9, iat: 1, nbf: 1, aud: ['api'] },
      ...{ iss: 'https://as.test', token_type: 'Bearer', token_use: 'access_token' },
    });
    expect(answer.text).toContain('9007199254740993');
    expect(answer.text).not.toContain('for operators');
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });
  test('of any other token it says nothing else than that', async () => {
    expect((await post('/oauth2/introspect', new URLSearchParams({ token: 'dead' }))).text).toBe('{"active":false}');
  });
  test('refuses strangers, other methods and what is no form', async () => {
    expect((await post('/oauth2/introspect', new URLSearchParams({ x: 'y' }))).status).toBe(401);
    expect((await fetch(`${gateway.url}/oauth2/introspect`)).status).toBe(405);
    expect((await post('/oauth2/introspect', '{}', { 'Content-Type': 'application/json' })).status).toBe(400);
  });
});

describe('credentials', () => {
  const bearer = { Authorization: 'Bearer at', 'Content-Type': 'application/json' };
  test('the body goes in as it is, the credential comes out', async () => {
    const answer = await post('/credentials', '{"format":"x"}', bearer);
    expect(asked).toMatchObject({ accessToken: 'at', bodyJson: Buffer.from('{"format":"x"}') });
    expect([answer.status, answer.text]).toEqual([200, '{"format":"jwt_vc_json","credential_draft_00":"a.b.c"}']);
  });
  test('or what to do first', async () => {
    const answer = await post('/credentials', '{}', bearer);
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.text)).toEqual({
      ...{ format: 'jwt_vc', c_nonce: 'n', c_nonce_expires_in: 60 },
      ...{ error: 'missing_proof', error_description: 'why' },
    });
  });
  test('without a token it is 401, and a huge body is not read', async () => {
    expect((await post('/credentials', '{}')).status).toBe(401);
    expect((await post('/credentials', 'x'.repeat(100_000), bearer)).status).toBe(413);
  });
  test('a token answer has the nonce where there is one', async () => {
    const answer = await post('/oauth2/token', new URLSearchParams({ grant_type: 'x' }));
    expect(JSON.parse(answer.text)).toMatchObject({ c_nonce_draft_00: 'n', c_nonce_expires_in_draft_00: 60 });
  });
});
