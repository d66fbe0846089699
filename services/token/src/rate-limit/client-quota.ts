// How much one client may ask for, so that none of them takes the service from the others (security catalogue H12).
import { isPublicClient } from '@cardea/oauth';
import type { clientV1 } from '@cardea/rpc';
import { isPublicAddress } from '../outbound/addresses.js';
import type { RateLimit } from './rate-limit.js';
import { noRateLimit } from './rate-limit.js';

/**
 * Counts a request of a client that has authenticated.
 *
 * @param address where it came from
 * @throws {OAuthError} rate_limited when the client has asked for its share
 */
export type ClientQuota = (client: clientV1.Client, address: string) => Promise<void>;

/** Undefined where nothing is limited, so that the request that is not counted costs nothing. */
export function createClientQuota(limit: RateLimit): ClientQuota | undefined {
  if (limit === noRateLimit) return undefined;
  return async (client, address) => {
    const open = isPublicClient(client);
    // Anybody can speak for a public client: its requests are counted by network, and not at all where that may be everybody's.
    if (open && !isPublicAddress(address)) return;
    const from = open ? address : '';
    limit.check(client.clientId, from);
    await limit.failed(client.clientId, from);
  };
}
