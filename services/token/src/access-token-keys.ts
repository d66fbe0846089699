// Finds the row key in an access token: in the handle itself, or for a JWT behind its verified `jti` (RFC 9068 §4, RFC 8725).
import { ownAlgorithm } from '@cardea/oauth';
import type { KeyObject } from 'node:crypto';
import { createHmac } from 'node:crypto';
import type { PublicKeys } from './public-keys.js';
import { accessTokenKeySet } from './public-keys.js';
import { deriveKeys } from './seal.js';
import type { TokenRef } from './storage/tokens.js';
import { verifySignature } from './verify-jws.js';

export interface AccessTokenKeys {
  /** The row key of a JWT to be. */
  mint(tokenId: string): Buffer;
  /**
   * Rows a JWT may be stored under, the likeliest first; none when it is not one of our access tokens. Says nothing about
   * expiry.
   *
   * @throws {OAuthError} temporarily_unavailable while the keys are not known
   */
  verify(jwt: string): Promise<readonly TokenRef[]>;
}

const longest = 16_384;

/** Whether a token is spelled like a JWT rather than a handle. */
export function looksLikeJwt(token: string): boolean {
  return token.startsWith('eyJ') && token.split('.', 4).length === 3;
}

export function createAccessTokenKeys(options: {
  /** `secrets.system`, newest first. */
  secrets: readonly string[];
  publicKeys: PublicKeys;
  issuer: string;
}): AccessTokenKeys {
  const { publicKeys, issuer } = options;
  const hashKeys = deriveKeys(options.secrets, 'access token jti');
  const rowKey = (key: KeyObject, tokenId: string) => createHmac('sha256', key).update(tokenId).digest();

  return {
    mint: (tokenId) => rowKey(hashKeys[0] as KeyObject, tokenId),
    async verify(jwt) {
      if (jwt.length > longest || !looksLikeJwt(jwt)) return [];
      const [head = '', payload = '', signature = ''] = jwt.split('.');
      const header = parse(head);
      const typ = header?.['typ'];
      if (typeof header?.['kid'] !== 'string' || (typ !== 'at+jwt' && typ !== 'JWT')) return [];
      const known = await publicKeys.find(accessTokenKeySet, header['kid']);
      const algorithm = known && ownAlgorithm(known.algorithm);
      if (known === undefined || algorithm === undefined || header['alg'] !== algorithm.name) return [];
      const bytes = Buffer.from(signature, 'base64url');
      // The decoder forgives spare bits; a token has one spelling.
      if (bytes.toString('base64url') !== signature) return [];
      if (!verifySignature(algorithm, known.key, Buffer.from(`${head}.${payload}`), bytes)) return [];
      const claims = parse(payload);
      const tokenId = claims?.['jti'];
      const expiresAt = claims?.['exp'];
      if (claims?.['iss'] !== issuer || typeof tokenId !== 'string' || typeof expiresAt !== 'number') return [];
      return hashKeys.map((key) => ({ key: rowKey(key, tokenId), expiresAt }));
    },
  };
}

function parse(part: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString());
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : undefined;
  } catch {
    return undefined;
  }
}
