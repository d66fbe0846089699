// The refresh_token grant: rotating, idempotent for a moment, fatal to its family afterwards (RFC 6749 §6, RFC 9700 §4.14.2).
import { audienceAllowed } from '../audience.js';
import type { Authorization } from '../authorization.js';
import { parseScope, scopeAllowed } from '../scope.js';
import type { Decision, GrantRequest } from './grant.js';
import { earnsRefreshToken, refuse, registeredScopes } from './grant.js';

/** A refresh token as the store knows it. */
export interface PresentedRefreshToken {
  readonly clientId: string;
  /** Milliseconds since the epoch, Infinity when it never expires. */
  readonly expiresAt: number;
  /** Milliseconds since the epoch of its first use. */
  readonly usedAt: number | undefined;
  /** How often it was used. */
  readonly uses: number;
  /** Whether it and its family still stand. */
  readonly standing: boolean;
  readonly authorization: Authorization;
}

/**
 * @param request.presented undefined when the token is forged, unknown or long gone
 */
export function decideRefreshToken(request: GrantRequest<PresentedRefreshToken | undefined>): Decision {
  const { client, presented: token, policy, now } = request;
  if (token === undefined) return refuse('invalid_grant', 'The refresh token is unknown.');
  if (token.clientId !== client.clientId) {
    return refuse('invalid_grant', 'The refresh token was issued to another client.');
  }
  if (!token.standing) return refuse('invalid_grant', 'The refresh token was revoked.');
  if (token.usedAt !== undefined) {
    if (now - token.usedAt >= policy.rotationGraceMillis) {
      return refuse('invalid_grant', 'The refresh token was used before; all tokens of its family are revoked.', {
        fall: token.authorization.grantId,
        event: 'refresh_reuse_detected',
      });
    }
    if (policy.rotationReuseCount > 0 && token.uses >= policy.rotationReuseCount) {
      return refuse('invalid_grant', 'The refresh token was used too often.');
    }
    return { kind: 'replay' };
  }
  if (token.expiresAt <= now) return refuse('invalid_grant', 'The refresh token has expired.');
  return narrow(request, token.authorization);
}

/** Scopes may shrink for this access token; the refresh token keeps what was granted (RFC 6749 §6). */
function narrow(request: GrantRequest<unknown>, granted: Authorization): Decision {
  const { client, parameters, policy } = request;
  const registered = registeredScopes(client);
  const lost = granted.scopes.find((scope) => !scopeAllowed(registered, scope, policy.scopeStrategy));
  if (lost !== undefined) return refuse('invalid_scope', `The client may no longer ask for scope '${lost}'.`);
  const astray = granted.audience.find((audience) => !audienceAllowed(client.audience, audience));
  if (astray !== undefined) return refuse('invalid_request', `The client may no longer ask for audience '${astray}'.`);
  if (!earnsRefreshToken(client, granted.scopes)) return refuse('invalid_grant', 'No offline access was granted.');
  // Hydra does not look at it.
  const wanted = policy.hydraCompat ? [] : parseScope(parameters.get('scope'));
  const wider = wanted.find((scope) => !scopeAllowed(granted.scopes, scope, policy.scopeStrategy));
  if (wider !== undefined) return refuse('invalid_scope', `Scope '${wider}' was not granted.`);
  const scopes = wanted.length === 0 ? granted.scopes : wanted;
  return {
    kind: 'issue',
    authorization: { ...granted, scopes },
    refresh: granted,
    idToken: scopes.includes('openid'),
  };
}
