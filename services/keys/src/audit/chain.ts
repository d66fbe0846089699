// The hash chain of the audit log: each row's hash covers the row and the hash before it, so that none can be changed, moved or
// taken out without breaking all that follow (security §2.3 rule 6).
import { hash as digest } from 'node:crypto';

/** What came of an attempt: a signature, a refusal by the rules, or a failure of token or keys. */
export type Outcome = 'signed' | 'refused' | 'failed';

/** What is kept of a signature, or of an attempt to have one. Instants are milliseconds since the epoch. */
export interface AuditEntry {
  readonly outcome: Outcome;
  /** Why there is no signature; empty for one. */
  readonly reason: string;
  readonly signedAt: number;
  /** Certificate name; empty on plain transport. */
  readonly caller: string;
  readonly requestId: string;
  readonly purpose: string;
  readonly kid: string;
  readonly algorithm: string;
  /** SHA-256 of the signing input; empty where nothing was signed. */
  readonly inputHash: Buffer;
  /** `jti`. */
  readonly tokenId: string;
  readonly clientId: string;
  /** HMAC-SHA-256 of `sub`; empty without a subject, or without a secret. */
  readonly subjectHash: Buffer;
  readonly expiresAt: number | undefined;
}

/** Where the chain stands. */
export interface ChainHead {
  readonly sequence: number;
  readonly hash: Buffer;
}

export interface AuditRow extends AuditEntry {
  readonly sequence: number;
  readonly previous: Buffer;
  readonly hash: Buffer;
}

function rowHash(sequence: number, previous: Buffer, entry: AuditEntry): Buffer {
  const { signedAt, caller, requestId, purpose, kid, algorithm, inputHash, tokenId, clientId, expiresAt } = entry;
  const { outcome, reason, subjectHash } = entry;
  // Left out of rows that say nothing there, which is what all rows were before there were attempts and subjects.
  const plain = outcome === 'signed' && reason === '' && subjectHash.length === 0;
  const more = plain ? [] : [outcome, reason, subjectHash.toString('hex')];
  // A JSON array: no two different rows have the same text.
  const text = JSON.stringify([
    ...[sequence, previous.toString('hex'), signedAt, caller, requestId, purpose, kid, algorithm],
    ...[inputHash.toString('hex'), tokenId, clientId, expiresAt ?? null, ...more],
  ]);
  // Not createHash: an object for each of them keeps the garbage collector busier than the hash keeps the processor.
  return digest('sha256', text, 'buffer');
}

/** Rows for entries that follow the head, in their order. */
export function chained({ sequence, hash }: ChainHead, entries: readonly AuditEntry[]): AuditRow[] {
  let previous = hash;
  return entries.map((entry, index) => {
    const at = sequence + 1 + index;
    const row = { ...entry, sequence: at, previous, hash: rowHash(at, previous, entry) };
    previous = row.hash;
    return row;
  });
}

/** Why a row does not follow the head, or undefined when it does. */
export function brokenBecause(head: ChainHead, row: AuditRow): string | undefined {
  if (row.sequence !== head.sequence + 1) return `row ${head.sequence + 1} is missing`;
  if (!row.previous.equals(head.hash)) return `row ${row.sequence} does not follow the row before it`;
  if (!row.hash.equals(rowHash(row.sequence, row.previous, row))) return `row ${row.sequence} was changed`;
  return undefined;
}
