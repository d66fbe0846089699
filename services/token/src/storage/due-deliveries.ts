// What an outbox has that is due: the same question of every table that a queue carries from (jobs/due-worker.ts; ARCHITECTURE §6).
import type { Database } from './database.js';
import { storageFailure } from './database.js';

/** One thing that is due, and how often it was tried. */
export interface DueDelivery {
  readonly id: string;
  readonly attempts: number;
}

/**
 * @param now milliseconds since the epoch
 * @returns those that wait the longest first
 * @throws {OAuthError} temporarily_unavailable when the database does not answer
 */
export async function dueDeliveries(
  database: Database,
  table: 'event_delivery' | 'logout_delivery',
  now: number,
  limit: number,
): Promise<DueDelivery[]> {
  try {
    // An id goes into the name of a job: text.
    const { rows } = await database.query<DueDelivery>(
      `SELECT d.id::text, d.attempts FROM cardea.${table} d
        WHERE d.state = 'pending' AND d.next_at <= to_timestamp($1) ORDER BY d.next_at, d.id LIMIT $2`,
      [now / 1000, limit],
    );
    return rows;
  } catch (error) {
    throw storageFailure(error);
  }
}
