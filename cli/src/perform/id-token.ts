// Whether an ID token may be believed: signature and claims (OpenID Connect Core §3.1.3.7).
import { jwsAlgorithm, parseJwt } from '@cardea/oauth';
import type { JsonWebKey } from 'node:crypto';
import { createHash, createPublicKey, verify } from 'node:crypto';
import type { Json } from '../api/client.js';
import { Failure } from '../failure.js';

/** What is known from elsewhere. */
export interface Expectation {
  readonly issuer: string;
  readonly clientId: string;
  readonly nonce?: string | undefined;
  readonly accessToken: string;
  readonly keys: readonly Json[];
  /** Milliseconds since the epoch. */
  readonly now: number;
}

const leewaySeconds = 60;

/** @returns what was checked, in words @throws {Failure} naming the claim that is wrong */
export function checkIdToken(token: string, expected: Expectation): string {
  const jwt = parseJwt(token);
  if (jwt === undefined) {
    if (token.split('.').length === 5) return 'the ID token is encrypted to a key of the client';
    throw new Failure('the ID token is no JWT');
  }
  const { claims, keyId } = jwt;
  const algorithm = jwsAlgorithm(jwt.algorithm);
  const jwk = expected.keys.find((key) => key['kid'] === keyId);
  if (algorithm === undefined || jwk === undefined) {
    throw new Failure(
      `the ID token is signed by ${String(keyId)} with ${jwt.algorithm}, which the JWKS of the issuer does not have`,
    );
  }
  const key = createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' });
  if (!verify(algorithm.node.digest, jwt.input, { key, ...algorithm.node.options }, jwt.signature)) {
    throw new Failure('the signature of the ID token is wrong');
  }
  const audience = [claims['aud']].flat();
  const seconds = expected.now / 1000;
  const half = createHash(algorithm.hash).update(expected.accessToken).digest();
  const hash = half.subarray(0, half.length / 2).toString('base64url');
  const wrong = [
    [claims['iss'] === expected.issuer, `iss is ${String(claims['iss'])}, and the issuer is ${expected.issuer}`],
    [audience.includes(expected.clientId), `aud is ${audience.join(', ')}, and the client is ${expected.clientId}`],
    [Number(claims['exp']) > seconds - leewaySeconds, 'it has expired: are the clocks right?'],
    [Number(claims['iat']) < seconds + leewaySeconds, 'it was issued in the future: are the clocks right?'],
    [claims['nonce'] === expected.nonce, 'its nonce is not the one that was sent'],
    [claims['at_hash'] === undefined || claims['at_hash'] === hash, 'its at_hash belongs to another access token'],
  ] as const;
  const found = wrong.find(([right]) => !right);
  if (found !== undefined) throw new Failure(`the ID token must not be believed: ${found[1]}`);
  return `the ID token is good: ${jwt.algorithm} by key ${String(keyId)}; issuer, audience, times and nonce are right`;
}
