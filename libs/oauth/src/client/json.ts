// Client JSON, as RFC 7591 and Hydra's API have it, and the client's document: one table, both ways (hydra-wire §2.2, §6).
import type { JsonObject } from '../json-members.js';
import { member, objectOf, secondsMember, textMember } from '../json-members.js';
import type { ClientDocument, LifespansDocument } from './document.js';
import { emptyClient } from './document.js';
import type { ClientField } from './json-fields.js';
import {
  flagField,
  instantField,
  jsonField,
  lifespanField,
  listField,
  optionalFlagField,
  textField,
} from './json-fields.js';

/** Lifetimes by grant and token, in Hydra's order. */
const lifespanFields: readonly ClientField[] = [
  lifespanField('authorization_code_grant_access_token_lifespan', 'authorizationCodeGrantAccessTokenMillis'),
  lifespanField('authorization_code_grant_id_token_lifespan', 'authorizationCodeGrantIdTokenMillis'),
  lifespanField('authorization_code_grant_refresh_token_lifespan', 'authorizationCodeGrantRefreshTokenMillis'),
  lifespanField('client_credentials_grant_access_token_lifespan', 'clientCredentialsGrantAccessTokenMillis'),
  lifespanField('implicit_grant_access_token_lifespan', 'implicitGrantAccessTokenMillis'),
  lifespanField('implicit_grant_id_token_lifespan', 'implicitGrantIdTokenMillis'),
  lifespanField('jwt_bearer_grant_access_token_lifespan', 'jwtBearerGrantAccessTokenMillis'),
  lifespanField('refresh_token_grant_id_token_lifespan', 'refreshTokenGrantIdTokenMillis'),
  lifespanField('refresh_token_grant_access_token_lifespan', 'refreshTokenGrantAccessTokenMillis'),
  lifespanField('refresh_token_grant_refresh_token_lifespan', 'refreshTokenGrantRefreshTokenMillis'),
  lifespanField('device_authorization_grant_id_token_lifespan', 'deviceAuthorizationGrantIdTokenMillis'),
  lifespanField('device_authorization_grant_access_token_lifespan', 'deviceAuthorizationGrantAccessTokenMillis'),
  lifespanField('device_authorization_grant_refresh_token_lifespan', 'deviceAuthorizationGrantRefreshTokenMillis'),
];

const fields: readonly ClientField[] = [
  textField('client_id', 'clientId', 'shown'),
  textField('client_name', 'clientName', 'shown'),
  listField('redirect_uris', 'redirectUris', 'null when new'),
  listField('grant_types', 'grantTypes', 'null when new'),
  listField('response_types', 'responseTypes', 'null when new'),
  textField('scope', 'scope', 'shown'),
  listField('audience', 'audience', 'shown'),
  textField('owner', 'owner', 'shown'),
  textField('policy_uri', 'policyUri', 'shown'),
  listField('allowed_cors_origins', 'allowedCorsOrigins', 'shown'),
  textField('tos_uri', 'tosUri', 'shown'),
  textField('client_uri', 'clientUri', 'shown'),
  textField('logo_uri', 'logoUri', 'shown'),
  listField('contacts', 'contacts', 'null when new'),
  { member: 'client_secret_expires_at', write: () => 0 },
  textField('subject_type', 'subjectType', 'shown'),
  textField('sector_identifier_uri', 'sectorIdentifierUri'),
  textField('jwks_uri', 'jwksUri'),
  jsonField('jwks', 'jwksJson'),
  textField('token_endpoint_auth_method', 'tokenEndpointAuthMethod', 'shown'),
  textField('token_endpoint_auth_signing_alg', 'tokenEndpointAuthSigningAlg'),
  listField('request_uris', 'requestUris'),
  textField('request_object_signing_alg', 'requestObjectSigningAlg'),
  textField('id_token_signed_response_alg', 'idTokenSignedResponseAlg'),
  textField('userinfo_signed_response_alg', 'userinfoSignedResponseAlg', 'shown'),
  textField('id_token_encrypted_response_alg', 'idTokenEncryptedResponseAlg'),
  textField('id_token_encrypted_response_enc', 'idTokenEncryptedResponseEnc'),
  textField('userinfo_encrypted_response_alg', 'userinfoEncryptedResponseAlg'),
  textField('userinfo_encrypted_response_enc', 'userinfoEncryptedResponseEnc'),
  instantField('created_at', 'createdAt', 'seconds'),
  instantField('updated_at', 'updatedAt', 'milliseconds'),
  textField('frontchannel_logout_uri', 'frontchannelLogoutUri'),
  flagField('frontchannel_logout_session_required', 'frontchannelLogoutSessionRequired'),
  listField('post_logout_redirect_uris', 'postLogoutRedirectUris'),
  textField('backchannel_logout_uri', 'backchannelLogoutUri'),
  flagField('backchannel_logout_session_required', 'backchannelLogoutSessionRequired'),
  jsonField('metadata', 'metadataJson'),
  textField('access_token_strategy', 'accessTokenStrategy'),
  textField('access_token_signed_response_alg', 'accessTokenSignedResponseAlg'),
  flagField('skip_consent', 'skipConsent', 'shown'),
  optionalFlagField('skip_logout_consent', 'skipLogoutConsent', null),
  optionalFlagField('logout_revokes_tokens', 'logoutRevokesTokens', undefined),
  ...lifespanFields,
  {
    member: 'default_max_age',
    read(body, client) {
      const given = member(body, 'default_max_age') !== undefined;
      client.defaultMaxAgeSeconds = given ? secondsMember(body, 'default_max_age') : undefined;
    },
    write: (client) => client.defaultMaxAgeSeconds,
  },
  flagField('require_auth_time', 'requireAuthTime'),
  listField('default_acr_values', 'defaultAcrValues'),
  textField('application_type', 'applicationType'),
  textField('initiate_login_uri', 'initiateLoginUri'),
];

/** Names of all members. */
export const clientMembers: readonly string[] = fields.map((field) => field.member);

/** A client as somebody sent it. */
export interface SentClient {
  readonly client: ClientDocument;
  /** Empty when none was sent. */
  readonly secret: string;
  readonly body: JsonObject;
}

/** @throws {OAuthError} invalid_request for a member of the wrong type */
export function readClient(json: unknown): SentClient {
  const body = objectOf(json);
  const client = emptyClient();
  for (const field of fields) field.read?.(body, client);
  return { client, secret: textMember(body, 'client_secret'), body };
}

/**
 * The lifespans of a body and nothing else; undefined when it has none.
 *
 * @throws {OAuthError} invalid_request for what is no duration
 */
export function readLifespans(json: unknown): LifespansDocument | undefined {
  const body = objectOf(json);
  const client = emptyClient();
  for (const field of lifespanFields) field.read?.(body, client);
  return client.lifespans;
}

/** Names of the lifespan members. */
export const lifespanMembers: readonly string[] = lifespanFields.map((field) => field.member);

/**
 * Client JSON, without any secret.
 *
 * @param sent the body this client was just made from, if it was
 */
export function clientJson(client: ClientDocument, sent?: JsonObject): Record<string, unknown> {
  const json: Record<string, unknown> = {};
  for (const field of fields) {
    const value = field.write(client, sent);
    if (value !== undefined) json[field.member] = value;
  }
  return json;
}
