// Clients in the OpenAPI document: their members, and what operators do with them.
import { lifespanMembers } from '@cardea/oauth';
import type { Operation } from './operation.js';
import { answer, empty, json, page, pageQuery } from './operation.js';
import type { Properties, Schema } from './schema.js';
import {
  anything,
  described,
  flag,
  freeObject,
  instant,
  list,
  nullable,
  object,
  oneOf,
  ref,
  text,
  texts,
  whole,
} from './schema.js';

const lifespan = described(nullable(text), 'A Go duration such as 1h30m0s; null means the server’s.');
const lifespans: Properties = Object.fromEntries(lifespanMembers.map((name) => [name, lifespan]));
/** Null right after a client was written without it, an array from then on. */
const listOrNull = nullable(texts);

const always: Properties = {
  client_id: text,
  client_name: text,
  redirect_uris: listOrNull,
  grant_types: listOrNull,
  response_types: listOrNull,
  scope: text,
  audience: texts,
  owner: text,
  policy_uri: text,
  allowed_cors_origins: texts,
  tos_uri: text,
  client_uri: text,
  logo_uri: text,
  contacts: listOrNull,
  client_secret_expires_at: described(whole, 'Always 0: secrets do not expire.'),
  subject_type: described(text, '`public` or `pairwise`.'),
  jwks: freeObject,
  token_endpoint_auth_method: text,
  userinfo_signed_response_alg: text,
  metadata: anything,
  skip_consent: flag,
  skip_logout_consent: nullable(flag),
  ...lifespans,
};

/** Not there when nobody said them, or they are not to be told again. */
const sometimes: Properties = {
  created_at: instant,
  updated_at: instant,
  client_secret: described(text, 'Only in the answer that made or changed it.'),
  registration_access_token: described(text, 'Only in the answer that made it.'),
  registration_client_uri: text,
  sector_identifier_uri: text,
  jwks_uri: text,
  token_endpoint_auth_signing_alg: text,
  request_uris: texts,
  request_object_signing_alg: text,
  id_token_signed_response_alg: text,
  id_token_encrypted_response_alg: text,
  id_token_encrypted_response_enc: text,
  userinfo_encrypted_response_alg: text,
  userinfo_encrypted_response_enc: text,
  frontchannel_logout_uri: text,
  frontchannel_logout_session_required: flag,
  post_logout_redirect_uris: texts,
  backchannel_logout_uri: text,
  backchannel_logout_session_required: flag,
  logout_revokes_tokens: described(
    flag,
    'Whether the tokens that it got in a login session end with it; by default what oidc.logout.revoke_tokens says.',
  ),
  access_token_strategy: oneOf('jwt', 'opaque'),
  access_token_signed_response_alg: described(
    text,
    'Of JWT access tokens; by default the algorithm of the newest key.',
  ),
  default_max_age: whole,
  require_auth_time: flag,
  default_acr_values: texts,
  application_type: oneOf('web', 'native'),
  initiate_login_uri: text,
};

/** What a caller may send: anything may be left out or null, and what we do not know is passed over. */
const writable: Properties = Object.fromEntries(
  Object.entries({ ...always, ...sometimes }).map(([name, schema]) => [name, loosened(schema)]),
);

function loosened(schema: Schema): Schema {
  const { enum: _values, type, ...rest } = schema;
  if (type === undefined) return schema;
  return { ...rest, type: [...new Set([...(Array.isArray(type) ? (type as string[]) : [type]), 'null'])] };
}

export const clientSchemas: Readonly<Record<string, Schema>> = {
  oAuth2Client: object(always, sometimes),
  oAuth2ClientInput: { ...object({}, writable), additionalProperties: true },
  oAuth2ClientTokenLifespans: { ...object({}, lifespans), additionalProperties: true },
  registeredClient: object(
    { client_id: text },
    { ...always, ...sometimes, client_id_issued_at: described(whole, 'Seconds since the epoch.') },
  ),
  jsonPatchDocument: list(object({ op: oneOf('add', 'remove', 'replace'), path: text }, { value: anything })),
};

const client = ref('oAuth2Client');

export const clientOperations: readonly Operation[] = [
  {
    id: 'listOAuth2Clients',
    method: 'get',
    path: '/admin/clients',
    summary: 'List clients in the order of their ids',
    query: {
      ...pageQuery,
      client_name: described(text, 'Only clients of exactly this name.'),
      owner: described(text, 'Only clients of exactly this owner.'),
    },
    answers: { 200: page('A page of clients', client) },
  },
  {
    id: 'createOAuth2Client',
    method: 'post',
    path: '/admin/clients',
    summary: 'Create a client',
    body: json('oAuth2ClientInput'),
    answers: { 201: { ...answer('The client, with its secret', client), headers: { Location: 'Where it is.' } } },
  },
  {
    id: 'getOAuth2Client',
    method: 'get',
    path: '/admin/clients/{id}',
    summary: 'Read a client',
    answers: { 200: answer('The client', client) },
  },
  {
    id: 'setOAuth2Client',
    method: 'put',
    path: '/admin/clients/{id}',
    summary: 'Replace a client; without a secret it keeps its own',
    body: json('oAuth2ClientInput'),
    answers: { 200: answer('The client', client) },
  },
  {
    id: 'patchOAuth2Client',
    method: 'patch',
    path: '/admin/clients/{id}',
    summary: 'Change members of a client (RFC 6902: add, remove, replace)',
    body: { type: 'patch', schema: ref('jsonPatchDocument') },
    answers: { 200: answer('The client', client) },
  },
  {
    id: 'deleteOAuth2Client',
    method: 'delete',
    path: '/admin/clients/{id}',
    summary: 'Delete a client and all that was issued to it',
    answers: { 204: empty('It is gone') },
  },
  {
    id: 'setOAuth2ClientLifespans',
    method: 'put',
    path: '/admin/clients/{id}/lifespans',
    summary: 'Replace all lifespans of a client',
    body: json('oAuth2ClientTokenLifespans'),
    answers: { 200: answer('The client', client) },
  },
  {
    id: 'rotateOAuth2ClientSecret',
    method: 'post',
    path: '/admin/clients/{id}/secrets/rotate',
    summary: 'Give a client a new secret; the five before it go on working',
    answers: { 200: answer('The client, with its new secret', client) },
  },
  {
    id: 'deleteRotatedOAuth2ClientSecrets',
    method: 'delete',
    path: '/admin/clients/{id}/secrets/rotate',
    summary: 'Drop every secret of a client but the newest',
    answers: { 200: answer('The client', client) },
  },
  {
    id: 'deleteOAuth2Token',
    method: 'delete',
    path: '/admin/oauth2/tokens',
    summary: 'Revoke all access tokens of a client, or all that was issued to it or for a person in an interval',
    query: { client_id: text, subject: text, issued_after: instant, issued_before: instant },
    answers: { 204: empty('They are dead') },
  },
];
