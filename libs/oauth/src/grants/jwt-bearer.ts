// The jwt-bearer grant: another issuer's word for a subject is traded for an access token (RFC 7523 §2.1, hydra-wire §4.8).
import { audienceAllowed, parseAudience } from '../audience.js';
import type { Assertion } from '../client/assertion.js';
import { parseScope, scopeAllowed } from '../scope.js';
import type { Decision, GrantRequest } from './grant.js';
import { forClientAlone, refuse, registeredScopes } from './grant.js';

export const jwtBearerGrantType = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

/** An assertion whose signature, times and audience were found right, and the trust that covers it. */
export interface PresentedAssertion {
  readonly assertion: Assertion;
  /** Scopes the issuer's assertions may be traded for. */
  readonly scopes: readonly string[];
  /** Whether the token is for the assertion's audience too, as Hydra once did. */
  readonly audienceKept: boolean;
}

/** @param request.presented undefined when nobody trusts the assertion */
export function decideJwtBearer(request: GrantRequest<PresentedAssertion | undefined>): Decision {
  const { client, parameters, presented, policy, now } = request;
  if (presented === undefined) return refuse('invalid_grant', 'The assertion is not one of a trusted issuer.');
  const { assertion } = presented;
  const registered = registeredScopes(client);
  const allowed = (scope: string) =>
    scopeAllowed(registered, scope, policy.scopeStrategy) &&
    scopeAllowed(presented.scopes, scope, policy.scopeStrategy);
  const asked = parseScope(parameters.get('scope'));
  const foreign = asked.find((scope) => !allowed(scope));
  if (foreign !== undefined) {
    return refuse('invalid_scope', `Scope '${foreign}' is more than the client or the issuer may ask for.`);
  }
  const wanted = parseAudience(parameters.get('audience'));
  const astray = wanted.find((entry) => !audienceAllowed(client.audience, entry));
  if (astray !== undefined && !policy.hydraCompat) {
    return refuse('invalid_request', `The client may not ask for audience '${astray}'.`);
  }
  const audience = [
    ...wanted.filter((entry) => audienceAllowed(client.audience, entry)),
    ...(presented.audienceKept ? assertion.audience : []),
  ];
  return forClientAlone(client, {
    subject: assertion.subject,
    scopes: asked.length > 0 || !policy.defaultScopes ? asked : registered.filter(allowed),
    audience: [...new Set(audience)],
    now,
  });
}
