// Sessions of people, logout notifications, introspection and audit events in the OpenAPI document.
import { consentRequest } from './interactions.js';
import type { Operation } from './operation.js';
import { answer, empty, form, page, pageQuery } from './operation.js';
import type { Schema } from './schema.js';
import {
  anything,
  described,
  flag,
  freeObject,
  instant,
  nullable,
  object,
  oneOf,
  ref,
  text,
  texts,
  whole,
} from './schema.js';

const seconds = described(whole, 'Seconds since the epoch.');

export const sessionSchemas: Readonly<Record<string, Schema>> = {
  oAuth2ConsentSession: object({
    consent_request_id: text,
    grant_scope: texts,
    grant_access_token_audience: texts,
    session: object({ access_token: freeObject, id_token: freeObject }),
    remember: flag,
    remember_for: whole,
    handled_at: nullable(instant),
    context: anything,
    consent_request: consentRequest,
  }),
  logoutDelivery: object({
    id: text,
    recipient: oneOf('client', 'identity_provider'),
    client_id: nullable(text),
    uri: text,
    sid: text,
    state: oneOf('pending', 'delivered', 'failed'),
    attempts: whole,
    last_outcome: nullable(text),
    created_at: nullable(instant),
    attempted_at: nullable(instant),
  }),
  introspectedOAuth2Token: object(
    { active: flag },
    {
      scope: text,
      client_id: text,
      sub: text,
      obfuscated_subject: text,
      exp: seconds,
      iat: seconds,
      nbf: seconds,
      username: text,
      aud: texts,
      iss: text,
      token_type: oneOf('Bearer'),
      token_use: oneOf('access_token', 'refresh_token'),
      acr: text,
      auth_time: seconds,
      ext: freeObject,
      cnf: freeObject,
    },
  ),
  auditEvent: object({
    id: text,
    occurred_at: instant,
    actor: text,
    authentication: text,
    action: text,
    target: text,
    status: whole,
    request_id: text,
  }),
};

const base = '/admin/oauth2/auth/sessions';

export const sessionOperations: readonly Operation[] = [
  {
    id: 'listOAuth2ConsentSessions',
    method: 'get',
    path: `${base}/consent`,
    summary: 'List the consents of a person',
    query: { ...pageQuery, subject: text, login_session_id: text },
    needed: ['subject'],
    answers: { 200: page('A page of consents', ref('oAuth2ConsentSession')) },
  },
  {
    id: 'revokeOAuth2ConsentSessions',
    method: 'delete',
    path: `${base}/consent`,
    summary: 'Withdraw one consent, those for a client, or all of a person, with their tokens',
    query: { subject: text, client: text, consent_request_id: text, all: flag },
    answers: { 204: empty('They are withdrawn') },
  },
  {
    id: 'revokeOAuth2LoginSessions',
    method: 'delete',
    path: `${base}/login`,
    summary: 'End one login session, or all of a person; clients are told. Their tokens end too where it is said',
    query: { subject: text, sid: text, revoke_tokens: flag },
    answers: { 204: empty('They are over') },
  },
  {
    id: 'listLogoutDeliveries',
    method: 'get',
    path: '/admin/logout-deliveries',
    summary: 'List who was told of ended sessions',
    query: { ...pageQuery, client_id: text, state: oneOf('pending', 'delivered', 'failed') },
    answers: { 200: page('A page of notifications', ref('logoutDelivery')) },
  },
  {
    id: 'resendLogoutDelivery',
    method: 'post',
    path: '/admin/logout-deliveries/{id}/resend',
    summary: 'Tell a client once more',
    answers: { 202: empty('It will be told') },
  },
  {
    id: 'introspectOAuth2Token',
    method: 'post',
    path: '/admin/oauth2/introspect',
    summary: 'Ask what a token is worth (RFC 7662)',
    body: form(object({ token: text }, { scope: text, token_type_hint: oneOf('access_token', 'refresh_token') })),
    answers: { 200: answer('What the token is worth; `active` alone when nothing', ref('introspectedOAuth2Token')) },
  },
  {
    id: 'listAuditEvents',
    method: 'get',
    path: '/admin/audit-events',
    summary: 'List what was changed through this API, the newest first',
    query: { ...pageQuery, actor: text, subject: text },
    answers: { 200: page('A page of events', ref('auditEvent')) },
  },
];
