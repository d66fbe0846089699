// The claims of a JWT access token, in their order: the RFC 9068 profile, or the shape Hydra's clients parse.
import type { Claims } from '@cardea/oauth';
import { accessTokenClaimNames } from '@cardea/oauth';
import { signingV1 } from '@cardea/rpc';
import * as check from './checks.js';
import { claimsJson } from './claims-json.js';
import { accessToken, hydraAccessToken } from './purpose.js';
import type { AccessTokenStyle, Policy, Statement } from './statement.js';

const reserved: ReadonlySet<string> = new Set(accessTokenClaimNames);
const nothingReserved: ReadonlySet<string> = new Set();

/** @throws {OAuthError} invalid_request */
export function accessTokenStatement(request: signingV1.SignAccessTokenRequest, policy: Policy): Statement {
  const hydra = request.format === signingV1.AccessTokenFormat.HYDRA;
  if (!hydra && request.format !== signingV1.AccessTokenFormat.UNSPECIFIED) {
    if (request.format !== signingV1.AccessTokenFormat.RFC9068) check.refuse('it knows no such access token format');
  }
  const claims = hydra ? hydraClaims : rfc9068Claims;
  return {
    requestId: check.requestId(request.requestId),
    purpose: hydra ? hydraAccessToken : accessToken,
    algorithm: check.algorithm(request.algorithm),
    claims: claims(request, policy),
  };
}

function rfc9068Claims(request: signingV1.SignAccessTokenRequest, policy: Policy): Claims {
  const iat = check.issuedAt(request.issuedAt, policy.now());
  return {
    iss: policy.issuer,
    sub: check.identifier('sub', request.subject),
    aud: check.names('aud', request.audience, 1),
    client_id: check.identifier('client_id', request.clientId),
    exp: check.expiresAt(request.expiresAt, iat, policy.longest.accessToken),
    iat,
    jti: check.identifier('jti', request.tokenId),
    ...scopeClaims(request, policy.style.scopeClaim ?? 'string'),
    auth_time: check.optionalPast('auth_time', request.authTime, iat),
    acr: check.optionalText('acr', request.acr),
    amr: check.optionalNames('amr', request.amr),
    cnf: confirmation(request),
    ...claimsJson('extra_claims_json', request.extraClaimsJson, reserved),
  };
}

/** Hydra's shape: scopes as a list, and every further claim below `ext`, which is there even when empty. */
function hydraClaims(request: signingV1.SignAccessTokenRequest, policy: Policy): Claims {
  const iat = check.issuedAt(request.issuedAt, policy.now());
  const further = claimsJson('extra_claims_json', request.extraClaimsJson, nothingReserved);
  return {
    iss: policy.issuer,
    sub: check.identifier('sub', request.subject),
    aud: check.names('aud', request.audience, 0),
    client_id: check.identifier('client_id', request.clientId),
    exp: check.expiresAt(request.expiresAt, iat, policy.longest.accessToken),
    iat,
    nbf: policy.style.withoutNotBefore ? undefined : iat,
    jti: check.identifier('jti', request.tokenId),
    ...scopeClaims(request, policy.style.scopeClaim ?? 'list'),
    cnf: confirmation(request),
    ...furtherClaims(further, policy.style),
  };
}

/** RFC 9068 leaves an empty scope out; Hydra's list is there even when empty. */
function scopeClaims(request: signingV1.SignAccessTokenRequest, spelling: 'list' | 'string' | 'both'): Claims {
  const hydra = request.format === signingV1.AccessTokenFormat.HYDRA;
  const scopes = check.names('scope', request.scopes, 0);
  const text = scopes.length === 0 && !hydra ? undefined : scopes.join(' ');
  return {
    scp: spelling === 'string' ? undefined : scopes,
    scope: spelling === 'list' ? undefined : text,
  };
}

/** At the top only what the operator allowed and nobody else answers for; under `ext` nothing passes for the token's own. */
function furtherClaims(further: Claims, { topLevel, mirrored, preserved }: AccessTokenStyle): Claims {
  const entries = Object.entries(further);
  const atTop = ([name]: [string, unknown]) => topLevel.includes(name) && !reserved.has(name);
  const ext = mirrored ? entries : preserved ? entries.filter((entry) => !atTop(entry)) : undefined;
  return {
    ...Object.fromEntries(entries.filter(atTop)),
    ext: ext && (mirrored || ext.length > 0) ? Object.fromEntries(ext) : undefined,
  };
}

function confirmation(request: signingV1.SignAccessTokenRequest): Claims | undefined {
  if (request.confirmationJson.length === 0) return undefined;
  return claimsJson('confirmation_json', request.confirmationJson, nothingReserved);
}
