// The answer to a refresh, kept for whoever presents the same refresh token again: sealed under a key that only the token
// itself yields, so that neither the database nor our secrets are enough to read it (ARCHITECTURE §6).
import { tokenV1 } from '@cardea/rpc';
import { createCipheriv, createDecipheriv, createHmac, createSecretKey } from 'node:crypto';

const nonceBytes = 12;
const tagBytes = 16;

// Key objects, for the reason that seal.ts tells.
const label = createSecretKey('cardea/v1 replay', 'utf8');
const keyOf = (refreshToken: string) => createSecretKey(createHmac('sha256', label).update(refreshToken).digest());

export function sealReplay(
  refreshToken: string,
  response: tokenV1.IssueTokenResponse,
  random: (bytes: number) => Buffer,
): Buffer {
  const nonce = random(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', keyOf(refreshToken), nonce);
  const body = cipher.update(tokenV1.IssueTokenResponse.encode(response).finish());
  return Buffer.concat([nonce, body, cipher.final(), cipher.getAuthTag()]);
}

/** @throws when it was sealed for another token */
export function openReplay(refreshToken: string, sealed: Buffer): tokenV1.IssueTokenResponse {
  const decipher = createDecipheriv('aes-256-gcm', keyOf(refreshToken), sealed.subarray(0, nonceBytes));
  decipher.setAuthTag(sealed.subarray(-tagBytes));
  const body = Buffer.concat([decipher.update(sealed.subarray(nonceBytes, -tagBytes)), decipher.final()]);
  return tokenV1.IssueTokenResponse.decode(body);
}
