// How far each sink has come in the audit stream; of all processes, one at a time takes it further (migration 0031).
import type { Connection, Database } from './database.js';
import { transaction } from './database.js';
import type { StreamPlace } from './event-outbox.js';

// The lock ends with the transaction, and nobody waits for it. It is none of rows: those would give this transaction a number of its
// own, which no event behind it could be read over.
const lockText = `SELECT pg_try_advisory_xact_lock(hashtext('cardea event sink'), hashtext($1)) AS mine`;
const beginText = `INSERT INTO cardea.event_sink (name, xid, sequence)
  SELECT $1, pg_snapshot_xmin(pg_current_snapshot()), 0 ON CONFLICT (name) DO NOTHING`;
const findText = `SELECT xid::text, sequence, xid > pg_snapshot_xmax(pg_current_snapshot()) AS beyond
  FROM cardea.event_sink WHERE name = $1`;
const moveText = 'UPDATE cardea.event_sink SET xid = $2::xid8, sequence = $3 WHERE name = $1';

/** So many transactions without an event for it, and a sink moves on for its own sake: what lies behind is not read again. */
const longWay = 20_000n;

/** Begins a sink that has not begun yet: it gets what happens from now on. */
export async function beginSink(database: Database, name: string): Promise<void> {
  await database.query(beginText, [name]);
}

/**
 * Takes a sink further. Whoever breaks off in between begins at the same place again: each event comes at least once.
 *
 * @param take handles what stands behind a place, in this transaction; says where it has come, and whether that is to be kept
 * @returns whether there may be more at once
 */
export async function advanceSink(
  database: Database,
  name: string,
  take: (
    connection: Connection,
    after: StreamPlace,
  ) => Promise<{ readonly kept: boolean; readonly next: StreamPlace; readonly more: boolean }>,
): Promise<boolean> {
  return transaction(database, async (connection) => {
    const { rows: locks } = await connection.query<{ mine: boolean }>(lockText, [name]);
    if (locks[0]?.mine !== true) return false;
    const { rows } = await connection.query<StreamPlace & { beyond: boolean }>(findText, [name]);
    const found = rows[0];
    if (found === undefined) return false;
    // A database that was restored elsewhere counts transactions anew; its events are told from their beginning, rather than never.
    const after = found.beyond ? { xid: '0', sequence: 0 } : { xid: found.xid, sequence: found.sequence };
    const { kept, next, more } = await take(connection, after);
    if (kept || found.beyond || BigInt(next.xid) - BigInt(after.xid) > longWay) {
      await connection.query(moveText, [name, next.xid, next.sequence]);
    }
    return more;
  });
}
