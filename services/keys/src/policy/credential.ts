// The claims of a verifiable credential about an end user, in their order (W3C VC Data Model 1.1 §6.3.1, hydra-wire §1.7).
import type { signingV1 } from '@cardea/rpc';
import * as check from './checks.js';
import { claimsJson } from './claims-json.js';
import { credential } from './purpose.js';
import type { Policy, Statement } from './statement.js';

const reserved: ReadonlySet<string> = new Set(['id']);

/** @throws {OAuthError} invalid_request */
export function credentialStatement(request: signingV1.SignCredentialRequest, policy: Policy): Statement {
  const iat = check.issuedAt(request.issuedAt, policy.now());
  const holder = check.holder(request.holder);
  return {
    requestId: check.requestId(request.requestId),
    purpose: credential,
    algorithm: check.algorithm(request.algorithm),
    claims: {
      iss: policy.issuer,
      sub: holder,
      jti: check.identifier('jti', request.tokenId),
      iat,
      nbf: iat,
      exp: check.expiresAt(request.expiresAt, iat, policy.longest.idToken),
      vc: {
        '@context': ['https://www.w3.org/2018/credentials/v1'],
        type: ['VerifiableCredential', 'UserInfoCredential'],
        credentialSubject: {
          id: holder,
          ...claimsJson('subject_claims_json', request.subjectClaimsJson, reserved),
        },
      },
    },
  };
}
