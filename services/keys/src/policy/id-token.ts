// The claims of an ID token, in their order (OpenID Connect Core §2; `rat` and `sid` as Hydra has them).
import { idTokenClaimNames } from '@cardea/oauth';
import type { signingV1 } from '@cardea/rpc';
import * as check from './checks.js';
import { claimsJson } from './claims-json.js';
import { idToken } from './purpose.js';
import type { Policy, Statement } from './statement.js';

const reserved: ReadonlySet<string> = new Set(idTokenClaimNames);

/** @throws {OAuthError} invalid_request */
export function idTokenStatement(request: signingV1.SignIdTokenRequest, policy: Policy): Statement {
  const iat = check.issuedAt(request.issuedAt, policy.now());
  return {
    requestId: check.requestId(request.requestId),
    purpose: idToken,
    algorithm: check.algorithm(request.algorithm),
    claims: {
      iss: policy.issuer,
      sub: check.identifier('sub', request.subject),
      aud: check.names('aud', request.audience, 1),
      azp: check.optionalText('azp', request.authorizedParty),
      exp: check.expiresAt(request.expiresAt, iat, policy.longest.idToken),
      iat,
      auth_time: check.optionalPast('auth_time', request.authTime, iat),
      nonce: check.optionalText('nonce', request.nonce),
      at_hash: check.optionalIdentifier('at_hash', request.accessTokenHash),
      c_hash: check.optionalIdentifier('c_hash', request.codeHash),
      acr: check.optionalText('acr', request.acr),
      amr: check.optionalNames('amr', request.amr),
      sid: check.optionalIdentifier('sid', request.sessionId),
      jti: check.identifier('jti', request.tokenId),
      rat: check.optionalPast('rat', request.requestedAt, iat),
      ...claimsJson('extra_claims_json', request.extraClaimsJson, reserved),
    },
  };
}
