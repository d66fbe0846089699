// Makes a client's metadata fit to be stored: defaults, rules, and what only the network can say, which is whether addresses
// may be asked and what a sector holds (OpenID Connect Core §8.1, security catalogue G02, G03).
import type { ClientMetadataPolicy } from '@cardea/oauth';
import { checkClientMetadata, OAuthError, withClientDefaults } from '@cardea/oauth';
import type { clientV1 } from '@cardea/rpc';
import type { Outbound } from './outbound/index.js';

/**
 * @param present the client as it is stored, if it is: what did not change is not asked for again
 * @throws {OAuthError} invalid_client_metadata or invalid_redirect_uri
 */
export type AcceptClient = (given: clientV1.Client, present?: clientV1.Client) => Promise<clientV1.Client>;

const sectorBytes = 256 * 1024;
const sectorMillis = 3_000;

export function createAcceptClient(options: { policy: ClientMetadataPolicy; outbound: Outbound }): AcceptClient {
  const { policy, outbound } = options;

  const checkAddresses = async (client: clientV1.Client): Promise<void> => {
    const addresses = [
      ['jwks_uri', client.jwksUri],
      ['backchannel_logout_uri', client.backchannelLogoutUri],
      ['sector_identifier_uri', client.sectorIdentifierUri],
      ...client.requestUris.map((uri) => ['request_uris', uri] as const),
    ] as const;
    for (const [field, address] of addresses) {
      if (address !== '' && !(await outbound.permits(address))) {
        throw new OAuthError('invalid_client_metadata', `The field '${field}' has an address that may not be asked.`);
      }
    }
  };

  const checkSector = async ({ sectorIdentifierUri, redirectUris }: clientV1.Client): Promise<void> => {
    const refuse = (why: string, cause?: unknown) =>
      new OAuthError('invalid_client_metadata', `The field 'sector_identifier_uri' ${why}.`, { cause });
    const { body } = await outbound
      .getJson(sectorIdentifierUri, {
        maxBytes: sectorBytes,
        timeoutMillis: sectorMillis,
        purpose: 'sector identifier',
      })
      .catch((error: unknown) => {
        throw refuse('does not lead to a JSON document', error);
      });
    if (!Array.isArray(body) || !redirectUris.every((uri) => body.includes(uri))) {
      throw refuse('leads to a document that does not list all redirect_uris');
    }
  };

  return async (given, present) => {
    const client = withClientDefaults(given, policy);
    checkClientMetadata(client, policy);
    await checkAddresses(client);
    if (client.sectorIdentifierUri !== '' && !sameSector(client, present)) await checkSector(client);
    return client;
  };
}

/** Whether the sector was checked with these redirect URIs already. */
function sameSector(client: clientV1.Client, present: clientV1.Client | undefined): boolean {
  if (present?.sectorIdentifierUri !== client.sectorIdentifierUri) return false;
  return client.redirectUris.every((uri) => present.redirectUris.includes(uri));
}
