// What a client may say about itself: defaults and limits (RFC 7591 §2, OpenID Connect Dynamic Client Registration §2,
// hydra-wire §6).
import { jwsAlgorithms, newAlgorithms } from '../algorithms.js';
import { parseScope } from '../scope.js';
import { authenticationMethods, hmacAlgorithms, registeredMethod } from './authentication.js';
import { contentEncryptionAlgorithms, keyManagementAlgorithms, responseEncryption } from './encryption.js';
import type { ClientDocument } from './document.js';
import { checkClientKeys } from './metadata-keys.js';
import { oneOf, parseJson, refuse } from './metadata-refusal.js';
import { checkClientUrls } from './metadata-urls.js';

/** The metadata that has rules. Empty means absent. */
export type ClientMetadata = {
  readonly [K in keyof ClientDocument]: ClientDocument[K] extends string[] ? readonly string[] : ClientDocument[K];
};

export interface ClientMetadataPolicy {
  /** Such as `public`; the first is what a client gets that does not say. */
  readonly subjectTypes: readonly string[];
  /** `scope` of a client that names none. */
  readonly defaultScope: string;
  /** Hydra's freedom, where it harms nobody: wildcards in redirect URIs (they match themselves), any object algorithm. */
  readonly hydraCompat: boolean;
}

/** `scope` of a client that says nothing. */
export const defaultClientScope = 'offline_access offline openid';

const longestId = 255;
const mostEntries = 100;
const longestText = 4096;
const longestDocument = 65_536;

/** The metadata with what an empty value stands for. */
export function withClientDefaults<C extends ClientMetadata>(
  client: C,
  policy: Pick<ClientMetadataPolicy, 'subjectTypes' | 'defaultScope'>,
): C {
  const encrypted = (alg: string, enc: string) => responseEncryption(alg, enc)?.enc ?? enc;
  return {
    ...client,
    scope: client.scope === '' ? policy.defaultScope : client.scope,
    subjectType: client.subjectType === '' ? (policy.subjectTypes[0] ?? 'public') : client.subjectType,
    tokenEndpointAuthMethod: registeredMethod(client),
    userinfoSignedResponseAlg: client.userinfoSignedResponseAlg === '' ? 'none' : client.userinfoSignedResponseAlg,
    idTokenEncryptedResponseEnc: encrypted(client.idTokenEncryptedResponseAlg, client.idTokenEncryptedResponseEnc),
    userinfoEncryptedResponseEnc: encrypted(client.userinfoEncryptedResponseAlg, client.userinfoEncryptedResponseEnc),
    allowedCorsOrigins: client.allowedCorsOrigins.map((origin) => origin.replace(/\/$/, '')),
    accessTokenStrategy: client.accessTokenStrategy.toLowerCase(),
  };
}

/** Whether a text can be a `client_id`: it will stand in URLs, logs and the database. */
export function isClientId(text: string): boolean {
  return text !== '' && text.length <= longestId && !/[\p{Cc}\p{Cs}]/u.test(text);
}

/** @throws {OAuthError} invalid_client_metadata or invalid_redirect_uri, saying which field and why */
export function checkClientMetadata(client: ClientMetadata, policy: ClientMetadataPolicy): void {
  if (!isClientId(client.clientId)) refuse('client_id', 'must have 1 to 255 characters and no control characters');
  checkSizes(client);
  checkClientUrls(client, policy);
  try {
    parseScope(client.scope);
  } catch (error) {
    refuse('scope', `is not acceptable: ${(error as Error).message}`);
  }
  oneOf('subject_type', client.subjectType, subjectTypesFor(client, policy));
  oneOf('application_type', client.applicationType, ['', 'web', 'native']);
  oneOf('token_endpoint_auth_method', client.tokenEndpointAuthMethod, authenticationMethods);
  oneOf('access_token_strategy', client.accessTokenStrategy, ['', 'jwt', 'opaque']);
  checkAlgorithms(client, policy);
  checkClientKeys(client);
  if (client.metadataJson.length > 0) parseJson('metadata', client.metadataJson);
  checkLifespans(client.lifespans);
}

/** @throws {OAuthError} invalid_client_metadata for a negative lifetime */
export function checkLifespans(lifespans: object | undefined): void {
  for (const [name, millis] of Object.entries(lifespans ?? {})) {
    if (typeof millis === 'number' && (millis < 0 || !Number.isSafeInteger(millis)))
      refuse(name, 'must not be negative');
  }
}

/** Hydra has no pairwise subjects beside JWTs. */
function subjectTypesFor(client: ClientMetadata, { subjectTypes, hydraCompat }: ClientMetadataPolicy) {
  return hydraCompat && client.accessTokenStrategy === 'jwt' ? ['public'] : subjectTypes;
}

function checkAlgorithms(client: ClientMetadata, { hydraCompat }: ClientMetadataPolicy): void {
  const signing = ['', ...jwsAlgorithms.keys()];
  const ours = [...signing, ...newAlgorithms.keys()];
  oneOf('id_token_signed_response_alg', client.idTokenSignedResponseAlg, ours);
  oneOf('userinfo_signed_response_alg', client.userinfoSignedResponseAlg, ['none', ...ours]);
  oneOf('access_token_signed_response_alg', client.accessTokenSignedResponseAlg, ours);
  const shared = client.tokenEndpointAuthMethod === 'client_secret_jwt';
  oneOf(
    'token_endpoint_auth_signing_alg',
    client.tokenEndpointAuthSigningAlg,
    shared ? ['', ...hmacAlgorithms] : signing,
  );
  if (!hydraCompat) oneOf('request_object_signing_alg', client.requestObjectSigningAlg, ['none', ...signing]);
  checkEncryption('id_token', client.idTokenEncryptedResponseAlg, client.idTokenEncryptedResponseEnc);
  checkEncryption('userinfo', client.userinfoEncryptedResponseAlg, client.userinfoEncryptedResponseEnc);
}

function checkEncryption(answer: 'id_token' | 'userinfo', alg: string, enc: string): void {
  oneOf(`${answer}_encrypted_response_alg`, alg, ['', ...keyManagementAlgorithms]);
  oneOf(`${answer}_encrypted_response_enc`, enc, ['', ...contentEncryptionAlgorithms]);
  if (alg === '' && enc !== '') {
    refuse(`${answer}_encrypted_response_enc`, `needs ${answer}_encrypted_response_alg beside it`);
  }
}

function checkSizes(client: ClientMetadata): void {
  for (const [name, value] of Object.entries(client) as [string, unknown][]) {
    if (typeof value === 'string' && (value.length > longestText || value.includes('\0'))) {
      refuse(name, 'is too long or has a NUL character in it');
    }
    if (Array.isArray(value)) {
      if (value.length > mostEntries) refuse(name, `has more than ${String(mostEntries)} entries`);
      if (value.some((entry: string) => entry.length > longestText || entry.includes('\0'))) {
        refuse(name, 'has an entry that is too long or has a NUL character in it');
      }
    }
    if (value instanceof Uint8Array && value.length > longestDocument) refuse(name, 'is too large');
  }
}
