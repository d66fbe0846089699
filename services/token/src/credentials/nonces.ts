// Nonces of credential requests: sealed, bound to one access token, good for an hour, stored nowhere (hydra-wire §1.7).
import type { Authorization } from '@cardea/oauth';
import type { Seal } from '../seal.js';

export interface CredentialNonces {
  /** @param now milliseconds since the epoch */
  make(accessToken: string, now: number): string;
  isGood(accessToken: string, nonce: string, now: number): boolean;
}

export const nonceSeconds = 3_600;
const longest = 256;

/** Whether credentials may be asked for with a token. */
export function allowsCredentials({ scopes }: Pick<Authorization, 'scopes'>): boolean {
  return scopes.includes('userinfo_credential_draft_00') && scopes.includes('openid');
}

export function createCredentialNonces(seal: Seal): CredentialNonces {
  return {
    make(accessToken, now) {
      const expires = Buffer.alloc(8);
      expires.writeBigUInt64BE(BigInt(now + nonceSeconds * 1000));
      return seal.seal(accessToken, expires).toString('base64url');
    },
    isGood(accessToken, nonce, now) {
      if (nonce.length > longest) return false;
      const plain = seal.open(accessToken, Buffer.from(nonce, 'base64url'));
      return plain?.length === 8 && plain.readBigUInt64BE() > BigInt(now);
    },
  };
}
