// What a relying party may ask for beside a code, through openid-client, unmodified, against real processes: ID tokens and
// codes from the front channel, signed requests, encrypted ID tokens (OpenID Connect Core §3.2, §3.3, §6, §10.2).
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { CryptoKey } from 'jose';
import { exportJWK, generateKeyPair } from 'jose';
import * as rp from 'openid-client';
import { createBrowserSession } from './browser-session.js';
import type { CreatedClient } from './clients.js';
import { callback, createClient } from './clients.js';
import type { Demo } from './demo.js';
import { joinDemo } from './demo.js';
import { authorize } from './login-app.js';

let demo: Demo;
let client: CreatedClient;
let encrypted: CreatedClient;
let signing: CryptoKey;
let decryption: CryptoKey;

const discoverAs = (who: CreatedClient, ...setUp: ((config: rp.Configuration) => void)[]) =>
  rp.discovery(new URL(demo.issuer), who.client_id, who.client_secret, rp.ClientSecretBasic(who.client_secret), {
    execute: [rp.allowInsecureRequests, ...setUp],
  });

beforeAll(async () => {
  demo = await joinDemo();
  const sig = await generateKeyPair('ES256', { extractable: true });
  const enc = await generateKeyPair('ECDH-ES', { crv: 'P-256', extractable: true });
  signing = sig.privateKey;
  decryption = enc.privateKey;
  const keys = [
    { ...(await exportJWK(sig.publicKey)), use: 'sig', alg: 'ES256', kid: 'sig' },
    { ...(await exportJWK(enc.publicKey)), use: 'enc', kid: 'enc' },
  ];
  const members = {
    grant_types: ['authorization_code', 'refresh_token', 'implicit'],
    response_types: ['code', 'id_token', 'code id_token', 'id_token token'],
    jwks: { keys },
  };
  client = await createClient(demo.admin, members);
  encrypted = await createClient(demo.admin, { ...members, id_token_encrypted_response_alg: 'ECDH-ES+A128KW' });
});
afterAll(() => demo.stop());

/** An authorization response to this request, and the values it must be checked with. */
async function answered(config: rp.Configuration, more: Record<string, string> = {}) {
  const [nonce, state] = [rp.randomNonce(), rp.randomState()];
  const parameters = { redirect_uri: callback, scope: 'openid profile', nonce, state, ...more };
  const url = rp.buildAuthorizationUrl(config, parameters);
  const back = await authorize(demo.admin, createBrowserSession(), url.href, { idTokenClaims: { name: 'Ann' } });
  return { back, nonce, state };
}

test('an ID token alone, in the fragment', async () => {
  const config = await discoverAs(client, rp.useIdTokenResponseType);
  const { back, nonce, state } = await answered(config);
  expect(back.search).toBe('');
  const claims = await rp.implicitAuthentication(config, back, nonce, { expectedState: state });
  expect(claims).toMatchObject({ sub: 'alice', name: 'Ann' });
});

test('a code with an ID token that vouches for it', async () => {
  const config = await discoverAs(client, rp.useCodeIdTokenResponseType);
  const { back, nonce, state } = await answered(config);
  const tokens = await rp.authorizationCodeGrant(config, back, { expectedNonce: nonce, expectedState: state });
  expect(tokens.claims()).toMatchObject({ sub: 'alice', nonce });
});

test('an access token from the front channel is good at userinfo', async () => {
  const config = await discoverAs(client);
  const { back } = await answered(config, { response_type: 'token id_token' });
  const token = new URLSearchParams(back.hash.slice(1)).get('access_token') ?? '';
  expect(await rp.fetchUserInfo(config, token, 'alice')).toMatchObject({ sub: 'alice', name: 'Ann' });
});

test('errors of such requests stay out of the query', async () => {
  const config = await discoverAs(client);
  const { back, state } = await answered(config, { response_type: 'code id_token', prompt: 'none' });
  expect(back.search).toBe('');
  const said = new URLSearchParams(back.hash.slice(1));
  expect([said.get('error'), said.get('state'), said.get('iss')]).toEqual(['login_required', state, demo.issuer]);
});

describe('a signed request', () => {
  test('is all there is in the address', async () => {
    const config = await discoverAs(client);
    const [nonce, state] = [rp.randomNonce(), rp.randomState()];
    const parameters = { redirect_uri: callback, response_type: 'code', scope: 'openid', nonce, state };
    const url = await rp.buildAuthorizationUrlWithJAR(config, parameters, { key: signing, kid: 'sig' });
    expect([...url.searchParams.keys()].sort()).toEqual(['client_id', 'request']);
    const back = await authorize(demo.admin, createBrowserSession(), url.href);
    const tokens = await rp.authorizationCodeGrant(config, back, { expectedNonce: nonce, expectedState: state });
    expect(tokens.claims()).toMatchObject({ sub: 'alice' });
  });

  test('by somebody else gets nowhere', async () => {
    const config = await discoverAs(client);
    const { privateKey } = await generateKeyPair('ES256');
    const parameters = { redirect_uri: callback, response_type: 'code', scope: 'openid' };
    const url = await rp.buildAuthorizationUrlWithJAR(config, parameters, { key: privateKey, kid: 'sig' });
    const back = await authorize(demo.admin, createBrowserSession(), url.href);
    expect(back.href).not.toContain(callback);
    expect(back.searchParams.get('error')).toBe('invalid_request_object');
  });
});

test('an encrypted ID token is read by its client', async () => {
  const config = await discoverAs(encrypted, (own) =>
    rp.enableDecryptingResponses(own, ['A128CBC-HS256'], { key: decryption, kid: 'enc', alg: 'ECDH-ES+A128KW' }),
  );
  const { back, nonce, state } = await answered(config);
  const tokens = await rp.authorizationCodeGrant(config, back, { expectedNonce: nonce, expectedState: state });
  expect(tokens.id_token?.split('.')).toHaveLength(5);
  expect(tokens.claims()).toMatchObject({ sub: 'alice', name: 'Ann' });
});
