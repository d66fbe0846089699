// Refresh tokens that are worth nothing any more go. No index says which: it would have to change with every use, and most rows are
// worth keeping; so the table is gone through page by page, a bounded piece at a time (ARCHITECTURE §9.6 "Lean tables").
import type { Database } from '../storage/database.js';

/** Used refresh tokens stay this long, so that a thief's late use is still recognised. */
const usedKeptSeconds = 86_400;
/** Revoked ones tell nothing any more, but an answer may be on its way. */
const revokedKeptSeconds = 1_800;
/** 8 MB, read in some milliseconds wherever it lies. */
const windowPages = 1_000;

const window = `DELETE FROM cardea.refresh_token WHERE key IN (
    SELECT key FROM cardea.refresh_token
    WHERE ctid >= $2::tid AND ctid < $3::tid AND (
      used_at < to_timestamp($1) - make_interval(secs => ${String(usedKeptSeconds)})
      OR revoked_at < to_timestamp($1) - make_interval(secs => ${String(revokedKeptSeconds)})
      OR (used_at IS NULL AND expires_at < to_timestamp($1) - make_interval(secs => ${String(revokedKeptSeconds)})))
    FOR UPDATE SKIP LOCKED)`;

/**
 * @param now milliseconds since the epoch
 * @returns how many went
 */
export async function pruneRefreshTokens(database: Database, now: number): Promise<number> {
  const { rows } = await database.query<{ pages: number }>(
    `SELECT pg_relation_size('cardea.refresh_token') / current_setting('block_size')::int AS pages`,
  );
  const pages = rows[0]?.pages ?? 0;
  let total = 0;
  for (let from = 0; from < pages; from += windowPages) {
    const bounds = [`(${String(from)},0)`, `(${String(from + windowPages)},0)`];
    total += (await database.query(window, [now / 1000, ...bounds])).rowCount ?? 0;
  }
  return total;
}
