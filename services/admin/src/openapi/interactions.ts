// Login, consent, logout and device requests in the OpenAPI document: how the login and consent app takes part.
import type { Operation } from './operation.js';
import { answer, empty, json } from './operation.js';
import type { Schema } from './schema.js';
import { anything, described, flag, freeObject, instant, nullable, object, ref, text, texts, whole } from './schema.js';

const context = nullable(ref('oAuth2ConsentRequestOpenIDConnectContext'));

/** What login and consent requests have in common. */
const asked = {
  challenge: text,
  requested_scope: texts,
  requested_access_token_audience: texts,
  skip: flag,
  subject: text,
  oidc_context: context,
  client: ref('oAuth2Client'),
  request_url: text,
};

export const consentRequest: Schema = object({
  ...asked,
  consent_request_id: text,
  login_challenge: text,
  login_session_id: text,
  acr: text,
  amr: nullable(texts),
  context: anything,
});

export const interactionSchemas: Readonly<Record<string, Schema>> = {
  oAuth2ConsentRequestOpenIDConnectContext: object(
    {},
    {
      acr_values: texts,
      ui_locales: texts,
      display: text,
      login_hint: text,
      id_token_hint_claims: freeObject,
      claims: described(freeObject, 'The `claims` parameter.'),
    },
  ),
  oAuth2LoginRequest: object({ ...asked, session_id: text }),
  oAuth2ConsentRequest: consentRequest,
  oAuth2LogoutRequest: object(
    { challenge: text, subject: text, request_url: text, rp_initiated: flag, client: nullable(ref('oAuth2Client')) },
    { sid: text, expires_at: instant, requested_at: instant },
  ),
  oAuth2RedirectTo: object({ redirect_to: described(text, 'Where the browser goes on.') }),
  acceptOAuth2LoginRequest: object(
    { subject: text },
    {
      remember: flag,
      remember_for: described(whole, 'Seconds; 0 means as long as the server remembers.'),
      extend_session_lifespan: flag,
      acr: text,
      amr: texts,
      force_subject_identifier: text,
      context: anything,
      identity_provider_session_id: text,
    },
  ),
  acceptOAuth2ConsentRequest: object(
    {},
    {
      grant_scope: texts,
      grant_access_token_audience: texts,
      session: object({}, { access_token: freeObject, id_token: freeObject }),
      remember: flag,
      remember_for: described(whole, 'Seconds; 0 means for ever.'),
      context: anything,
      handled_at: instant,
    },
  ),
  rejectOAuth2Request: object(
    {},
    { error: text, error_description: text, error_hint: text, error_debug: text, status_code: whole },
  ),
  acceptDeviceUserCodeRequest: object({ user_code: text }),
};

const base = '/admin/oauth2/auth/requests';
const redirect = answer('Where the browser goes on', ref('oAuth2RedirectTo'));
const handled = answer('It was handled already', ref('handledOAuth2Request'));

function interaction(kind: 'login' | 'consent' | 'logout' | 'device') {
  const name = `${kind}_challenge`;
  // The former name of the parameter is understood too, but for devices.
  return { query: { [name]: text, ...(kind === 'device' ? {} : { challenge: text }) } };
}

function answered(kind: 'Login' | 'Consent'): Operation[] {
  const word = kind.toLowerCase() as 'login' | 'consent';
  const path = `${base}/${word}`;
  return [
    {
      id: `getOAuth2${kind}Request`,
      method: 'get',
      path,
      summary: `Read a ${word} request`,
      ...interaction(word),
      answers: { 200: answer('The request', ref(`oAuth2${kind}Request`)), 410: handled },
    },
    {
      id: `acceptOAuth2${kind}Request`,
      method: 'put',
      path: `${path}/accept`,
      summary: `Accept a ${word} request`,
      ...interaction(word),
      body: json(`acceptOAuth2${kind}Request`),
      answers: { 200: redirect, 410: handled },
    },
    {
      id: `rejectOAuth2${kind}Request`,
      method: 'put',
      path: `${path}/reject`,
      summary: `Reject a ${word} request`,
      ...interaction(word),
      body: json('rejectOAuth2Request'),
      answers: { 200: redirect, 410: handled },
    },
  ];
}

export const interactionOperations: readonly Operation[] = [
  ...answered('Login'),
  ...answered('Consent'),
  {
    id: 'getOAuth2LogoutRequest',
    method: 'get',
    path: `${base}/logout`,
    summary: 'Read a logout request',
    ...interaction('logout'),
    answers: { 200: answer('The request', ref('oAuth2LogoutRequest')), 410: handled },
  },
  {
    id: 'acceptOAuth2LogoutRequest',
    method: 'put',
    path: `${base}/logout/accept`,
    summary: 'Accept a logout request',
    query: { ...interaction('logout').query, revoke_tokens: flag },
    answers: { 200: redirect, 410: handled },
  },
  {
    id: 'rejectOAuth2LogoutRequest',
    method: 'put',
    path: `${base}/logout/reject`,
    summary: 'Reject a logout request',
    ...interaction('logout'),
    answers: { 204: empty('The person stays'), 410: handled },
  },
  {
    id: 'acceptUserCodeRequest',
    method: 'put',
    path: `${base}/device/accept`,
    summary: 'Say which user code a person typed',
    ...interaction('device'),
    body: json('acceptDeviceUserCodeRequest'),
    answers: { 200: redirect, 410: handled },
  },
];
