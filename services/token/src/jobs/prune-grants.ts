// Grants that nothing rests on any more go: not remembered, or no longer, and without a token or a login session
// (ARCHITECTURE §6 "Cleaning"; user wishes, "the database must clean itself").
import { randomUUID } from 'node:crypto';
import { beforeAllUuids } from '../storage/before-all-uuids.js';
import type { Database } from '../storage/database.js';

const windowRows = 1_000;
const mostWindows = 200;
/** A window with fewer worthless rows than one in so many is a sign that the table is clean enough. */
const worthOn = 4;

/** Codes and device codes are long gone after a day, so that no token can come of a grant which has none. */
const window = `WITH seen AS MATERIALIZED (
    SELECT * FROM cardea.consent_grant WHERE id > $1 ORDER BY id LIMIT ${String(windowRows)}
  ), gone AS (
    DELETE FROM cardea.consent_grant g USING seen WHERE g.id = seen.id
      AND seen.created_at < to_timestamp($2) - interval '1 day'
      AND (NOT seen.remember OR seen.skipped OR seen.revoked_at IS NOT NULL OR seen.remember_until < to_timestamp($2))
      AND NOT EXISTS (SELECT 1 FROM cardea.refresh_token t WHERE t.grant_id = seen.id)
      AND NOT EXISTS (SELECT 1 FROM cardea.access_token t WHERE t.grant_id = seen.id)
      AND NOT EXISTS (SELECT 1 FROM cardea.login_session s WHERE s.id = seen.session_id)
    RETURNING 1
  )
  SELECT (SELECT count(*) FROM seen) AS seen, (SELECT count(*) FROM gone) AS removed,
    (SELECT id FROM seen ORDER BY id DESC LIMIT 1) AS last`;

/**
 * Looks at windows of the table from a random place on, for as long as they are worth it: no index has to be kept for rows
 * that are mostly worth keeping, and no round reads the whole of a big table.
 *
 * @param now milliseconds since the epoch
 * @returns how many went
 */
export async function pruneGrants(database: Database, now: number): Promise<number> {
  let after: string = randomUUID();
  let wrapped = false;
  let total = 0;
  for (let count = 0; count < mostWindows; count++) {
    const { rows } = await database.query<{ seen: number; removed: number; last: string | null }>(window, [
      after,
      now / 1000,
    ]);
    const { seen = 0, removed = 0, last = null } = rows[0] ?? {};
    total += removed;
    if (seen < windowRows || last === null) {
      if (wrapped) break;
      wrapped = true;
      after = beforeAllUuids;
    } else {
      if (removed * worthOn < seen) break;
      after = last;
    }
  }
  return total;
}
