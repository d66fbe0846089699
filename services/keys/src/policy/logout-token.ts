// The claims of a logout token, in their order; `events` is fixed and `nonce` cannot be said (Back-Channel Logout §2.4).
import type { signingV1 } from '@cardea/rpc';
import * as check from './checks.js';
import { logoutToken } from './purpose.js';
import type { Policy, Statement } from './statement.js';

const events = { 'http://schemas.openid.net/event/backchannel-logout': {} };

/** @throws {OAuthError} invalid_request */
export function logoutTokenStatement(request: signingV1.SignLogoutTokenRequest, policy: Policy): Statement {
  const sub = check.optionalIdentifier('sub', request.subject);
  const sid = check.optionalIdentifier('sid', request.sessionId);
  if (sub === undefined && sid === undefined) check.refuse('a logout token needs sub or sid');
  const iat = check.issuedAt(request.issuedAt, policy.now());
  return {
    requestId: check.requestId(request.requestId),
    purpose: logoutToken,
    algorithm: check.algorithm(request.algorithm),
    claims: {
      iss: policy.issuer,
      sub,
      aud: check.names('aud', [request.audience], 1),
      iat,
      exp: check.expiresAt(request.expiresAt, iat, policy.longest.logoutToken),
      jti: check.identifier('jti', request.tokenId),
      events,
      sid,
    },
  };
}
