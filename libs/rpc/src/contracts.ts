// Re-exports the generated contracts under one name each, so that nobody imports a path below gen/.
export * as errorV1 from './gen/cardea/error/v1/error.pb.js';
export * as streamV1 from './gen/cardea/rpc/v1/stream.pb.js';
export * as signingV1 from './gen/cardea/keys/v1/signing.pb.js';
export * as keyAdminV1 from './gen/cardea/keys/v1/key_admin.pb.js';
export * as tokenV1 from './gen/cardea/token/v1/token.pb.js';
export * as introspectionV1 from './gen/cardea/token/v1/introspection.pb.js';
export * as authorizationV1 from './gen/cardea/authorization/v1/authorization.pb.js';
export * as interactionV1 from './gen/cardea/authorization/v1/interaction.pb.js';
export * as clientV1 from './gen/cardea/client/v1/client.pb.js';
export * as sessionV1 from './gen/cardea/session/v1/session.pb.js';
export * as trustV1 from './gen/cardea/trust/v1/trust.pb.js';
export * as jsonWebKeyV1 from './gen/cardea/keys/v1/json_web_key.pb.js';
export * as clientOriginV1 from './gen/cardea/client/v1/origin.pb.js';
export * as auditV1 from './gen/cardea/audit/v1/audit.pb.js';
export * as signatureFindingV1 from './gen/cardea/audit/v1/signature_finding.pb.js';
export * as signatureRecordV1 from './gen/cardea/keys/v1/signature_record.pb.js';
export * as jobV1 from './gen/cardea/job/v1/job.pb.js';
