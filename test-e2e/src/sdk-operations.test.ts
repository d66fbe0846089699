// Every operation of Hydra's OpenAPI document through both of its SDKs: the status it documents, and every member that the
// SDK's type promises.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type * as sdk from '@ory/hydra-client';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { CreatedClient } from './clients.js';
import { basic, callback, createClient } from './clients.js';
import { freshCode } from './code-flow.js';
import type { Demo } from './demo.js';
import { newHome, startDemo } from './demo.js';
import type { Given } from './sdk-given.js';
import { asRegistered, issuerToTrust, prepare, publicJwk, unique } from './sdk-given.js';
import type { Sdk, SdkAnswer } from './sdk.js';
import { axiosClient, fetchClient } from './sdk.js';

const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code';
const home = newHome();
let demo: Demo;
let client: CreatedClient;
let given: Given;

beforeAll(async () => {
  // The one thing of the document that is off unless somebody wants it.
  const file = path.join(home.directory, 'registration.yaml');
  writeFileSync(file, 'oidc: { dynamic_client_registration: { enabled: true } }\n');
  demo = await startDemo({ home: home.directory, args: ['--config', file] });
  client = await createClient(demo.admin, {
    grant_types: ['authorization_code', 'refresh_token', deviceGrant],
    scope: 'openid offline userinfo_credential_draft_00',
  });
  given = prepare(demo, client);
}, 150_000);
afterAll(async () => {
  await demo.stop();
  home.remove();
});

type Call = (call: Sdk['call']) => Promise<SdkAnswer>;
interface Row {
  readonly operation: string;
  readonly status: number;
  /** Of the answer, or of each entry of a list; an answer that is thrown is a redirect. */
  readonly members: readonly string[];
  readonly call: Call;
}
/** `T` is the SDK's type of the answer: only members that it promises can be named. */
const row = <T extends object>(
  operation: string,
  status: number,
  members: readonly (keyof T & string)[],
  call: Call,
): Row => ({ operation, status, members, call });
const nothing: readonly never[] = [];

const clientMembers: readonly (keyof sdk.OAuth2Client)[] = [
  ...(['client_id', 'client_name', 'redirect_uris', 'grant_types', 'response_types', 'scope', 'audience'] as const),
  ...(['owner', 'policy_uri', 'allowed_cors_origins', 'tos_uri', 'client_uri', 'logo_uri', 'contacts'] as const),
  ...(['client_secret_expires_at', 'subject_type', 'jwks', 'token_endpoint_auth_method', 'created_at'] as const),
  ...(['updated_at', 'metadata', 'userinfo_signed_response_alg', 'skip_consent', 'skip_logout_consent'] as const),
  ...(['authorization_code_grant_access_token_lifespan', 'refresh_token_grant_refresh_token_lifespan'] as const),
];
/** A client that registered itself is told what it has, and nothing else (RFC 7591 §3.2.1). */
const registeredMembers: typeof clientMembers = [
  ...(['client_id', 'redirect_uris', 'grant_types', 'response_types', 'scope', 'subject_type'] as const),
  ...(['token_endpoint_auth_method', 'client_secret_expires_at', 'created_at', 'updated_at'] as const),
];
const redirect = (operation: string, parameters: () => Promise<object>): Row =>
  row<sdk.OAuth2RedirectTo>(operation, 200, ['redirect_to'], async (call) => call(operation, await parameters()));

const rows: readonly Row[] = [
  row<sdk.JsonWebKeySet>('discoverJsonWebKeys', 200, ['keys'], (call) => call('discoverJsonWebKeys')),
  row<sdk.OidcConfiguration>(
    'discoverOidcConfiguration',
    200,
    [
      ...(['issuer', 'authorization_endpoint', 'token_endpoint', 'jwks_uri', 'subject_types_supported'] as const),
      ...(['response_types_supported', 'id_token_signing_alg_values_supported', 'scopes_supported'] as const),
      ...(['userinfo_endpoint', 'revocation_endpoint', 'end_session_endpoint', 'registration_endpoint'] as const),
      ...(['device_authorization_endpoint', 'response_modes_supported', 'grant_types_supported'] as const),
      ...(['claims_supported', 'claims_parameter_supported', 'request_parameter_supported'] as const),
      ...(['backchannel_logout_supported', 'backchannel_logout_session_supported'] as const),
      ...(['frontchannel_logout_supported', 'frontchannel_logout_session_supported'] as const),
      ...(['code_challenge_methods_supported', 'token_endpoint_auth_methods_supported'] as const),
    ],
    (call) => call('discoverOidcConfiguration'),
  ),

  row<sdk.OAuth2Client>('listOAuth2Clients', 200, ['client_id', 'client_name', 'scope'], async (call) => {
    const owner = unique();
    await given.ownClient({ owner });
    return call('listOAuth2Clients', { owner });
  }),
  row<sdk.OAuth2Client>(
    'createOAuth2Client',
    201,
    [...clientMembers, 'client_secret', 'registration_access_token', 'registration_client_uri'],
    (call) => call('createOAuth2Client', { oAuth2Client: { redirect_uris: [callback] } }),
  ),
  row('deleteOAuth2Client', 204, nothing, async (call) => call('deleteOAuth2Client', { id: await given.ownClient() })),
  row<sdk.OAuth2Client>('getOAuth2Client', 200, clientMembers, async (call) =>
    call('getOAuth2Client', { id: await given.ownClient() }),
  ),
  row<sdk.OAuth2Client>('patchOAuth2Client', 200, clientMembers, async (call) =>
    call('patchOAuth2Client', {
      id: await given.ownClient(),
      jsonPatch: [{ op: 'replace', path: '/client_name', value: 'patched' }],
    }),
  ),
  row<sdk.OAuth2Client>('setOAuth2Client', 200, [...clientMembers, 'client_secret'], async (call) =>
    call('setOAuth2Client', {
      id: await given.ownClient(),
      oAuth2Client: { redirect_uris: [callback], client_secret: 'a new secret' },
    }),
  ),
  row<sdk.OAuth2Client>('setOAuth2ClientLifespans', 200, clientMembers, async (call) =>
    call('setOAuth2ClientLifespans', {
      id: await given.ownClient(),
      oAuth2ClientTokenLifespans: { client_credentials_grant_access_token_lifespan: '2m0s' },
    }),
  ),

  row('deleteJsonWebKeySet', 204, nothing, async (call) => call('deleteJsonWebKeySet', await given.keySet())),
  row<sdk.JsonWebKeySet>('getJsonWebKeySet', 200, ['keys'], async (call) =>
    call('getJsonWebKeySet', await given.keySet()),
  ),
  row<sdk.JsonWebKeySet>('createJsonWebKeySet', 201, ['keys'], (call) =>
    call('createJsonWebKeySet', {
      set: `walk-${unique()}`,
      createJsonWebKeySet: { alg: 'ES256', use: 'sig', kid: unique() },
    }),
  ),
  row<sdk.JsonWebKeySet>('setJsonWebKeySet', 200, ['keys'], async (call) =>
    call('setJsonWebKeySet', { set: (await given.keySet()).set, jsonWebKeySet: { keys: [publicJwk(unique())] } }),
  ),
  row('deleteJsonWebKey', 204, nothing, async (call) => call('deleteJsonWebKey', await given.keySet())),
  row<sdk.JsonWebKeySet>('getJsonWebKey', 200, ['keys'], async (call) => call('getJsonWebKey', await given.keySet())),
  row<sdk.JsonWebKey>('setJsonWebKey', 200, ['alg', 'kid', 'kty', 'use', 'crv', 'x', 'y'], async (call) => {
    const { set, kid } = await given.keySet();
    return call('setJsonWebKey', { set, kid, jsonWebKey: publicJwk(kid) });
  }),

  row<sdk.OAuth2ConsentRequest>(
    'getOAuth2ConsentRequest',
    200,
    [
      ...(['challenge', 'client', 'consent_request_id', 'login_challenge', 'login_session_id'] as const),
      ...(['oidc_context', 'request_url', 'requested_scope', 'requested_access_token_audience'] as const),
      ...(['skip', 'subject', 'acr', 'amr'] as const),
    ],
    async (call) => call('getOAuth2ConsentRequest', { consentChallenge: await given.consentChallenge() }),
  ),
  redirect('acceptOAuth2ConsentRequest', async () => ({
    consentChallenge: await given.consentChallenge(),
    acceptOAuth2ConsentRequest: { grant_scope: ['openid'] },
  })),
  redirect('rejectOAuth2ConsentRequest', async () => ({
    consentChallenge: await given.consentChallenge(),
    rejectOAuth2Request: { error: 'access_denied' },
  })),
  redirect('acceptUserCodeRequest', async () => {
    const { challenge, userCode } = await given.deviceChallenge();
    return { deviceChallenge: challenge, acceptDeviceUserCodeRequest: { user_code: userCode } };
  }),
  row<sdk.OAuth2LoginRequest>(
    'getOAuth2LoginRequest',
    200,
    [
      ...(['challenge', 'client', 'oidc_context', 'request_url', 'requested_scope'] as const),
      ...(['requested_access_token_audience', 'session_id', 'skip', 'subject'] as const),
    ],
    async (call) => call('getOAuth2LoginRequest', { loginChallenge: await given.loginChallenge() }),
  ),
  redirect('acceptOAuth2LoginRequest', async () => ({
    loginChallenge: await given.loginChallenge(),
    acceptOAuth2LoginRequest: { subject: 'walker' },
  })),
  redirect('rejectOAuth2LoginRequest', async () => ({
    loginChallenge: await given.loginChallenge(),
    rejectOAuth2Request: { error: 'access_denied' },
  })),
  row<sdk.OAuth2LogoutRequest>(
    'getOAuth2LogoutRequest',
    200,
    ['challenge', 'subject', 'sid', 'request_url', 'rp_initiated', 'expires_at', 'requested_at'],
    async (call) => call('getOAuth2LogoutRequest', { logoutChallenge: await given.logoutChallenge() }),
  ),
  redirect('acceptOAuth2LogoutRequest', async () => ({ logoutChallenge: await given.logoutChallenge() })),
  row('rejectOAuth2LogoutRequest', 204, nothing, async (call) =>
    call('rejectOAuth2LogoutRequest', { logoutChallenge: await given.logoutChallenge() }),
  ),

  row('revokeOAuth2ConsentSessions', 204, nothing, (call) =>
    call('revokeOAuth2ConsentSessions', { subject: 'somebody else', all: true }),
  ),
  row<sdk.OAuth2ConsentSession>(
    'listOAuth2ConsentSessions',
    200,
    [
      ...(['consent_request', 'consent_request_id', 'grant_scope', 'grant_access_token_audience'] as const),
      ...(['handled_at', 'remember', 'remember_for', 'session'] as const),
    ],
    async (call) => {
      const subject = unique();
      await given.tokens({}, subject);
      return call('listOAuth2ConsentSessions', { subject });
    },
  ),
  row('revokeOAuth2LoginSessions', 204, nothing, (call) => call('revokeOAuth2LoginSessions', { subject: 'nobody' })),
  row<sdk.IntrospectedOAuth2Token>(
    'introspectOAuth2Token',
    200,
    ['active', 'aud', 'client_id', 'exp', 'iat', 'iss', 'nbf', 'scope', 'sub', 'token_type', 'token_use'],
    async (call) => call('introspectOAuth2Token', { token: (await given.tokens()).accessToken }),
  ),
  row('deleteOAuth2Token', 204, nothing, async (call) =>
    call('deleteOAuth2Token', { clientId: await given.ownClient() }),
  ),

  row<sdk.TrustedOAuth2JwtGrantIssuer>(
    'listTrustedOAuth2JwtGrantIssuers',
    200,
    ['id', 'issuer', 'subject', 'scope', 'public_key', 'created_at', 'expires_at'],
    async (call) => {
      await given.trusted();
      return call('listTrustedOAuth2JwtGrantIssuers', {});
    },
  ),
  row<sdk.TrustedOAuth2JwtGrantIssuer>(
    'trustOAuth2JwtGrantIssuer',
    201,
    ['id', 'issuer', 'subject', 'scope', 'public_key', 'created_at', 'expires_at', 'allow_any_subject'],
    (call) => {
      // The fetch SDK takes dates for dates, and writes them as the other sends them.
      const { expires_at: expiry, ...rest } = issuerToTrust();
      return call('trustOAuth2JwtGrantIssuer', {
        trustOAuth2JwtGrantIssuer: { ...rest, expires_at: new Date(expiry) },
      });
    },
  ),
  row('deleteTrustedOAuth2JwtGrantIssuer', 204, nothing, async (call) =>
    call('deleteTrustedOAuth2JwtGrantIssuer', { id: (await given.trusted()).id }),
  ),
  row<sdk.TrustedOAuth2JwtGrantIssuer>(
    'getTrustedOAuth2JwtGrantIssuer',
    200,
    ['id', 'issuer', 'subject', 'scope', 'public_key', 'created_at', 'expires_at'],
    async (call) => call('getTrustedOAuth2JwtGrantIssuer', { id: (await given.trusted()).id }),
  ),

  row<sdk.VerifiableCredentialResponse>(
    'createVerifiableCredential',
    200,
    ['format', 'credential_draft_00'],
    async (call) => {
      const { accessToken } = await given.tokens({ scope: 'openid userinfo_credential_draft_00' });
      const caller = { headers: { authorization: `Bearer ${accessToken}` } };
      const wish = { format: 'jwt_vc_json', types: ['VerifiableCredential', 'UserInfoCredential'] };
      const operation = 'createVerifiableCredential';
      const first = await call(operation, { createVerifiableCredentialRequestBody: wish }, caller);
      // The document's other answer: what the proof must contain.
      expect(first).toMatchObject({ status: 400, refusal: { error: 'missing_proof', c_nonce: expect.any(String) } });
      const proof = given.proofOf((first.refusal as { c_nonce: string }).c_nonce);
      return call(operation, { createVerifiableCredentialRequestBody: { ...wish, proof } }, caller);
    },
  ),

  row<sdk.HealthStatus>('isAlive', 200, ['status'], (call) => call('isAlive')),
  row<sdk.IsReady200Response>('isReady', 200, ['status'], (call) => call('isReady')),
  row<sdk.GetVersion200Response>('getVersion', 200, ['version'], (call) => call('getVersion')),

  row('oAuth2Authorize', 302, nothing, (call) => call('oAuth2Authorize')),
  row<sdk.DeviceAuthorization>(
    'oAuth2DeviceFlow',
    200,
    ['device_code', 'user_code', 'verification_uri', 'verification_uri_complete', 'expires_in', 'interval'],
    (call) =>
      call('oAuth2DeviceFlow', undefined, {
        headers: { authorization: basic(client), 'content-type': 'application/x-www-form-urlencoded' },
      }),
  ),
  row('performOAuth2DeviceVerificationFlow', 302, nothing, (call) => call('performOAuth2DeviceVerificationFlow')),
  row<sdk.OAuth2Client>(
    'createOidcDynamicClient',
    201,
    [...registeredMembers, 'client_secret', 'registration_access_token', 'registration_client_uri'],
    (call) => call('createOidcDynamicClient', { oAuth2Client: { redirect_uris: [callback] } }),
  ),
  row('deleteOidcDynamicClient', 204, nothing, async (call) => {
    const made = await given.registered();
    return call('deleteOidcDynamicClient', { id: made.client_id }, asRegistered(made));
  }),
  row<sdk.OAuth2Client>('getOidcDynamicClient', 200, registeredMembers, async (call) => {
    const made = await given.registered();
    return call('getOidcDynamicClient', { id: made.client_id }, asRegistered(made));
  }),
  row<sdk.OAuth2Client>(
    'setOidcDynamicClient',
    200,
    [...registeredMembers, 'registration_access_token'],
    async (call) => {
      const made = await given.registered();
      const oAuth2Client = { client_id: made.client_id, redirect_uris: [callback], client_name: 'renamed' };
      return call('setOidcDynamicClient', { id: made.client_id, oAuth2Client }, asRegistered(made));
    },
  ),
  row('revokeOAuth2Token', 200, nothing, async (call) =>
    call('revokeOAuth2Token', { token: (await given.tokens()).refreshToken }, given.credentials()),
  ),
  row('revokeOidcSession', 302, nothing, (call) => call('revokeOidcSession')),
  row<sdk.OAuth2TokenExchange>(
    'oauth2TokenExchange',
    200,
    ['access_token', 'refresh_token', 'id_token', 'expires_in', 'scope', 'token_type'],
    async (call) => {
      const code = await freshCode(demo, client);
      const parameters = { grantType: 'authorization_code', code, redirectUri: callback };
      return call('oauth2TokenExchange', parameters, given.credentials());
    },
  ),
  row<sdk.OidcUserInfo>('getOidcUserInfo', 200, ['sub'], async (call) =>
    call('getOidcUserInfo', undefined, { accessToken: (await given.tokens()).accessToken }),
  ),
];

/** In the document, but younger than both SDKs: called by hand. */
const unspoken = {
  rotateOAuth2ClientSecret: 'POST',
  deleteRotatedOAuth2ClientSecrets: 'DELETE',
} as const;

test.each(Object.entries(unspoken))('%s, which no SDK knows yet, answers 200', async (_operation, method) => {
  const url = `${demo.admin}/admin/clients/${await given.ownClient()}/secrets/rotate`;
  const answer = await fetch(url, { method });
  expect(answer.status).toBe(200);
  const body = (await answer.json()) as sdk.OAuth2Client;
  expect(Object.keys(body)).toEqual(expect.arrayContaining([...clientMembers]));
  expect(body.client_secret).toEqual(method === 'POST' ? expect.any(String) : undefined);
});

describe.each([
  ['@ory/hydra-client', axiosClient],
  ['@ory/hydra-client-fetch', fetchClient],
])('%s', (_name, connect) => {
  test('knows no operation that is not called here: 50, and 2 that it does not know', () => {
    const names = rows.map(({ operation }) => operation);
    expect([...connect(demo).operations].sort()).toEqual([...names].sort());
    expect(new Set([...names, ...Object.keys(unspoken)]).size).toBe(52);
  });

  test.each(rows.map((entry) => [entry.operation, entry] as const))('%s', async (_operation, { call, ...wanted }) => {
    const answer = await call((operation, parameters, caller) => connect(demo).call(operation, parameters, caller));
    expect({ status: answer.status, refusal: answer.refusal }).toEqual({
      status: wanted.status,
      refusal: wanted.status === 302 ? expect.anything() : undefined,
    });
    if (wanted.status === 302) expect(() => new URL(answer.location ?? '')).not.toThrow();
    const documents = Array.isArray(answer.wire) ? (answer.wire as unknown[]) : [answer.wire];
    expect(documents).not.toHaveLength(0);
    for (const document of wanted.members.length === 0 ? [] : documents) {
      const missing = wanted.members.filter((name) => !(name in (document as object)));
      expect(missing).toEqual([]);
    }
    // The fetch SDK reads what it was sent into types of its own, and throws where it cannot.
    expect(answer.data === undefined || answer.data === '').toBe(wanted.members.length === 0);
  });
});
