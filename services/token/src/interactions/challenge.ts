// What every challenge can answer instead of a request: that it was handled, or that its client is gone (hydra-wire §2.3).
import { OAuthError } from '@cardea/oauth';
import type { clientV1 } from '@cardea/rpc';
import type { AuthorizationContext } from '../authorize/context.js';
import { requestUrl } from '../authorize/context.js';
import type { FlowStart } from '../authorize/flow-body.js';

/** 410 with the way out: a back button leads to a new flow, not into a dead end. */
export function handledRequest(context: AuthorizationContext, start: FlowStart): OAuthError {
  return new OAuthError('request_handled', undefined, {
    status: 410,
    redirectTo: requestUrl(context.settings, start),
  });
}

/** @throws {OAuthError} not_found when the client was deleted meanwhile */
export async function liveClient(
  context: Pick<AuthorizationContext, 'clients'>,
  clientId: string,
): Promise<clientV1.Client> {
  const resolved = await context.clients.find(clientId);
  if (resolved === undefined) throw new OAuthError('not_found', 'The client of this request no longer exists.');
  return resolved.client;
}
