// The record of signatures and what does not match in it, in the OpenAPI document.
import type { Operation } from './operation.js';
import { answer, json, page, pageQuery } from './operation.js';
import type { Schema } from './schema.js';
import { described, instant, nullable, object, oneOf, ref, text, whole } from './schema.js';

export const keysAuditSchemas: Readonly<Record<string, Schema>> = {
  recordedSignature: object({
    sequence: described(whole, 'Its place in the record.'),
    signed_at: instant,
    outcome: oneOf('signed', 'refused', 'failed'),
    reason: described(text, 'Why there is no signature.'),
    caller: described(text, 'The certificate name of who asked.'),
    request_id: text,
    purpose: text,
    kid: text,
    alg: text,
    jti: text,
    client_id: text,
    expires_at: nullable(instant),
  }),
  signatureFinding: object({
    id: text,
    kind: oneOf('signature_without_token', 'token_without_signature', 'signature_record_rewritten'),
    about: described(text, '`jti`, the request id of what has none, or the place in the record.'),
    facts: { type: 'object', additionalProperties: text },
    found_at: instant,
    acknowledged_at: nullable(instant),
    acknowledged_by: text,
    note: text,
  }),
  acknowledgeSignatureFinding: object({}, { note: described(text, 'At most 1000 characters.') }),
};

export const keysAuditOperations: readonly Operation[] = [
  {
    id: 'listRecordedSignatures',
    method: 'get',
    path: '/admin/keys-audit/signatures',
    summary: 'Find signatures, and attempts to have one, in the record; the newest first',
    query: {
      ...pageQuery,
      subject: described(text, 'The `sub` of what was signed; the record has a keyed hash of it only.'),
      jti: text,
      client_id: text,
      kid: text,
      signed_after: described(instant, 'Not earlier than this.'),
      signed_before: described(instant, 'Earlier than this.'),
    },
    answers: { 200: page('A page of the record', ref('recordedSignature')) },
  },
  {
    id: 'listSignatureFindings',
    method: 'get',
    path: '/admin/keys-audit/findings',
    summary: 'List signatures without a token and tokens without a signature, the newest first',
    query: { ...pageQuery, state: oneOf('open', 'acknowledged') },
    answers: { 200: page('A page of findings', ref('signatureFinding')) },
  },
  {
    id: 'acknowledgeSignatureFinding',
    method: 'post',
    path: '/admin/keys-audit/findings/{id}/acknowledge',
    summary: 'Say that a finding was looked into; the first one who does stays on it',
    body: json('acknowledgeSignatureFinding'),
    answers: { 200: answer('The finding', ref('signatureFinding')) },
  },
];
