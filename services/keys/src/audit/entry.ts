// What the audit log keeps of a signature: who asked for what, never the token or its claims.
import { createHash } from 'node:crypto';
import type { SignatureRecord } from '../signer.js';
import type { AuditEntry } from './chain.js';

/** @param signedAt milliseconds since the epoch */
export function auditEntry({ statement, kid, input, caller }: SignatureRecord, signedAt: number): AuditEntry {
  const { claims, purpose, algorithm, requestId } = statement;
  const { jti, exp } = claims;
  return {
    ...{ signedAt, caller, requestId, kid, algorithm },
    purpose: purpose.name,
    inputHash: createHash('sha256').update(input).digest(),
    tokenId: typeof jti === 'string' ? jti : '',
    clientId: clientOf(claims),
    expiresAt: typeof exp === 'number' ? exp * 1000 : undefined,
  };
}

/** The client a token is for, by the claim that says so. */
function clientOf(claims: Readonly<Record<string, unknown>>): string {
  const { client_id: client, azp, aud } = claims;
  const audience: unknown = Array.isArray(aud) ? aud[0] : aud;
  return [client, azp, audience].find((name): name is string => typeof name === 'string') ?? '';
}
