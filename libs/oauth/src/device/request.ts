// Judges a device authorization request: may this client use the flow, and ask for this (RFC 8628 §3.1)?
import { audienceAllowed, parseAudience } from '../audience.js';
import { OAuthError } from '../errors.js';
import type { GrantClient } from '../grants/grant.js';
import { grantAllowed, registeredScopes } from '../grants/grant.js';
import { deviceGrantType } from '../grants/device-code.js';
import type { Parameters } from '../parameters.js';
import type { ScopeStrategy } from '../scope.js';
import { foreignScope, parseScope, scopeAllowed } from '../scope.js';

/** What a device asks for. */
export interface DeviceRequest {
  readonly scopes: readonly string[];
  readonly audience: readonly string[];
}

/**
 * @param client the authenticated client
 * @param hydraCompat as Hydra: a client_id beside the credentials is a must, and a missing grant has another name
 * @throws {OAuthError} for the device
 */
export function readDeviceRequest(
  client: GrantClient,
  parameters: Parameters,
  { scopeStrategy, hydraCompat }: { readonly scopeStrategy: ScopeStrategy; readonly hydraCompat: boolean },
): DeviceRequest {
  const clientId = parameters.get('client_id') ?? (hydraCompat ? undefined : client.clientId);
  if (clientId !== client.clientId) {
    throw new OAuthError('invalid_request', 'The client_id is missing, or not the one that was authenticated.');
  }
  if (!grantAllowed(client, deviceGrantType)) {
    const code = hydraCompat ? 'invalid_grant' : 'unauthorized_client';
    throw new OAuthError(code, `The client may not use the grant type ${deviceGrantType}.`);
  }
  const request = { scopes: parseScope(parameters.get('scope')), audience: parseAudience(parameters.get('audience')) };
  checkDeviceRequest(request, client, scopeStrategy);
  return request;
}

/** Asked again on each leg, so that a client that lost a right in between gets nothing. @throws {OAuthError} */
export function checkDeviceRequest(
  { scopes, audience }: DeviceRequest,
  client: GrantClient,
  scopeStrategy: ScopeStrategy,
): void {
  const registered = registeredScopes(client);
  const foreign = scopes.find((scope) => !scopeAllowed(registered, scope, scopeStrategy));
  if (foreign !== undefined) throw new OAuthError('invalid_scope', foreignScope(foreign));
  const astray = audience.find((entry) => !audienceAllowed(client.audience, entry));
  if (astray !== undefined) {
    throw new OAuthError('invalid_request', `The client may not ask for audience '${astray}'.`);
  }
}
