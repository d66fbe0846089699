// Requests that the signer accepts, to be varied by tests; and a look at the JWTs that come back.
import { ownAlgorithm } from '@cardea/oauth';
import { signingV1 } from '@cardea/rpc';
import { createPublicKey, randomUUID, verify } from 'node:crypto';

export const seconds = () => Math.floor(Date.now() / 1000);

export function idTokenRequest(change: Partial<signingV1.SignIdTokenRequest> = {}): signingV1.SignIdTokenRequest {
  return {
    requestId: randomUUID(),
    algorithm: 'ES256',
    subject: 'alice',
    audience: ['app'],
    authorizedParty: '',
    issuedAt: seconds(),
    expiresAt: seconds() + 3600,
    authTime: seconds() - 10,
    nonce: 'n-0S6_WzA2Mj',
    accessTokenHash: '77QmUPtjPfzWtF2AnpK9RQ',
    codeHash: '',
    acr: 'urn:mace:incommon:iap:silver',
    amr: ['pwd', 'otp'],
    sessionId: 'sid-1',
    tokenId: randomUUID(),
    requestedAt: seconds() - 20,
    extraClaimsJson: Buffer.from('{"email":"alice@id.example","roles":["admin"]}'),
    ...change,
  };
}

export function accessTokenRequest(
  change: Partial<signingV1.SignAccessTokenRequest> = {},
): signingV1.SignAccessTokenRequest {
  return {
    requestId: randomUUID(),
    algorithm: 'ES256',
    format: signingV1.AccessTokenFormat.RFC9068,
    subject: 'alice',
    audience: ['https://api.example'],
    clientId: 'app',
    scopes: ['openid', 'photos.read'],
    issuedAt: seconds(),
    expiresAt: seconds() + 3600,
    tokenId: randomUUID(),
    authTime: seconds() - 10,
    acr: '',
    amr: [],
    extraClaimsJson: Buffer.from('{"tenant":"blue"}'),
    confirmationJson: Buffer.from('{"jkt":"0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"}'),
    ...change,
  };
}

export function userinfoRequest(change: Partial<signingV1.SignUserinfoRequest> = {}): signingV1.SignUserinfoRequest {
  return {
    requestId: randomUUID(),
    algorithm: 'ES256',
    subject: 'alice',
    audience: 'app',
    issuedAt: seconds(),
    extraClaimsJson: Buffer.from('{"email":"alice@id.example","rat":1700000000}'),
    ...change,
  };
}

export function logoutTokenRequest(
  change: Partial<signingV1.SignLogoutTokenRequest> = {},
): signingV1.SignLogoutTokenRequest {
  return {
    requestId: randomUUID(),
    algorithm: 'ES256',
    audience: 'app',
    subject: 'alice',
    sessionId: 'sid-1',
    issuedAt: seconds(),
    expiresAt: seconds() + 120,
    tokenId: randomUUID(),
    ...change,
  };
}

export interface ReadJwt {
  readonly header: Readonly<Record<string, unknown>>;
  readonly claims: Readonly<Record<string, unknown>>;
}

/** Parses a compact JWS without verifying it. */
export function readJwt(jwt: string): ReadJwt {
  const [header = '', claims = ''] = jwt.split('.', 2);
  const parse = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>;
  return { header: parse(header), claims: parse(claims) };
}

/** Whether one of the published keys signed it: the one its header names, with that key's own algorithm. */
export function isSignedBy(keys: readonly signingV1.PublicKey[], keySet: string, jwt: string): boolean {
  const { header } = readJwt(jwt);
  const key = keys.find((candidate) => candidate.keySet === keySet && candidate.keyId === header['kid']);
  const algorithm = key && ownAlgorithm(key.algorithm);
  if (key === undefined || algorithm === undefined || header['alg'] !== key.algorithm) return false;
  const end = jwt.lastIndexOf('.');
  const publicKey = createPublicKey({ key: JSON.parse(key.jwkJson) as Record<string, string>, format: 'jwk' });
  const signature = Buffer.from(jwt.slice(end + 1), 'base64url');
  const { digest, options } = algorithm.node;
  return verify(digest, Buffer.from(jwt.slice(0, end)), { key: publicKey, ...options }, signature);
}
