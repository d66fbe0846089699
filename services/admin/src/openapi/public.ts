// The public listener in the OpenAPI document: what relying parties, devices and browsers ask.
import type { Answer, Operation } from './operation.js';
import { answer, empty, form, json } from './operation.js';
import type { Schema } from './schema.js';
import { described, freeObject, list, object, oneOf, ref, text, whole } from './schema.js';

export const publicSchemas: Readonly<Record<string, Schema>> = {
  oAuth2TokenExchange: {
    ...object(
      { access_token: text, expires_in: whole, scope: text, token_type: oneOf('bearer') },
      { id_token: text, refresh_token: text, c_nonce: text, c_nonce_expires_in: whole },
    ),
  },
  publicJsonWebKeySet: object({ keys: list({ ...object({ kty: text, kid: text }), additionalProperties: true }) }),
  providerMetadata: { ...object({ issuer: text, jwks_uri: text, token_endpoint: text }), additionalProperties: true },
  oidcUserInfo: { ...object({ sub: text }), additionalProperties: true },
  deviceAuthorization: object({
    device_code: text,
    user_code: text,
    verification_uri: text,
    verification_uri_complete: text,
    expires_in: whole,
    interval: whole,
  }),
  verifiableCredentialResponse: object({ format: text, credential_draft_00: text }),
};

const browser: Answer = { description: 'The browser goes on', headers: { Location: 'Where to.' } };
const shown: Answer = { description: 'A page', schema: text, contentType: 'text/html' };
const anyForm = form({ type: 'object', additionalProperties: text });
const asClient = form({ ...object({ token: text }, { token_type_hint: text }), additionalProperties: true });
const registered = answer('The registration', ref('registeredClient'));

export const publicOperations: readonly Operation[] = [
  {
    id: 'oAuth2Authorize',
    method: 'get',
    path: '/oauth2/auth',
    summary: 'Begin an authorization (RFC 6749 §3.1)',
    answers: { 200: shown, 302: browser, 303: browser },
  },
  {
    id: 'oAuth2AuthorizeByPost',
    method: 'post',
    path: '/oauth2/auth',
    summary: 'Begin an authorization with a form (OpenID Connect Core §3.1.2.1)',
    body: anyForm,
    answers: { 200: shown, 302: browser, 303: browser },
  },
  {
    id: 'oauth2TokenExchange',
    method: 'post',
    path: '/oauth2/token',
    summary: 'Trade a grant for tokens (RFC 6749 §3.2)',
    body: anyForm,
    answers: { 200: answer('The tokens', ref('oAuth2TokenExchange')) },
  },
  {
    id: 'revokeOAuth2Token',
    method: 'post',
    path: '/oauth2/revoke',
    summary: 'Revoke a token (RFC 7009)',
    body: asClient,
    answers: { 200: empty('It is worth nothing now') },
  },
  {
    id: 'introspectOAuth2TokenAsClient',
    method: 'post',
    path: '/oauth2/introspect',
    summary: 'Ask as a client what a token is worth (RFC 7662)',
    body: asClient,
    answers: { 200: answer('What it is worth to this client', ref('introspectedOAuth2Token')) },
  },
  {
    id: 'oAuth2DeviceFlow',
    method: 'post',
    path: '/oauth2/device/auth',
    summary: 'Begin a device flow (RFC 8628 §3.1)',
    body: anyForm,
    answers: { 200: answer('The codes', ref('deviceAuthorization')) },
  },
  {
    id: 'performOAuth2DeviceVerificationFlow',
    method: 'get',
    path: '/oauth2/device/verify',
    summary: 'Where a person goes with a user code (RFC 8628 §3.3)',
    answers: { 200: shown, 302: browser, 303: browser },
  },
  {
    id: 'revokeOidcSession',
    method: 'get',
    path: '/oauth2/sessions/logout',
    summary: 'Begin a logout (OpenID Connect RP-Initiated Logout)',
    answers: { 200: shown, 302: browser, 303: browser },
  },
  {
    id: 'getOidcUserInfo',
    method: 'get',
    path: '/userinfo',
    summary: 'Claims about the person of an access token (OpenID Connect Core §5.3)',
    answers: { 200: answer('The claims', ref('oidcUserInfo')) },
  },
  {
    id: 'revokeOidcSessionByPost',
    method: 'post',
    path: '/oauth2/sessions/logout',
    summary: 'Begin a logout with a form (OpenID Connect RP-Initiated Logout §2)',
    body: anyForm,
    answers: { 200: shown, 302: browser, 303: browser },
  },
  {
    id: 'getOidcUserInfoByPost',
    method: 'post',
    path: '/userinfo',
    summary: 'The same, with the token in a form (RFC 6750 §2.2)',
    body: anyForm,
    answers: { 200: answer('The claims', ref('oidcUserInfo')) },
  },
  {
    id: 'createVerifiableCredential',
    method: 'post',
    path: '/credentials',
    summary: 'Issue a verifiable credential (draft 00)',
    body: { type: 'json', schema: freeObject },
    answers: { 200: answer('The credential', ref('verifiableCredentialResponse')), 400: answer('Refused', freeObject) },
  },
  {
    id: 'createOidcDynamicClient',
    method: 'post',
    path: '/oauth2/register',
    summary: 'Register a client (RFC 7591 §3)',
    body: json('oAuth2ClientInput'),
    answers: { 201: { ...registered, headers: { Location: 'Where the registration is.' } } },
  },
  {
    id: 'getOidcDynamicClient',
    method: 'get',
    path: '/oauth2/register/{id}',
    summary: 'Read a registration (RFC 7592 §2.1)',
    answers: { 200: registered },
  },
  {
    id: 'setOidcDynamicClient',
    method: 'put',
    path: '/oauth2/register/{id}',
    summary: 'Replace a registration (RFC 7592 §2.2)',
    body: json('oAuth2ClientInput'),
    answers: { 200: registered },
  },
  {
    id: 'deleteOidcDynamicClient',
    method: 'delete',
    path: '/oauth2/register/{id}',
    summary: 'Delete a registration (RFC 7592 §2.3)',
    answers: { 204: empty('The client is gone') },
  },
  {
    id: 'discoverOidcConfiguration',
    method: 'get',
    path: '/.well-known/openid-configuration',
    summary: 'What this provider can do (OpenID Connect Discovery)',
    answers: { 200: answer('The metadata', ref('providerMetadata')) },
  },
  {
    id: 'discoverOAuth2Metadata',
    method: 'get',
    path: '/.well-known/oauth-authorization-server',
    summary: 'The same under its other name (RFC 8414)',
    answers: { 200: answer('The metadata', ref('providerMetadata')) },
  },
  {
    id: 'discoverJsonWebKeys',
    method: 'get',
    path: '/.well-known/jwks.json',
    summary: 'The keys that verify what this provider signs',
    answers: { 200: answer('The keys', described(ref('publicJsonWebKeySet'), 'Public halves only.')) },
  },
];
