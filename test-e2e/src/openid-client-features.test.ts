// What openid-client knows beside the main job: every way to authenticate, registration, introspection, other grants, signed
// userinfo, keys it keeps. Hybrid and implicit answers, signed requests and encrypted tokens are in response-types, devices in device.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { CryptoKey, JWK } from 'jose';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import * as rp from 'openid-client';
import { createBrowserSession } from './browser-session.js';
import type { CreatedClient } from './clients.js';
import { callback, createClient } from './clients.js';
import type { Demo } from './demo.js';
import { newHome, startDemo } from './demo.js';
import { adminCall, authorize } from './login-app.js';

const home = newHome();
const insecure = { execute: [rp.allowInsecureRequests] };
const jwtBearer = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
let demo: Demo;
let key: CryptoKey;
let jwk: JWK;

beforeAll(async () => {
  const file = path.join(home.directory, 'registration.yaml');
  writeFileSync(file, 'oidc: { dynamic_client_registration: { enabled: true } }\n');
  demo = await startDemo({ home: home.directory, args: ['--config', file] });
  const pair = await generateKeyPair('ES256', { extractable: true });
  key = pair.privateKey;
  jwk = { ...(await exportJWK(pair.publicKey)), kid: 'own', alg: 'ES256', use: 'sig' };
}, 150_000);
afterAll(async () => {
  await demo.stop();
  home.remove();
});

const discoverAs = (
  who: Pick<CreatedClient, 'client_id'>,
  proof: rp.ClientAuth,
  metadata: Partial<rp.ClientMetadata> = {},
) => rp.discovery(new URL(demo.issuer), who.client_id, metadata, proof, insecure);

async function logIn(as: rp.Configuration, parameters: Record<string, string> = {}) {
  const verifier = rp.randomPKCECodeVerifier();
  const [expectedNonce, expectedState] = [rp.randomNonce(), rp.randomState()];
  const url = rp.buildAuthorizationUrl(as, {
    ...{ redirect_uri: callback, scope: 'openid profile', nonce: expectedNonce, state: expectedState },
    ...{ code_challenge: await rp.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256' },
    ...parameters,
  });
  const back = await authorize(demo.admin, createBrowserSession(), url.href, { idTokenClaims: { name: 'Alice' } });
  return rp.authorizationCodeGrant(as, back, { pkceCodeVerifier: verifier, expectedNonce, expectedState });
}

describe('a client proves itself by', () => {
  const secret = 'a-chosen-secret-of-more-than-32-bytes';
  test.each<[string, Record<string, unknown>, () => rp.ClientAuth]>([
    ['client_secret_basic', { client_secret: secret }, () => rp.ClientSecretBasic(secret)],
    ['client_secret_post', { client_secret: secret }, () => rp.ClientSecretPost(secret)],
    ['client_secret_jwt', { client_secret: secret }, () => rp.ClientSecretJwt(secret)],
    ['private_key_jwt', {}, () => rp.PrivateKeyJwt({ key, kid: 'own' })],
    ['none', {}, () => rp.None()],
  ])('%s, at every endpoint that asks', async (method, more, proof) => {
    const keys = method === 'private_key_jwt' ? { jwks: { keys: [jwk] } } : {};
    const created = await createClient(demo.admin, { token_endpoint_auth_method: method, ...more, ...keys });
    const as = await discoverAs(created, proof());
    const tokens = await logIn(as, { scope: 'openid offline_access' });
    const next = await rp.refreshTokenGrant(as, tokens.refresh_token ?? '');
    if (method === 'none') {
      // Who cannot show that it is itself is told of no tokens (RFC 7662 §2.1).
      await expect(rp.tokenIntrospection(as, next.access_token)).rejects.toMatchObject({ status: 401 });
    } else {
      expect(await rp.tokenIntrospection(as, next.access_token)).toMatchObject({ active: true, sub: 'alice' });
      const own = await rp.clientCredentialsGrant(as, { scope: 'photos.read' });
      expect(own.scope).toBe('photos.read');
    }
    await rp.tokenRevocation(as, next.refresh_token ?? '');
    await expect(rp.refreshTokenGrant(as, next.refresh_token ?? '')).rejects.toMatchObject({ error: 'invalid_grant' });
    await expect(rp.fetchUserInfo(as, next.access_token, 'alice')).rejects.toMatchObject({ status: 401 });
  });
});

describe('registration', () => {
  const metadata = { redirect_uris: [callback], client_name: 'Registrant', grant_types: ['authorization_code'] };
  /** As RFC 7592 has it; openid-client leaves that to its user. */
  const manage = async (as: rp.Configuration, method: string, body?: object) => {
    const told = as.clientMetadata() as { registration_access_token?: string; registration_client_uri?: string };
    const answer = await fetch(told.registration_client_uri ?? '', {
      method,
      headers: { authorization: `Bearer ${told.registration_access_token ?? ''}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: answer.status, text: await answer.text() };
  };

  test.each<[string, () => object, (secret: string) => rp.ClientAuth]>([
    ['client_secret_post', () => ({}), (secret) => rp.ClientSecretPost(secret)],
    ['client_secret_basic', () => ({}), (secret) => rp.ClientSecretBasic(secret)],
    ['client_secret_jwt', () => ({}), (secret) => rp.ClientSecretJwt(secret)],
    ['private_key_jwt', () => ({ jwks: { keys: [jwk] } }), () => rp.PrivateKeyJwt({ key, kid: 'own' })],
    ['none', () => ({}), () => rp.None()],
  ])('a client that uses %s registers, logs somebody in, changes and goes', async (method, more, proof) => {
    const wanted = { ...metadata, token_endpoint_auth_method: method, ...more() };
    const registered = await rp.dynamicClientRegistration(new URL(demo.issuer), wanted, undefined, insecure);
    const { client_id: id, client_secret: secret } = registered.clientMetadata();
    expect(secret === undefined).toBe(method === 'none');
    const as = new rp.Configuration(registered.serverMetadata(), id, registered.clientMetadata(), proof(secret ?? ''));
    rp.allowInsecureRequests(as);
    expect((await logIn(as, { scope: 'openid' })).claims()).toMatchObject({ sub: 'alice', aud: [id] });

    const read = JSON.parse((await manage(as, 'GET')).text) as Record<string, unknown>;
    expect(read).toMatchObject({ client_id: id, client_name: 'Registrant', token_endpoint_auth_method: method });
    const changed = await manage(as, 'PUT', { ...wanted, client_id: id, client_name: 'Renamed' });
    expect([changed.status, JSON.parse(changed.text)]).toMatchObject([200, { client_name: 'Renamed' }]);
    // The token may be another one from now on.
    const told = JSON.parse(changed.text) as Record<string, string>;
    const later = new rp.Configuration(as.serverMetadata(), id, {
      ...as.clientMetadata(),
      ...told,
      client_id: id,
    });
    expect((await manage(later, 'DELETE')).status).toBe(204);
    expect((await manage(later, 'GET')).status).toBe(401);
    await expect(logIn(as, { scope: 'openid' })).rejects.toThrow();
  });

  test('what no registrant may say is refused with its name', async () => {
    const greedy = { ...metadata, redirect_uris: ['javascript:alert(1)'] };
    const refused = rp.dynamicClientRegistration(new URL(demo.issuer), greedy, rp.None(), insecure);
    await expect(refused).rejects.toMatchObject({ error: 'invalid_redirect_uri', status: 400 });
  });
});

test('an assertion of a trusted issuer is traded for a token, once', async () => {
  const issuer = 'https://jwt-idp.example.com';
  await adminCall(`${demo.admin}/admin/trust/grants/jwt-bearer/issuers`, 'POST', {
    ...{ issuer, subject: 'mike', scope: ['photos.read'], jwk, expires_at: '2099-01-01T00:00:00Z' },
  });
  const created = await createClient(demo.admin, { grant_types: [jwtBearer] });
  const as = await discoverAs(created, rp.ClientSecretBasic(created.client_secret));
  const assertion = await new SignJWT({ jti: 'once' })
    .setProtectedHeader({ alg: 'ES256', kid: 'own' })
    .setIssuer(issuer)
    .setSubject('mike')
    .setAudience(as.serverMetadata().token_endpoint ?? '')
    .setIssuedAt()
    .setExpirationTime('5m')
    .sign(key);
  const parameters = { assertion, scope: 'photos.read' };
  const tokens = await rp.genericGrantRequest(as, jwtBearer, parameters);
  expect(await rp.tokenIntrospection(as, tokens.access_token)).toMatchObject({ active: true, sub: 'mike' });
  await expect(rp.genericGrantRequest(as, jwtBearer, parameters)).rejects.toMatchObject({ error: 'invalid_grant' });
});

describe('userinfo and keys', () => {
  test('signed userinfo, whose signature and that of the ID token are checked against the published keys', async () => {
    const algorithms = { id_token_signed_response_alg: 'ES256', userinfo_signed_response_alg: 'ES256' };
    const created = await createClient(demo.admin, algorithms);
    const as = await discoverAs(created, rp.ClientSecretBasic(created.client_secret), algorithms);
    rp.enableNonRepudiationChecks(as);
    const tokens = await logIn(as);
    expect(await rp.fetchUserInfo(as, tokens.access_token, 'alice')).toMatchObject({ sub: 'alice', name: 'Alice' });
    // What it keeps of the keys serves another configuration, which asks nobody.
    const kept = rp.getJwksCache(as);
    expect(kept?.jwks.keys.length).toBeGreaterThan(0);
    const second = await discoverAs(created, rp.ClientSecretBasic(created.client_secret), algorithms);
    rp.enableNonRepudiationChecks(second);
    rp.setJwksCache(second, kept!);
    expect((await logIn(second)).claims()).toMatchObject({ sub: 'alice' });
  });

  test('a protected resource is asked with the token, and says what is wrong with another', async () => {
    const created = await createClient(demo.admin);
    const as = await discoverAs(created, rp.ClientSecretBasic(created.client_secret));
    const { access_token: token } = await logIn(as);
    const userinfo = new URL(as.serverMetadata().userinfo_endpoint ?? '');
    const answer = await rp.fetchProtectedResource(as, token, userinfo, 'GET');
    expect(await answer.json()).toMatchObject({ sub: 'alice' });
    const refused = rp.fetchProtectedResource(as, `${token}x`, userinfo, 'GET');
    await expect(refused).rejects.toMatchObject({ status: 401, cause: [{ scheme: 'bearer' }] });
  });

  test('what is not offered is not announced: no pushed requests, no DPoP, no backchannel authentication, no JARM, no mTLS', async () => {
    const created = await createClient(demo.admin);
    const server = (await discoverAs(created, rp.ClientSecretBasic(created.client_secret))).serverMetadata();
    for (const member of [
      'pushed_authorization_request_endpoint',
      'dpop_signing_alg_values_supported',
      'backchannel_authentication_endpoint',
      'authorization_signing_alg_values_supported',
      'tls_client_certificate_bound_access_tokens',
    ])
      expect(server).not.toHaveProperty(member);
    expect(server.supportsPKCE()).toBe(true);
  });
});
