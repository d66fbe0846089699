// What time has made worthless goes: expired partitions whole, refresh tokens and sessions in batches. Nothing relies on it
// (ARCHITECTURE §6 "Cleaning").
import type { Database } from '../storage/database.js';
import { pruneGrants } from './prune-grants.js';
import { pruneRefreshTokens } from './prune-refresh-tokens.js';
import { createPartitions, dropExpiredPartitions } from '../storage/partitions.js';

export interface Pruned {
  readonly partitionsMade: number;
  readonly partitionsDropped: number;
  readonly refreshTokens: number;
  readonly sessions: number;
  readonly endedSessions: number;
  readonly usedOnce: number;
  readonly userCodes: number;
  readonly logoutDeliveries: number;
  readonly eventBatches: number;
  readonly grants: number;
}

const batch = 5_000;
const mostBatches = 200;

const sessions = `DELETE FROM cardea.login_session WHERE id IN (
    SELECT id FROM cardea.login_session WHERE expires_at < to_timestamp($1) LIMIT ${String(batch)} FOR UPDATE SKIP LOCKED)`;

const endedSessions = `DELETE FROM cardea.ended_session WHERE session_id IN (
    SELECT session_id FROM cardea.ended_session WHERE expires_at < to_timestamp($1)
    LIMIT ${String(batch)} FOR UPDATE SKIP LOCKED)`;

const usedOnce = `DELETE FROM cardea.used_once WHERE key IN (
    SELECT key FROM cardea.used_once WHERE expires_at < to_timestamp($1) LIMIT ${String(batch)} FOR UPDATE SKIP LOCKED)`;

const userCodes = `DELETE FROM cardea.user_code WHERE key IN (
    SELECT key FROM cardea.user_code WHERE expires_at < to_timestamp($1) LIMIT ${String(batch)} FOR UPDATE SKIP LOCKED)`;

/** What was delivered or given up says itself how long an operator may want to look at it. */
const logoutDeliveries = `DELETE FROM cardea.logout_delivery WHERE id IN (
    SELECT id FROM cardea.logout_delivery WHERE state IN ('delivered', 'failed') AND next_at < to_timestamp($1)
    LIMIT ${String(batch)} FOR UPDATE SKIP LOCKED)`;

/** Dead letters are kept as long (jobs/queues.ts); the events themselves are gone by then. */
const eventBatches = `DELETE FROM cardea.event_delivery WHERE id IN (
    SELECT id FROM cardea.event_delivery WHERE state = 'failed' AND next_at < to_timestamp($1) - interval '14 days'
    LIMIT ${String(batch)} FOR UPDATE SKIP LOCKED)`;

/** Safe to run at any time, and from several processes at once. `now` in milliseconds since the epoch. */
export async function prune(database: Database, now: number): Promise<Pruned> {
  const partitionsMade = await createPartitions(database, now, 'used');
  const dropped = await dropExpiredPartitions(database, now);
  const inBatches = async (text: string): Promise<number> => {
    let total = 0;
    for (let count = 0; count < mostBatches; count++) {
      const { rowCount } = await database.query(text, [now / 1000]);
      total += rowCount ?? 0;
      if ((rowCount ?? 0) < batch) break;
    }
    return total;
  };
  return {
    partitionsMade,
    partitionsDropped: dropped.length,
    refreshTokens: await pruneRefreshTokens(database, now),
    sessions: await inBatches(sessions),
    endedSessions: await inBatches(endedSessions),
    usedOnce: await inBatches(usedOnce),
    userCodes: await inBatches(userCodes),
    logoutDeliveries: await inBatches(logoutDeliveries),
    eventBatches: await inBatches(eventBatches),
    // Behind the tokens and sessions that kept them.
    grants: await pruneGrants(database, now),
  };
}
