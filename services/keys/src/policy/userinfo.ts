// The claims of a signed userinfo answer, in their order (OpenID Connect Core §5.3.2).
import type { signingV1 } from '@cardea/rpc';
import * as check from './checks.js';
import { claimsJson } from './claims-json.js';
import { userinfo } from './purpose.js';
import type { Policy, Statement } from './statement.js';

// `auth_time`, `acr`, `amr` and `rat` are the caller's to say here: they are about the user, not about this JWT. What would
// make the answer pass for an ID token, an access token or a logout token is not.
const reserved: ReadonlySet<string> = new Set([
  ...['iss', 'sub', 'aud', 'azp', 'exp', 'iat', 'nbf', 'jti', 'nonce', 'at_hash', 'c_hash', 's_hash', 'sid'],
  ...['client_id', 'scope', 'scp', 'ext', 'cnf', 'act', 'may_act', 'events'],
]);

/** @throws {OAuthError} invalid_request */
export function userinfoStatement(request: signingV1.SignUserinfoRequest, policy: Policy): Statement {
  return {
    requestId: check.requestId(request.requestId),
    purpose: userinfo,
    algorithm: check.algorithm(request.algorithm),
    claims: {
      iss: policy.issuer,
      sub: check.identifier('sub', request.subject),
      aud: check.names('aud', [request.audience], 1),
      iat: check.issuedAt(request.issuedAt, policy.now()),
      ...claimsJson('extra_claims_json', request.extraClaimsJson, reserved),
    },
  };
}
