// Lets go of what the record kept long enough: rows in whole segments, whose closing hash stays as a checkpoint so that the rest
// still proves itself, and answers that nobody can ask for again (ARCHITECTURE §6 "Cleaning").
import type { Log } from '@cardea/service';
import type pg from 'pg';
import { inTransaction } from '../registry/connection.js';
import { registryFailure } from '../registry/registry.js';

/** A segment that went. */
export interface DroppedSegment {
  /** Its last row. */
  readonly sequence: number;
  /** SHA-256 of that row, hexadecimal. */
  readonly hash: string;
  readonly rows: number;
}

export const segmentRows = 10_000;
/** So many a round: a record that grew for long is worked off bit by bit. */
const mostSegments = 100;
/** A segment that is not full waits until so much more has become old, so that a quiet installation makes one a day. */
const patience = '1 day';
/** Longer than a statement stays acceptable: `iat` may be a minute early and a minute late. */
const answersKept = '10 minutes';
const roundMillis = 60_000;

// By the clock of the database: a machine whose own is ahead would let go of what is to be kept.
const oldSegment = `
  WITH first AS (SELECT sequence, signed_at FROM cardea_keys_audit.signature ORDER BY sequence LIMIT 1),
  part AS (
    SELECT s.sequence, s.hash, s.signed_at < now() - make_interval(secs => $1) AS old
      FROM first, cardea_keys_audit.signature s
     WHERE s.sequence >= first.sequence AND s.sequence < first.sequence + ${String(segmentRows)}
  ),
  behind AS (
    SELECT * FROM part WHERE sequence < coalesce((SELECT min(sequence) FROM part WHERE NOT old), ${String(Number.MAX_SAFE_INTEGER)})
  )
  SELECT b.sequence, b.hash, (SELECT count(*) FROM behind) AS rows FROM behind b, first
   WHERE (SELECT count(*) FROM behind) = ${String(segmentRows)}
      OR first.signed_at < now() - make_interval(secs => $1) - interval '${patience}'
   ORDER BY b.sequence DESC LIMIT 1`;

/**
 * Lets go of the oldest segment when all of it is older than the retention.
 *
 * @param retention milliseconds
 * @returns undefined when there is none, or another process is at it
 */
export async function dropSegment(pool: pg.Pool, retention: number): Promise<DroppedSegment | undefined> {
  const connection = await pool.connect();
  return inTransaction(connection, async () => {
    const { rows: locks } = await connection.query<{ mine: boolean }>(
      `SELECT pg_try_advisory_xact_lock(hashtext('cardea keys audit retention')) AS mine`,
    );
    const { rows } =
      locks[0]?.mine === true
        ? await connection.query<{ sequence: string; hash: Buffer; rows: string }>(oldSegment, [retention / 1000])
        : { rows: [] };
    const [segment] = rows;
    if (segment !== undefined) {
      await connection.query('INSERT INTO cardea_keys_audit.checkpoint (sequence, hash, rows) VALUES ($1, $2, $3)', [
        ...[segment.sequence, segment.hash, segment.rows],
      ]);
      await connection.query('DELETE FROM cardea_keys_audit.signature WHERE sequence <= $1', [segment.sequence]);
    }
    return (
      segment && { sequence: Number(segment.sequence), hash: segment.hash.toString('hex'), rows: Number(segment.rows) }
    );
  });
}

/** So many a statement: when there was nobody to clean for hours, each is still done in the time it has. */
const answersAtOnce = 100_000;

/** Lets go of all answers that nobody can ask for again, part by part. */
export async function forgetAnswers(pool: pg.Pool, atOnce = answersAtOnce): Promise<void> {
  let gone: number | null;
  do {
    ({ rowCount: gone } = await pool.query(
      `DELETE FROM cardea_keys_audit.answer WHERE ctid = ANY (ARRAY(
         SELECT ctid FROM cardea_keys_audit.answer WHERE recorded_at < now() - interval '${answersKept}' LIMIT $1))`,
      [atOnce],
    ));
  } while (gone === atOnce);
}

export interface Retention {
  stop(): Promise<void>;
}

/** @param options.retention milliseconds; undefined keeps rows for ever */
export function keepRetention(options: { pool: pg.Pool; retention: number | undefined; log: Log }): Retention {
  const { pool, retention, log } = options;
  let said = '';
  let working: Promise<void> | undefined;
  let stopping = false;

  const round = async (): Promise<void> => {
    try {
      await forgetAnswers(pool);
      for (let count = 0; retention !== undefined && count < mostSegments && !stopping; count++) {
        const dropped = await dropSegment(pool, retention);
        if (dropped === undefined) break;
        // In the log it is an anchor outside of the database.
        log.info({ ...dropped }, 'rows of the audit log were kept long enough and are gone; this hash closes them');
      }
      said = '';
    } catch (error) {
      const err = registryFailure(error);
      if (err !== said) log.warn({ err }, 'the audit log could not be cleaned; it is tried again in a minute');
      said = err;
    }
  };
  const timer = setInterval(() => {
    working ??= round().finally(() => (working = undefined));
  }, roundMillis).unref();

  return {
    async stop() {
      stopping = true;
      clearInterval(timer);
      await working;
    },
  };
}
