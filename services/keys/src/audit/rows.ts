// The rows of the audit log, over one connection.
import type { Queryable } from '../registry/connection.js';
import type { AuditRow, ChainHead, Outcome } from './chain.js';
import type { NewRows } from './new-rows.js';
import { arrayOfRows } from './new-rows.js';

export async function readHead(connection: Queryable, lock = ''): Promise<ChainHead> {
  const { rows } = await connection.query<{ sequence: string; hash: Buffer }>(
    `SELECT sequence, hash FROM cardea_keys_audit.head ${lock}`,
  );
  const [head] = rows;
  if (head === undefined) throw new Error('the audit log has no head: it was tampered with');
  return { sequence: Number(head.sequence), hash: head.hash.toString('hex') };
}

const columns = `sequence, previous, hash, signed_at, caller, request_id, purpose, kid, algorithm, input_hash, token_id, client_id,
  expires_at, outcome, reason, subject_hash`;

/**
 * Writes rows and answers and moves the head, in one statement.
 *
 * @param rowType what PostgreSQL calls a row
 * @returns false when the head is not where they follow any more; nothing is written then
 * @throws {Error} with code 23505 when a request id has an answer already; nothing is written then
 */
export async function appendRows(
  connection: Queryable,
  rowType: number,
  head: ChainHead,
  rows: NewRows,
): Promise<boolean> {
  const { sequence, hash } = headAfter(head, rows);
  const { rowCount } = await connection.query({
    name: 'audit append',
    text: `
      WITH moved AS (
        UPDATE cardea_keys_audit.head SET sequence = $1, hash = $2 WHERE sequence = $3 AND hash = $4 RETURNING 1
      ), answered AS (
        INSERT INTO cardea_keys_audit.answer (request_id, kid, input_hash, sealed)
        SELECT request_id, kid, input_hash, sealed FROM unnest($5::cardea_keys_audit.new_row[])
         WHERE outcome = 'signed' AND EXISTS (SELECT FROM moved)
      )
      INSERT INTO cardea_keys_audit.signature (${columns})
      SELECT ${columns} FROM unnest($5::cardea_keys_audit.new_row[]) WHERE EXISTS (SELECT FROM moved)`,
    values: [
      ...[sequence, Buffer.from(hash, 'hex'), head.sequence, Buffer.from(head.hash, 'hex')],
      arrayOfRows(rowType, head, rows),
    ],
  });
  return rowCount === rows.entries.length;
}

/** Where the chain stands once the rows are written. */
export function headAfter(head: ChainHead, { hashes }: NewRows): ChainHead {
  return { sequence: head.sequence + hashes.length, hash: hashes.at(-1) ?? head.hash };
}

interface Row {
  readonly sequence: string;
  readonly previous: Buffer;
  readonly hash: Buffer;
  readonly signed_at: Date;
  readonly caller: string;
  readonly request_id: string;
  readonly purpose: string;
  readonly kid: string;
  readonly algorithm: string;
  readonly input_hash: Buffer;
  readonly token_id: string;
  readonly client_id: string;
  readonly expires_at: Date | null;
  readonly outcome: Outcome;
  readonly reason: string;
  readonly subject_hash: Buffer;
}

/** Rows after a sequence, in order. */
export async function readRows(connection: Queryable, after: number, most: number): Promise<AuditRow[]> {
  const { rows } = await connection.query<Row>(
    'SELECT * FROM cardea_keys_audit.signature WHERE sequence > $1 ORDER BY sequence LIMIT $2',
    [after, most],
  );
  return rows.map((row) => ({
    sequence: Number(row.sequence),
    previous: row.previous.toString('hex'),
    hash: row.hash.toString('hex'),
    signedAt: row.signed_at.getTime(),
    caller: row.caller,
    requestId: row.request_id,
    purpose: row.purpose,
    kid: row.kid,
    algorithm: row.algorithm,
    inputHash: row.input_hash.toString('hex'),
    tokenId: row.token_id,
    clientId: row.client_id,
    expiresAt: row.expires_at?.getTime(),
    outcome: row.outcome,
    reason: row.reason,
    subjectHash: row.subject_hash.toString('hex'),
  }));
}
