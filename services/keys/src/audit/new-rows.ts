// Rows of the record as they travel to PostgreSQL: one array of `cardea_keys_audit.new_row` in its own binary form (array_recv,
// record_recv), which it takes apart once; seventeen arrays of one column each it had to join again, row by row.
import type { Queryable } from '../registry/connection.js';
import type { AuditEntry, ChainHead } from './chain.js';

/** Rows to be, one a commit or many. */
export interface NewRows {
  readonly entries: readonly AuditEntry[];
  /** Of each row. */
  readonly hashes: readonly string[];
  /** The signature that each is about, sealed, to be given again to whoever asks again. */
  readonly sealed: readonly (Buffer | undefined)[];
}

/** `pg_type.oid` of a row, which PostgreSQL chose when the type was made. */
export async function readRowType(connection: Queryable): Promise<number> {
  const { rows } = await connection.query<{ oid: number }>(`SELECT 'cardea_keys_audit.new_row'::regtype::oid AS oid`);
  const [type] = rows;
  if (type === undefined) throw new Error('PostgreSQL does not say how rows of the audit log are written');
  return type.oid;
}

/** `pg_type.oid` of columns; those of built-in types are the same everywhere. */
const [bytea, bigint, text, timestamptz] = [17, 20, 25, 1184];
const columns = 17;
/** Before the rows of an array: how many dimensions, whether there are NULLs, of what, how many, and the number of the first. */
const headerBytes = 20;
/** All of a row but its texts and what is sealed: lengths, types, three instants or numbers, and four hashes of 32 bytes. */
const plainBytes = 8 + columns * 8 + 3 * 8 + 4 * 32;
/** PostgreSQL counts microseconds since 2000. */
const epochMillis = Date.UTC(2000);

/** The value of a parameter of type `cardea_keys_audit.new_row[]`. */
export function arrayOfRows(rowType: number, head: ChainHead, { entries, hashes, sealed }: NewRows): Buffer {
  const room = entries.reduce((sum, entry, index) => sum + roomOf(entry) + (sealed[index]?.length ?? 0), headerBytes);
  const into = Buffer.allocUnsafe(room);
  let at = 0;
  const putInt = (value: number): void => {
    at = into.writeInt32BE(value, at);
  };
  const putNumber = (type: number, value: number | undefined): void => {
    putInt(type);
    if (value === undefined) return putInt(-1);
    putInt(8);
    const high = Math.floor(value / 2 ** 32);
    putInt(high);
    at = into.writeUInt32BE(value - high * 2 ** 32, at);
  };
  const putInstant = (millis: number | undefined): void =>
    putNumber(timestamptz, millis === undefined ? undefined : (millis - epochMillis) * 1000);
  const putString = (type: number, value: string, encoding: 'utf8' | 'hex'): void => {
    const written = into.write(value, at + 8, encoding);
    putInt(type);
    putInt(written);
    at += written;
  };
  const putText = (value: string): void => putString(text, value, 'utf8');
  const putHash = (value: string): void => putString(bytea, value, 'hex');
  const putBytes = (value: Buffer | undefined): void => {
    putInt(bytea);
    putInt(value?.length ?? -1);
    if (value !== undefined) at += value.copy(into, at);
  };

  // One dimension. Whether there are NULLs among the rows is found out by whoever reads them.
  for (const value of [1, 0, rowType, entries.length, 1]) putInt(value);
  let previous = head.hash;
  for (const [index, entry] of entries.entries()) {
    const hash = hashes[index] ?? '';
    const start = at;
    at += 4;
    putInt(columns);
    putNumber(bigint, head.sequence + 1 + index);
    putHash(previous);
    putHash(hash);
    putInstant(entry.signedAt);
    putText(entry.caller);
    putText(entry.requestId);
    putText(entry.purpose);
    putText(entry.kid);
    putText(entry.algorithm);
    putHash(entry.inputHash);
    putText(entry.tokenId);
    putText(entry.clientId);
    putInstant(entry.expiresAt);
    putText(entry.outcome);
    putText(entry.reason);
    putHash(entry.subjectHash);
    putBytes(sealed[index]);
    into.writeInt32BE(at - start - 4, start);
    previous = hash;
  }
  return into.subarray(0, at);
}

function roomOf(entry: AuditEntry): number {
  const { caller, requestId, purpose, kid, algorithm, tokenId, clientId, outcome, reason } = entry;
  const names = caller.length + requestId.length + purpose.length + kid.length + algorithm.length;
  const more = tokenId.length + clientId.length + outcome.length + reason.length;
  // No character of one UTF-16 unit takes more than three bytes of UTF-8.
  return plainBytes + (names + more) * 3;
}
