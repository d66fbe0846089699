// Proof Key for Code Exchange, S256 only (RFC 7636; RFC 9700 §2.1.1 forbids plain).
import { createHash, timingSafeEqual } from 'node:crypto';
import { OAuthError } from './errors.js';
import type { Parameters } from './parameters.js';

/**
 * Reads the challenge of an authorization request.
 *
 * @returns the S256 challenge, or undefined when the request has none
 * @throws {OAuthError} invalid_request for another method, or a method without a challenge
 */
export function readCodeChallenge(parameters: Parameters): string | undefined {
  const challenge = parameters.get('code_challenge');
  const method = parameters.get('code_challenge_method');
  if (challenge === undefined && method === undefined) return undefined;
  if (method !== 'S256') throw new OAuthError('invalid_request', 'The code_challenge_method must be S256.');
  if (challenge === undefined || !/^[A-Za-z0-9_-]{43}$/.test(challenge)) {
    throw new OAuthError('invalid_request', 'The code_challenge must be 43 characters of base64url.');
  }
  return challenge;
}

/**
 * Whether a token request proves what the authorization request promised. A verifier without a challenge proves
 * nothing: it is what a downgrade looks like (RFC 9700 §4.8.2).
 *
 * @param challenge empty when the authorization request had none
 */
export function verifyCodeChallenge(challenge: string, verifier: string | undefined): boolean {
  if (challenge === '') return verifier === undefined;
  if (verifier === undefined || !/^[A-Za-z0-9._~-]{43,128}$/.test(verifier)) return false;
  const computed = createHash('sha256').update(verifier).digest('base64url');
  return timingSafeEqual(Buffer.from(computed), Buffer.from(challenge));
}
