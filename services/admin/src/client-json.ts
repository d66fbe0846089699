// Client JSON as the admin API answers it: the table of @cardea/oauth, and what only operators may do with it.
import type { JsonObject } from '@cardea/oauth';
import { clientJson as writeClient } from '@cardea/oauth';
import type { clientV1 } from '@cardea/rpc';

/**
 * Client JSON, without any secret.
 *
 * @param sent the body this client was just made from, if it was
 */
export function clientJson(client: clientV1.Client | undefined, sent?: JsonObject): Record<string, unknown> {
  if (client === undefined) throw new Error('the token service left out the client');
  return writeClient(client, sent);
}

/** Client JSON with every member that can be patched, so that a patch may append to a list that is empty. */
export function patchableJson(client: clientV1.Client): Record<string, unknown> {
  return { request_uris: [], post_logout_redirect_uris: [], default_acr_values: [], ...writeClient(client) };
}
