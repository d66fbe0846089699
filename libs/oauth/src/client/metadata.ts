// What a client may say about itself: defaults and limits (RFC 7591 §2, OpenID Connect Dynamic Client Registration §2,
// hydra-wire §6).
import { jwsAlgorithms } from '../algorithms.js';
import { OAuthError } from '../errors.js';
import { checkRedirectUriRegistration } from '../redirect-uri.js';
import { parseScope } from '../scope.js';
import { authenticationMethods, hmacAlgorithms, registeredMethod } from './authentication.js';

/** The metadata that has rules, named as in cardea.client.v1.Client. Empty means absent. */
export interface ClientMetadata {
  readonly clientId: string;
  readonly redirectUris: readonly string[];
  readonly postLogoutRedirectUris: readonly string[];
  readonly grantTypes: readonly string[];
  readonly responseTypes: readonly string[];
  readonly scope: string;
  readonly audience: readonly string[];
  readonly contacts: readonly string[];
  readonly policyUri: string;
  readonly tosUri: string;
  readonly logoUri: string;
  readonly clientUri: string;
  readonly allowedCorsOrigins: readonly string[];
  readonly subjectType: string;
  readonly sectorIdentifierUri: string;
  readonly jwksJson: Uint8Array;
  readonly jwksUri: string;
  readonly tokenEndpointAuthMethod: string;
  readonly tokenEndpointAuthSigningAlg: string;
  readonly idTokenSignedResponseAlg: string;
  readonly userinfoSignedResponseAlg: string;
  readonly frontchannelLogoutUri: string;
  readonly backchannelLogoutUri: string;
  readonly initiateLoginUri: string;
  readonly metadataJson: Uint8Array;
  readonly accessTokenStrategy: string;
  readonly lifespans?: object | undefined;
}

export interface ClientMetadataPolicy {
  /** Such as `public`. */
  readonly subjectTypes: readonly string[];
}

/** `scope` of a client that says nothing. */
export const defaultClientScope = 'offline_access offline openid';

const longestId = 255;
const mostEntries = 100;
const longestText = 4096;
const longestDocument = 65_536;

/** The metadata with what an empty value stands for. */
export function withClientDefaults<C extends ClientMetadata>(client: C): C {
  return {
    ...client,
    scope: client.scope === '' ? defaultClientScope : client.scope,
    subjectType: client.subjectType === '' ? 'public' : client.subjectType,
    tokenEndpointAuthMethod: registeredMethod(client),
    userinfoSignedResponseAlg: client.userinfoSignedResponseAlg === '' ? 'none' : client.userinfoSignedResponseAlg,
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
  client.redirectUris.forEach(checkRedirectUriRegistration);
  checkPostLogout(client);
  try {
    parseScope(client.scope);
  } catch (error) {
    refuse('scope', `is not acceptable: ${(error as Error).message}`);
  }
  checkUrls(client);
  client.allowedCorsOrigins.forEach(checkOrigin);
  oneOf('subject_type', client.subjectType, policy.subjectTypes);
  oneOf('token_endpoint_auth_method', client.tokenEndpointAuthMethod, authenticationMethods);
  oneOf('access_token_strategy', client.accessTokenStrategy, ['', 'jwt', 'opaque']);
  const algorithms = ['', ...jwsAlgorithms.keys()];
  oneOf('id_token_signed_response_alg', client.idTokenSignedResponseAlg, algorithms);
  oneOf('userinfo_signed_response_alg', client.userinfoSignedResponseAlg, ['none', ...algorithms]);
  const shared = client.tokenEndpointAuthMethod === 'client_secret_jwt';
  oneOf(
    'token_endpoint_auth_signing_alg',
    client.tokenEndpointAuthSigningAlg,
    shared ? ['', ...hmacAlgorithms] : algorithms,
  );
  checkKeys(client);
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

function refuse(field: string, why: string): never {
  throw new OAuthError('invalid_client_metadata', `The field '${field}' ${why}.`);
}

function oneOf(field: string, value: string, allowed: readonly string[]): void {
  if (!allowed.includes(value)) refuse(field, `must be one of ${allowed.filter((word) => word !== '').join(', ')}`);
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

/** OpenID Connect RP-Initiated Logout §3.1 lets us ask that they belong to the client's own hosts, as Hydra does. */
function checkPostLogout(client: ClientMetadata): void {
  const origins = client.redirectUris.map(originOf);
  for (const uri of client.postLogoutRedirectUris) {
    checkRedirectUriRegistration(uri);
    if (!origins.includes(originOf(uri))) {
      refuse('post_logout_redirect_uris', 'must share scheme, host and port with one of the redirect_uris');
    }
  }
}

/** Scheme, host and port; `URL.origin` knows custom schemes only as `null`. */
function originOf(uri: string): string {
  if (!URL.canParse(uri)) return '';
  const { protocol, host } = new URL(uri);
  return `${protocol}//${host}`;
}

function checkUrls(client: ClientMetadata): void {
  const urls = {
    policy_uri: client.policyUri,
    tos_uri: client.tosUri,
    logo_uri: client.logoUri,
    client_uri: client.clientUri,
    jwks_uri: client.jwksUri,
    frontchannel_logout_uri: client.frontchannelLogoutUri,
    backchannel_logout_uri: client.backchannelLogoutUri,
    initiate_login_uri: client.initiateLoginUri,
    sector_identifier_uri: client.sectorIdentifierUri,
  };
  for (const [field, value] of Object.entries(urls)) {
    if (value === '') continue;
    if (!/^https?:\/\//.test(value) || !URL.canParse(value)) refuse(field, 'must be an http or https URL');
  }
  if (client.sectorIdentifierUri !== '' && !client.sectorIdentifierUri.startsWith('https:')) {
    refuse('sector_identifier_uri', 'must be an https URL');
  }
}

function checkOrigin(origin: string): void {
  // One wildcard may stand for a host or the first labels of one.
  const parsed = parseUrl(origin.replace('*', 'wildcard'));
  const plain = parsed !== undefined && parsed.username === '' && parsed.password === '';
  if (!plain || !/^https?:\/\/[^/?#]+\/?$/.test(origin)) {
    refuse('allowed_cors_origins', 'must have http or https origins without path, query and fragment');
  }
}

function parseUrl(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}

function checkKeys(client: ClientMetadata): void {
  const has = client.jwksJson.length > 0;
  if (has && client.jwksUri !== '') refuse('jwks', 'and jwks_uri exclude each other');
  if (client.tokenEndpointAuthMethod === 'private_key_jwt' && !has && client.jwksUri === '') {
    refuse('jwks', 'or jwks_uri is needed for private_key_jwt');
  }
  if (!has) return;
  const document = parseJson('jwks', client.jwksJson) as { keys?: unknown } | null;
  const keys = document?.keys;
  if (!Array.isArray(keys) || keys.length > mostEntries) return refuse('jwks', 'must be a JSON Web Key Set');
  for (const key of keys as unknown[]) {
    if (typeof key !== 'object' || key === null || typeof (key as { kty?: unknown }).kty !== 'string') {
      return refuse('jwks', 'has an entry that is not a JSON Web Key');
    }
    if ('d' in key || 'k' in key) return refuse('jwks', 'has a key in it that should have stayed secret');
  }
}

function parseJson(field: string, bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8')) as unknown;
  } catch {
    return refuse(field, 'is not JSON');
  }
}
