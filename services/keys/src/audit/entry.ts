// What the audit log keeps of a signature, or of an attempt to have one: who asked for what, never the token, its claims or its
// subject (security §2.3 rule 6).
import { hash } from 'node:crypto';
import type { SignatureRecord } from '../signer.js';
import type { Veil } from './answers.js';
import type { AuditEntry } from './chain.js';

/** @param signedAt milliseconds since the epoch */
export function auditEntry(
  { statement, kid, input, caller }: Omit<SignatureRecord, 'signature' | 'underWay'>,
  signedAt: number,
  veil: Pick<Veil, 'subjectHash'>,
): AuditEntry {
  const { claims, purpose, algorithm, requestId } = statement;
  const { jti, exp, sub } = claims;
  return {
    outcome: 'signed',
    reason: '',
    signedAt,
    caller,
    requestId,
    purpose: purpose.name,
    kid,
    algorithm,
    inputHash: hash('sha256', input),
    tokenId: typeof jti === 'string' ? jti : '',
    clientId: plain(clientOf(claims)),
    subjectHash: typeof sub === 'string' ? veil.subjectHash(sub) : '',
    expiresAt: typeof exp === 'number' ? exp * 1000 : undefined,
  };
}

/** The client a token is for, by the claim that says so. */
function clientOf({ client_id: client, azp, aud }: Readonly<Record<string, unknown>>): string {
  if (typeof client === 'string') return client;
  if (typeof azp === 'string') return azp;
  const audience: unknown = Array.isArray(aud) ? aud[0] : aud;
  return typeof audience === 'string' ? audience : '';
}

/** What a request says of itself, believed by nobody yet. */
export interface AttemptedRequest {
  readonly requestId: string;
  readonly algorithm: string;
  readonly tokenId?: string;
  readonly clientId?: string;
  readonly audience?: string | readonly string[];
  readonly subject?: string;
}

export interface Attempt {
  readonly outcome: 'refused' | 'failed';
  readonly reason: string;
  readonly purpose: string;
  readonly request: AttemptedRequest;
  /** Certificate name; empty on plain transport. */
  readonly caller: string;
}

/** @param attemptedAt milliseconds since the epoch */
export function attemptEntry(
  { outcome, reason, purpose, request, caller }: Attempt,
  attemptedAt: number,
  veil: Pick<Veil, 'subjectHash'>,
): AuditEntry {
  const { requestId, algorithm, tokenId = '', clientId, audience = '', subject = '' } = request;
  const client = clientId ?? (typeof audience === 'string' ? audience : (audience[0] ?? ''));
  return {
    ...{ outcome, purpose, caller, signedAt: attemptedAt, kid: '', inputHash: '', expiresAt: undefined },
    ...{ reason: plain(reason), requestId: plain(requestId), algorithm: plain(algorithm) },
    ...{ tokenId: plain(tokenId), clientId: plain(client), subjectHash: veil.subjectHash(subject) },
  };
}

const longest = 255;

/** Text that PostgreSQL keeps as it is, so that the hash of a row read back is the one that was written. */
function plain(text: string): string {
  // NUL is what PostgreSQL refuses; a lone surrogate is what it changes.
  return /[\0\ud800-\udfff]/.test(text) || text.length > longest
    ? Buffer.from(text.slice(0, longest).replaceAll('\0', '?')).toString()
    : text;
}
