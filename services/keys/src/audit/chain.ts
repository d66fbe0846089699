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
  /** SHA-256 of the signing input, hexadecimal; empty where nothing was signed. */
  readonly inputHash: string;
  /** `jti`. */
  readonly tokenId: string;
  readonly clientId: string;
  /** HMAC-SHA-256 of `sub`, hexadecimal; empty without a subject, or without a secret. */
  readonly subjectHash: string;
  readonly expiresAt: number | undefined;
}

/** Where the chain stands. */
export interface ChainHead {
  readonly sequence: number;
  /** SHA-256, hexadecimal. */
  readonly hash: string;
}

/** The hash before the first row. */
export const noRow = '00'.repeat(32);

export interface AuditRow extends AuditEntry {
  readonly sequence: number;
  readonly previous: string;
  readonly hash: string;
}

function rowHash(sequence: number, previous: string, entry: AuditEntry): string {
  const { signedAt, caller, requestId, purpose, kid, algorithm, inputHash, tokenId, clientId } = entry;
  const { outcome, reason, subjectHash, expiresAt = null } = entry;
  // A JSON array: no two different rows have the same text.
  const said: (string | number | null)[] = [
    sequence,
    previous,
    signedAt,
    caller,
    requestId,
    purpose,
    kid,
    algorithm,
    inputHash,
    tokenId,
    clientId,
  ];
  // Left out of rows that say nothing there, which is what all rows were before there were attempts and subjects.
  const plain = outcome === 'signed' && reason === '' && subjectHash === '';
  if (plain) said.push(expiresAt);
  else said.push(expiresAt, outcome, reason, subjectHash);
  // Not createHash, nor as a Buffer: an object for each keeps the garbage collector busier than the hash keeps the processor.
  return digest('sha256', JSON.stringify(said));
}

/** The hashes of the rows for entries that follow the head, in their order. */
export function chainHashes({ sequence, hash }: ChainHead, entries: readonly AuditEntry[]): string[] {
  let at = sequence;
  let previous = hash;
  return entries.map((entry) => (previous = rowHash(++at, previous, entry)));
}

/** Why a row does not follow the head, or undefined when it does. */
export function brokenBecause(head: ChainHead, row: AuditRow): string | undefined {
  if (row.sequence !== head.sequence + 1) return `row ${head.sequence + 1} is missing`;
  if (row.previous !== head.hash) return `row ${row.sequence} does not follow the row before it`;
  if (row.hash !== rowHash(row.sequence, row.previous, row)) return `row ${row.sequence} was changed`;
  return undefined;
}
