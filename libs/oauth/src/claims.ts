// Claims: hashes that tie an ID token to its neighbours, names nobody but the provider may set, and what userinfo tells
// (OpenID Connect Core §2, §3.1.3.6, §5.3.2; RFC 9068 §2.2).
import { createHash } from 'node:crypto';
import { ownAlgorithm } from './algorithms.js';
import type { Authorization, Claims } from './authorization.js';

/** Claims of an ID token that the consent app cannot set: the provider answers for them. */
export const idTokenClaimNames: readonly string[] = [
  'iss',
  'sub',
  'aud',
  'azp',
  'exp',
  'iat',
  'nbf',
  'jti',
  'auth_time',
  'nonce',
  'at_hash',
  'c_hash',
  's_hash',
  'acr',
  'amr',
  'sid',
  'rat',
  'events',
  'cnf',
];

/** Claims of a JWT access token that the consent app cannot set. */
export const accessTokenClaimNames: readonly string[] = [
  'iss',
  'sub',
  'aud',
  'exp',
  'iat',
  'nbf',
  'jti',
  'client_id',
  'scope',
  'scp',
  'ext',
  'auth_time',
  'acr',
  'amr',
  'cnf',
  'act',
  'may_act',
  'events',
];

/** The claims without the names given. */
export function withoutClaims(claims: Claims, names: readonly string[]): Claims {
  return Object.fromEntries(Object.entries(claims).filter(([name]) => !names.includes(name)));
}

/**
 * `at_hash` and `c_hash`: the left half of the hash that belongs to the ID token's algorithm.
 *
 * @throws {RangeError} for an algorithm we do not sign with
 */
export function leftHalfHash(algorithm: string, value: string): string {
  const row = ownAlgorithm(algorithm);
  if (row === undefined) throw new RangeError(`no JWS algorithm ${algorithm}`);
  const digest = createHash(row.hash).update(value, 'ascii').digest();
  return digest.toString('base64url', 0, digest.length / 2);
}

/**
 * What userinfo tells beside `sub`, `iss`, `aud` and `iat`: the ID token's claims without those that are about that token
 * (`nonce`, `at_hash`, `sid`, ...), as Hydra answers.
 */
export function userinfoClaims(authorization: Authorization): Claims {
  const { requestedAt, authenticatedAt, acr, amr, idTokenClaims } = authorization;
  return {
    ...withoutClaims(idTokenClaims, idTokenClaimNames),
    rat: requestedAt,
    ...(authenticatedAt > 0 && { auth_time: authenticatedAt }),
    ...(acr !== '' && { acr }),
    ...(amr.length > 0 && { amr }),
  };
}
