// The client_credentials grant: the client acts for itself (RFC 6749 §4.4).
import { audienceAllowed, parseAudience } from '../audience.js';
import { isPublicClient } from '../authorize/request.js';
import { foreignScope, parseScope, scopeAllowed } from '../scope.js';
import type { Decision, GrantRequest } from './grant.js';
import { forClientAlone, refuse, registeredScopes } from './grant.js';

export function decideClientCredentials(request: GrantRequest<undefined>): Decision {
  const { client, parameters, policy, now } = request;
  if (isPublicClient(client))
    return refuse(
      policy.hydraCompat ? 'invalid_grant' : 'unauthorized_client',
      'A public client has no credentials to act with.',
    );
  const scopes = parseScope(parameters.get('scope'));
  const registered = registeredScopes(client);
  const foreign = scopes.find((scope) => !scopeAllowed(registered, scope, policy.scopeStrategy));
  if (foreign !== undefined) return refuse('invalid_scope', foreignScope(foreign));
  const audience = parseAudience(parameters.get('audience'));
  const astray = audience.find((entry) => !audienceAllowed(client.audience, entry));
  if (astray !== undefined) return refuse('invalid_request', `The client may not ask for audience '${astray}'.`);
  const granted = scopes.length > 0 || !policy.defaultScopes ? scopes : registered;
  return forClientAlone(client, { subject: client.clientId, scopes: granted, audience, now });
}
