// The addresses a client registers: where answers go, what is fetched, who may call from a browser (RFC 7591 §2 and §5,
// OpenID Connect Dynamic Client Registration §2, RP-Initiated Logout §3.1, hydra-wire §6).
import { checkRedirectUriRegistration } from '../redirect-uri.js';
import type { ClientMetadata, ClientMetadataPolicy } from './metadata.js';
import { refuse } from './metadata-refusal.js';

/** @throws {OAuthError} invalid_client_metadata or invalid_redirect_uri */
export function checkClientUrls(client: ClientMetadata, { hydraCompat }: ClientMetadataPolicy): void {
  for (const uri of client.redirectUris) checkRedirectUriRegistration(uri, { wildcards: hydraCompat });
  checkPostLogout(client);
  checkWebPages(client);
  client.requestUris.forEach((uri) => checkWebUrl('request_uris', uri));
  client.allowedCorsOrigins.forEach(checkOrigin);
  if (!hydraCompat) checkSector(client);
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

function checkWebPages(client: ClientMetadata): void {
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
  for (const [field, value] of Object.entries(urls)) if (value !== '') checkWebUrl(field, value);
  if (client.sectorIdentifierUri !== '' && !client.sectorIdentifierUri.startsWith('https:')) {
    refuse('sector_identifier_uri', 'must be an https URL');
  }
  if (client.backchannelLogoutUri.includes('#')) refuse('backchannel_logout_uri', 'must not have a fragment');
}

function checkWebUrl(field: string, value: string): void {
  if (!/^https?:\/\//.test(value) || !URL.canParse(value)) refuse(field, 'must be an http or https URL');
}

function checkOrigin(origin: string): void {
  // One wildcard may stand for a host or the first labels of one.
  const text = origin.replace('*', 'wildcard');
  const parsed = URL.canParse(text) ? new URL(text) : undefined;
  const plain = parsed !== undefined && parsed.username === '' && parsed.password === '';
  if (!plain || !/^https?:\/\/[^/?#]+\/?$/.test(origin)) {
    refuse('allowed_cors_origins', 'must have http or https origins without path, query and fragment');
  }
}

/** Pairwise subjects go by the host of the redirect URIs; where there are several, somebody must say which (Core §8.1). */
function checkSector(client: ClientMetadata): void {
  if (client.subjectType !== 'pairwise' || client.sectorIdentifierUri !== '') return;
  const hosts = new Set(client.redirectUris.map((uri) => (URL.canParse(uri) ? new URL(uri).host : uri)));
  if (hosts.size > 1) refuse('sector_identifier_uri', 'is needed when redirect_uris have several hosts');
}
