// What a client that registers itself may say, on top of what every client may (RFC 7591 §2 and §5, RFC 7592 §2.2, OpenID
// Connect Dynamic Client Registration §2, RFC 8252 §7).
import { OAuthError } from '../errors.js';
import { redirectUriIsInsecure } from '../redirect-uri.js';
import type { ClientDocument } from './document.js';
import { lifespanMembers } from './json.js';
import type { ClientMetadata } from './metadata.js';
import { refuse } from './metadata-refusal.js';

export interface RegistrationPolicy {
  /** Grant types a registrant may ask for; undefined means any. */
  readonly grantTypes: readonly string[] | undefined;
  /** Whether plain http may lead to other hosts (development). */
  readonly insecureRedirects: boolean;
  /** Hydra asks neither that grant and response types fit, nor that redirect URIs fit the kind of application. */
  readonly hydraCompat: boolean;
}

/** What those may register that have a person behind them. */
export const registrableGrantTypes: readonly string[] = [
  'authorization_code',
  'refresh_token',
  'implicit',
  'urn:ietf:params:oauth:grant-type:device_code',
];

/** The operator's to say, and nobody else's. */
const operatorMembers: readonly string[] = [
  'client_secret',
  'metadata',
  'access_token_strategy',
  'access_token_signed_response_alg',
  'skip_consent',
  'skip_logout_consent',
  'logout_revokes_tokens',
  ...lifespanMembers,
];
/** Ours to say; a registrant may not send them back (RFC 7592 §2.2). */
const providerMembers: readonly string[] = [
  'registration_access_token',
  'registration_client_uri',
  'client_secret_expires_at',
  'client_id_issued_at',
];
/** False is what they are anyway. */
const flags: readonly string[] = ['skip_consent', 'skip_logout_consent'];

/** Members of a registrant's body that need a word, by name; the rest is metadata. */
export function delicateMembers(body: Readonly<Record<string, unknown>>): string[] {
  return [...operatorMembers, ...providerMembers, 'software_statement'].filter((name) => {
    const value = Object.hasOwn(body, name) ? body[name] : undefined;
    return value !== undefined && value !== null && value !== '' && !(flags.includes(name) && value === false);
  });
}

/**
 * @param members of {@link delicateMembers}
 * @param updating whether the client is there already; a new one may repeat what another provider told it
 * @throws {OAuthError} invalid_client_metadata, unapproved_software_statement, or invalid_request for what is ours to say; as Hydra
 *   request_forbidden or invalid_request for a secret, invalid_request for a strategy
 */
export function checkDelicateMembers(
  members: readonly string[],
  { updating, hydraCompat }: { updating: boolean; hydraCompat: boolean },
): void {
  if (hydraCompat) checkAsHydra(members, updating);
  const forbidden = members.find((name) => operatorMembers.includes(name));
  if (forbidden !== undefined) refuse(forbidden, 'cannot be set by a client that registers itself');
  if (hydraCompat) return;
  const ours = members.find((name) => providerMembers.includes(name));
  if (updating && ours !== undefined) {
    throw new OAuthError('invalid_request', `The field '${ours}' is not the client's to send.`);
  }
  if (members.includes('software_statement')) throw new OAuthError('unapproved_software_statement');
}

/** Hydra refuses these two in words of their own (hydra-wire §1.8). */
function checkAsHydra(members: readonly string[], updating: boolean): void {
  if (members.includes('client_secret')) {
    const code = updating ? 'request_forbidden' : 'invalid_request';
    throw new OAuthError(code, 'A client that registers itself cannot choose its secret.');
  }
  if (members.includes('access_token_strategy')) {
    throw new OAuthError('invalid_request', 'A client that registers itself cannot choose its access_token_strategy.');
  }
}

/**
 * A registrant's client, with the grant types its response types need if it named none, and the other way round.
 *
 * @throws {OAuthError} invalid_client_metadata or invalid_redirect_uri
 */
export function withRegistrationRules<C extends ClientDocument>(client: C, policy: RegistrationPolicy): C {
  const grantTypes = client.grantTypes.length > 0 ? client.grantTypes : neededGrantTypes(client.responseTypes);
  const { grantTypes: allowed } = policy;
  const refused = allowed === undefined ? undefined : grantTypes.find((type) => !allowed.includes(type));
  if (refused !== undefined) refuse('grant_types', 'has a grant type that clients cannot register here');
  if (policy.hydraCompat) return client;
  checkTypesFit(grantTypes, client.responseTypes);
  checkRedirects(client, policy);
  const code = grantTypes.includes('authorization_code') ? ['code'] : [];
  return { ...client, grantTypes, responseTypes: client.responseTypes.length > 0 ? client.responseTypes : code };
}

/** RFC 7591 §2.1: a code needs authorization_code, anything else from the authorization endpoint needs implicit. */
function neededGrantTypes(responseTypes: readonly string[]): string[] {
  const parts = (responseTypes.length === 0 ? ['code'] : responseTypes).flatMap((type) => type.split(' '));
  const code = parts.includes('code') ? ['authorization_code'] : [];
  return parts.includes('token') || parts.includes('id_token') ? [...code, 'implicit'] : code;
}

function checkTypesFit(grantTypes: readonly string[], responseTypes: readonly string[]): void {
  // Who names no response types means code, if its grants have one.
  if (responseTypes.length === 0) return;
  const needed = neededGrantTypes(responseTypes);
  const missing = needed.find((type) => !grantTypes.includes(type));
  if (missing !== undefined) refuse('grant_types', `lacks ${missing}, which the response_types need`);
  const spare = ['authorization_code', 'implicit'].find((type) => grantTypes.includes(type) && !needed.includes(type));
  if (spare !== undefined) refuse('response_types', `has none for the grant type ${spare}`);
}

const loopbackHost = /^http:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?:[:/?]|$)/;

function checkRedirects(client: ClientMetadata, { insecureRedirects }: RegistrationPolicy): void {
  const fail = (why: string): never => {
    throw new OAuthError('invalid_redirect_uri', `A redirect URI ${why}.`);
  };
  const needsRedirect = client.grantTypes.length === 0 || client.grantTypes.some((type) => redirecting.includes(type));
  if (needsRedirect && client.redirectUris.length === 0) fail('is needed, and there is none');
  const web = client.applicationType === 'web';
  const implicit = client.grantTypes.includes('implicit');
  for (const uri of client.redirectUris) {
    if (!insecureRedirects && redirectUriIsInsecure(uri)) fail('must use https, but on this very machine');
    if (web && !/^https?:/i.test(uri)) fail('of a web application must use https');
    if (web && implicit && !insecureRedirects && loopbackHost.test(uri)) {
      fail('of a web application with implicit grants must use https');
    }
  }
}

const redirecting: readonly string[] = ['authorization_code', 'implicit'];

/** What a registrant cannot say stays as it was. */
export function keepingOperatorsWord<C extends ClientDocument>(present: C, next: C): C {
  const { metadataJson, accessTokenStrategy, accessTokenSignedResponseAlg } = present;
  const { skipConsent, skipLogoutConsent, logoutRevokesTokens, lifespans, dynamicallyRegistered } = present;
  return {
    ...next,
    metadataJson,
    accessTokenStrategy,
    accessTokenSignedResponseAlg,
    skipConsent,
    skipLogoutConsent,
    logoutRevokesTokens,
    lifespans,
    dynamicallyRegistered,
  };
}
