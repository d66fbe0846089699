// Client JSON as Hydra's API has it, and the client of the contract: one table, both ways (hydra-wire §2.2, §6).
import { clientV1 } from '@cardea/rpc';
import type { ClientField } from './client-fields.js';
import { flagField, instantField, jsonField, lifespanField, listField, textField } from './client-fields.js';
import type { JsonObject } from './json-members.js';
import { flagMember, member, objectOf, secondsMember, textMember } from './json-members.js';

/** Lifetimes by grant and token, in Hydra's order. */
export const lifespanFields: readonly ClientField[] = [
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
  instantField('created_at', 'createdAt', 'seconds'),
  instantField('updated_at', 'updatedAt', 'milliseconds'),
  textField('frontchannel_logout_uri', 'frontchannelLogoutUri'),
  flagField('frontchannel_logout_session_required', 'frontchannelLogoutSessionRequired'),
  listField('post_logout_redirect_uris', 'postLogoutRedirectUris'),
  textField('backchannel_logout_uri', 'backchannelLogoutUri'),
  flagField('backchannel_logout_session_required', 'backchannelLogoutSessionRequired'),
  jsonField('metadata', 'metadataJson'),
  textField('access_token_strategy', 'accessTokenStrategy'),
  flagField('skip_consent', 'skipConsent', 'shown'),
  {
    member: 'skip_logout_consent',
    read(body, client) {
      const given = member(body, 'skip_logout_consent') !== undefined;
      client.skipLogoutConsent = given ? flagMember(body, 'skip_logout_consent') : undefined;
    },
    write: (client) => client.skipLogoutConsent ?? null,
  },
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
  textField('application_type', 'applicationType'),
  textField('initiate_login_uri', 'initiateLoginUri'),
];

/** A client as somebody sent it. */
export interface SentClient {
  readonly client: clientV1.Client;
  /** Empty when none was sent. */
  readonly secret: string;
  readonly body: JsonObject;
}

/** @throws {OAuthError} invalid_request for a member of the wrong type */
export function readClient(json: unknown): SentClient {
  const body = objectOf(json);
  const client = clientV1.Client.create({});
  for (const field of fields) field.read?.(body, client);
  return { client, secret: textMember(body, 'client_secret'), body };
}

/**
 * Client JSON, without any secret.
 *
 * @param sent the body this client was just made from, if it was
 */
export function clientJson(client: clientV1.Client | undefined, sent?: JsonObject): Record<string, unknown> {
  if (client === undefined) throw new Error('the token service left out the client');
  const json: Record<string, unknown> = {};
  for (const field of fields) {
    const value = field.write(client, sent);
    if (value !== undefined) json[field.member] = value;
  }
  return json;
}

/** Client JSON with every member that can be patched, so that a patch may append to a list that is empty. */
export function patchableJson(client: clientV1.Client): Record<string, unknown> {
  return { request_uris: [], post_logout_redirect_uris: [], ...clientJson(client) };
}
