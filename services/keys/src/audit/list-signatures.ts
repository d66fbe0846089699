// Reads settled signatures of the record page by page, and whether it is still the record that it was (security §2.3 rule 7).
import { OAuthError } from '@cardea/oauth';
import type { Handlers, signatureRecordV1 } from '@cardea/rpc';
import type pg from 'pg';
import { attestation } from '../policy/purpose.js';
import { registryFailure } from '../registry/registry.js';
import type { Outcome } from './chain.js';

type SignatureRecordHandlers = Handlers<typeof signatureRecordV1.SignatureRecordServiceService>;

const longestPage = 5_000;
const longestSettling = 3_600;
const fromTheEnd = -1;

interface Row {
  readonly sequence: string;
  readonly hash: Buffer;
  readonly signed_at: Date;
  readonly caller: string;
  readonly request_id: string;
  readonly purpose: string;
  readonly kid: string;
  readonly token_id: string;
  readonly client_id: string;
  readonly outcome: Outcome;
  readonly settled: boolean;
}

const columns = 'sequence, hash, signed_at, caller, request_id, purpose, kid, token_id, client_id, outcome';
const settled = 'signed_at < now() - make_interval(secs => $1)';

/** @param pool undefined when signatures are not recorded */
export function signatureRecordHandlers(pool: pg.Pool | undefined): SignatureRecordHandlers {
  const query = async <T extends pg.QueryResultRow>(text: string, values: readonly unknown[]): Promise<T[]> => {
    if (pool === undefined) return [];
    try {
      return (await pool.query<T>(text, [...values])).rows;
    } catch (error) {
      throw new OAuthError('temporarily_unavailable', 'The record of signatures cannot be read now.', {
        cause: new Error(registryFailure(error)),
      });
    }
  };
  /** The hash the record has at a sequence: of the row, or of the checkpoint that stands for it. */
  const hashAt = async (sequence: number): Promise<Buffer | undefined> => {
    const rows = await query<{ hash: Buffer }>(
      `SELECT hash FROM cardea_keys_audit.signature WHERE sequence = $1
        UNION ALL SELECT hash FROM cardea_keys_audit.checkpoint WHERE sequence = $1`,
      [sequence],
    );
    return rows[0]?.hash;
  };
  /** What was let go can no longer be asked; everything else must be there as it was. */
  const continues = async (sequence: number, hash: Buffer): Promise<boolean> => {
    if (sequence <= 0 || hash.length === 0) return true;
    const found = await hashAt(sequence);
    if (found !== undefined) return found.equals(hash);
    const dropped = await query('SELECT FROM cardea_keys_audit.checkpoint WHERE sequence > $1 LIMIT 1', [sequence]);
    return dropped.length > 0;
  };
  const end = async (settledSeconds: number): Promise<{ sequence: number; hash: Buffer }> => {
    const [last] = await query<Row>(
      `SELECT sequence, hash FROM cardea_keys_audit.signature WHERE ${settled} ORDER BY sequence DESC LIMIT 1`,
      [settledSeconds],
    );
    const [dropped] = await query<Row>(
      'SELECT sequence, hash FROM cardea_keys_audit.checkpoint ORDER BY sequence DESC LIMIT 1',
      [],
    );
    const at = last ?? dropped;
    return { sequence: Number(at?.sequence ?? 0), hash: at?.hash ?? Buffer.alloc(0) };
  };

  return {
    async listSignatures({ afterSequence, afterHash, limit, settledSeconds }) {
      const seconds = Math.min(Math.max(settledSeconds, 0), longestSettling);
      const recording = pool !== undefined;
      if (afterSequence === fromTheEnd) {
        const { sequence: nextSequence, hash: nextHash } = await end(seconds);
        return { recording, continues: true, signatures: [], nextSequence, nextHash, more: false };
      }
      const most = Math.min(Math.max(limit, 1), longestPage);
      const rows = await query<Row>(
        `SELECT ${columns}, ${settled} AS settled FROM cardea_keys_audit.signature
          WHERE sequence > $2 ORDER BY sequence LIMIT $3`,
        [seconds, afterSequence, most],
      );
      // An attempt is compared with nothing, and its time may be anything: a replica whose clock is wrong refuses all it is asked.
      const unsettled = rows.findIndex((row) => forToken(row) && !row.settled);
      const page = unsettled === -1 ? rows : rows.slice(0, unsettled);
      const last = page.at(-1);
      return {
        recording,
        continues: !recording || (await continues(afterSequence, afterHash)),
        signatures: page.filter(forToken).map(messageOf),
        nextSequence: last === undefined ? afterSequence : Number(last.sequence),
        nextHash: last === undefined ? afterHash : last.hash,
        more: page.length === most,
      };
    },
  };
}

/** What the signer said of itself is no token, and nobody has a counterpart of it. */
const forToken = ({ outcome, purpose }: Row) => outcome === 'signed' && purpose !== attestation.name;

function messageOf(row: Row): signatureRecordV1.RecordedSignature {
  return {
    sequence: Number(row.sequence),
    signedAt: row.signed_at,
    caller: row.caller,
    requestId: row.request_id,
    purpose: row.purpose,
    keyId: row.kid,
    tokenId: row.token_id,
    clientId: row.client_id,
  };
}
