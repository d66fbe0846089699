// ID tokens and userinfo for clients with keys of their own: what they decrypt is what was signed (OpenID Connect Core
// §10.2; RFC 7516).
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { KeyObject } from 'node:crypto';
import { createPrivateKey } from 'node:crypto';
import type { JWK } from 'jose';
import { compactDecrypt, exportJWK, generateKeyPair } from 'jose';
import { call, createTokenService } from './tokens.fixture.js';

let service: Awaited<ReturnType<typeof createTokenService>>;
const keys = new Map<string, KeyObject>();
const jwks: JWK[] = [];

beforeAll(async () => {
  service = await createTokenService();
  for (const [kid, alg, options] of [
    ['rsa', 'RSA-OAEP-256', {}],
    ['ec', 'ECDH-ES', { crv: 'P-256' }],
    ['x', 'ECDH-ES', { crv: 'X25519' }],
  ] as const) {
    const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true, ...options });
    // A key object serves every hash; a web crypto key only its own.
    keys.set(kid, createPrivateKey({ format: 'jwk', key: await exportJWK(privateKey) }));
    jwks.push({ ...(await exportJWK(publicKey)), kid, use: 'enc' });
  }
});
afterAll(() => service.close());

let number = 0;
const client = async (metadata: object, own: JWK[] = jwks) => {
  const clientId = `app-${String(number++)}`;
  const created = await service.client({ clientId, jwksJson: Buffer.from(JSON.stringify({ keys: own })), ...metadata });
  return { clientId, authorization: service.basic(clientId, created.clientSecret) };
};
const claimsOf = (jwt: string) => JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString()) as object;
const userinfo = (accessToken: string) =>
  service.rooms.tokenHandlers.getUserinfo({ accessToken, proof: undefined, requestId: '' }, call);

describe('an ID token', () => {
  test.each([
    ['RSA-OAEP', 'A256GCM', 'rsa'],
    ['RSA-OAEP-256', '', 'rsa'],
    ['ECDH-ES', 'A128GCM', 'ec'],
    ['ECDH-ES+A128KW', 'A192CBC-HS384', 'ec'],
    ['ECDH-ES+A256KW', 'A256CBC-HS512', 'ec'],
  ])('by %s and %s', async (alg, enc, kid) => {
    const { clientId, authorization } = await client({
      idTokenEncryptedResponseAlg: alg,
      idTokenEncryptedResponseEnc: enc,
    });
    const { idToken } = await service.redeemed(clientId, authorization);
    const { plaintext, protectedHeader } = await compactDecrypt(idToken, keys.get(kid)!);
    expect(protectedHeader).toMatchObject({ alg, enc: enc === '' ? 'A128CBC-HS256' : enc, kid, cty: 'JWT' });
    expect(claimsOf(Buffer.from(plaintext).toString())).toMatchObject({ sub: 'alice', aud: [clientId] });
  });

  test('by a key on another curve', async () => {
    const { clientId, authorization } = await client({ idTokenEncryptedResponseAlg: 'ECDH-ES' }, [jwks[2]!]);
    const { idToken } = await service.redeemed(clientId, authorization);
    const { plaintext } = await compactDecrypt(idToken, keys.get('x')!);
    expect(claimsOf(Buffer.from(plaintext).toString())).toMatchObject({ aud: [clientId] });
  });

  test('for a client without a fitting key is refused, and its code is still good for nothing less', async () => {
    const { clientId, authorization } = await client({ idTokenEncryptedResponseAlg: 'RSA-OAEP' }, [jwks[1]!]);
    await expect(service.redeemed(clientId, authorization)).rejects.toMatchObject({ code: 'invalid_request' });
  });
});

test('userinfo, plain and signed', async () => {
  const plain = await client({ userinfoEncryptedResponseAlg: 'ECDH-ES', userinfoEncryptedResponseEnc: 'A256GCM' });
  const open = await userinfo((await service.redeemed(plain.clientId, plain.authorization)).accessToken);
  expect(open.claimsJson.length).toBe(0);
  const inside = await compactDecrypt(open.jwt, keys.get('ec')!);
  expect(inside.protectedHeader).not.toHaveProperty('cty');
  expect(JSON.parse(Buffer.from(inside.plaintext).toString())).toMatchObject({ sub: 'alice', email: 'a@b.c' });

  const signed = await client({ userinfoEncryptedResponseAlg: 'RSA-OAEP', userinfoSignedResponseAlg: 'ES256' });
  const closed = await userinfo((await service.redeemed(signed.clientId, signed.authorization)).accessToken);
  const { plaintext, protectedHeader } = await compactDecrypt(closed.jwt, keys.get('rsa')!);
  expect(protectedHeader.cty).toBe('JWT');
  expect(claimsOf(Buffer.from(plaintext).toString())).toMatchObject({ sub: 'alice' });
});
