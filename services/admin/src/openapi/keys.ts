// JSON Web Key sets and trusted issuers in the OpenAPI document.
import type { Operation } from './operation.js';
import { answer, empty, json, page, pageQuery } from './operation.js';
import type { Schema } from './schema.js';
import { described, flag, instant, list, nullable, object, ref, text, texts } from './schema.js';

export const keySchemas: Readonly<Record<string, Schema>> = {
  attestation: object({ attestation: text }),
  jsonWebKey: { ...object({ kty: text }, { kid: text, alg: text, use: text }), additionalProperties: true },
  jsonWebKeySet: object({ keys: list(ref('jsonWebKey')) }),
  createJsonWebKeySet: object({ alg: text }, { kid: text, use: text }),
  trustOAuth2JwtGrantIssuer: object(
    { issuer: text, expires_at: instant, jwk: ref('jsonWebKey') },
    { subject: text, allow_any_subject: flag, scope: texts },
  ),
  trustedOAuth2JwtGrantIssuer: object({
    id: text,
    issuer: text,
    subject: text,
    allow_any_subject: flag,
    scope: nullable(texts),
    public_key: object({ set: text, kid: text }),
    created_at: instant,
    expires_at: instant,
  }),
};

const set = ref('jsonWebKeySet');
const confirm = { confirm: described(text, 'The name of the set once more, where it is one of the two that sign.') };
const issuers = '/admin/trust/grants/jwt-bearer/issuers';

export const keyOperations: readonly Operation[] = [
  {
    id: 'getAttestation',
    method: 'get',
    path: '/admin/attestation',
    summary: 'Have the signer say what it is, as a JWS of the type cardea-attestation+jwt',
    query: { nonce: { ...text, description: 'Comes back in it: 1 to 128 visible ASCII characters.' } },
    answers: { 200: answer('What it says, signed', ref('attestation')) },
  },
  {
    id: 'getJsonWebKeySet',
    method: 'get',
    path: '/admin/keys/{set}',
    summary: 'Read a key set',
    answers: { 200: answer('The keys', set) },
  },
  {
    id: 'createJsonWebKeySet',
    method: 'post',
    path: '/admin/keys/{set}',
    summary: 'Make a key in a set',
    body: json('createJsonWebKeySet'),
    answers: { 201: { ...answer('The new key', set), headers: { Location: 'Where the set is.' } } },
  },
  {
    id: 'setJsonWebKeySet',
    method: 'put',
    path: '/admin/keys/{set}',
    summary: 'Replace a key set',
    query: confirm,
    body: json('jsonWebKeySet'),
    answers: { 200: answer('The keys as sent', set) },
  },
  {
    id: 'deleteJsonWebKeySet',
    method: 'delete',
    path: '/admin/keys/{set}',
    summary: 'Delete a key set',
    query: confirm,
    answers: { 204: empty('It is gone') },
  },
  {
    id: 'getJsonWebKey',
    method: 'get',
    path: '/admin/keys/{set}/{kid}',
    summary: 'Read one key, as a set',
    answers: { 200: answer('The key', set) },
  },
  {
    id: 'setJsonWebKey',
    method: 'put',
    path: '/admin/keys/{set}/{kid}',
    summary: 'Put a key into a set',
    query: confirm,
    body: json('jsonWebKey'),
    answers: { 200: answer('The key as sent', ref('jsonWebKey')) },
  },
  {
    id: 'deleteJsonWebKey',
    method: 'delete',
    path: '/admin/keys/{set}/{kid}',
    summary: 'Delete one key',
    query: confirm,
    answers: { 204: empty('It is gone') },
  },
  {
    id: 'listTrustedOAuth2JwtGrantIssuers',
    method: 'get',
    path: issuers,
    summary: 'List the issuers whose assertions are taken',
    query: { ...pageQuery, issuer: text },
    answers: { 200: page('A page of issuers', ref('trustedOAuth2JwtGrantIssuer')) },
  },
  {
    id: 'trustOAuth2JwtGrantIssuer',
    method: 'post',
    path: issuers,
    summary: 'Take assertions of an issuer (RFC 7523)',
    body: json('trustOAuth2JwtGrantIssuer'),
    answers: {
      201: { ...answer('The issuer', ref('trustedOAuth2JwtGrantIssuer')), headers: { Location: 'Where it is.' } },
    },
  },
  {
    id: 'getTrustedOAuth2JwtGrantIssuer',
    method: 'get',
    path: `${issuers}/{id}`,
    summary: 'Read an issuer',
    answers: { 200: answer('The issuer', ref('trustedOAuth2JwtGrantIssuer')) },
  },
  {
    id: 'deleteTrustedOAuth2JwtGrantIssuer',
    method: 'delete',
    path: `${issuers}/{id}`,
    summary: 'Take no more assertions of an issuer',
    answers: { 204: empty('It is trusted no more') },
  },
];
