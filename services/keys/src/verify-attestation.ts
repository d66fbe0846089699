// Verifies what a signer said of itself: its type, its signature by a published key of the right set, its issuer and its nonce
// (RFC 8725 §3).
import { jwsAlgorithm } from '@cardea/oauth';
import type { JsonWebKey } from 'node:crypto';
import { createPublicKey, verify } from 'node:crypto';
import { attestation } from './policy/purpose.js';

/** What is known of the signer beforehand. */
export interface AttestationExpectations {
  /** JWKs of the issuer, by the key set URL or the keys service. */
  readonly keys: readonly JsonWebKey[];
  readonly issuer: string;
  /** Undefined where it is not known. */
  readonly nonce: string | undefined;
}

type Claims = Readonly<Record<string, unknown>>;

/**
 * @returns the claims
 * @throws {Error} whose message says why it is not to be believed
 */
export function verifyAttestation(jwt: string, { keys, issuer, nonce }: AttestationExpectations): Claims {
  const [head = '', body = '', signature = '', ...more] = jwt.trim().split('.');
  const header = jsonOf(head);
  const claims = jsonOf(body);
  if (more.length > 0 || header === undefined || claims === undefined) throw new Error('it is no compact JWS');
  if (header['typ'] !== attestation.typ) throw new Error(`its typ is not ${attestation.typ}`);
  const jwk = keys.find((candidate) => candidate['kid'] === header['kid']);
  if (jwk === undefined) throw new Error(`no published key has its kid, ${String(header['kid'])}`);
  const algorithm = jwsAlgorithm(String(header['alg']));
  if (algorithm === undefined || jwk['alg'] !== algorithm.name) throw new Error('its alg is not that of its key');
  const { digest, options } = algorithm.node;
  const key = { key: createPublicKey({ key: jwk, format: 'jwk' }), ...options };
  if (!verify(digest, Buffer.from(`${head}.${body}`), key, Buffer.from(signature, 'base64url'))) {
    throw new Error('its signature is not by that key');
  }
  if (claims['iss'] !== issuer) throw new Error(`its issuer is ${String(claims['iss'])}, not ${issuer}`);
  if (nonce !== undefined && claims['nonce'] !== nonce)
    throw new Error('its nonce is another: it is not an answer to this');
  return claims;
}

function jsonOf(segment: string): Claims | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(segment, 'base64url').toString());
    return typeof value === 'object' && value !== null ? (value as Claims) : undefined;
  } catch {
    return undefined;
  }
}
