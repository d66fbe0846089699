// Batches of events on their way to the webhook: PostgreSQL says what is due and who may try, the queue only carries it (migration
// 0031).
import type { Connection, Database } from './database.js';
import { storageFailure } from './database.js';
import type { DueDelivery } from './due-deliveries.js';
import { dueDeliveries } from './due-deliveries.js';
import type { StreamPlace } from './event-outbox.js';

/** Everything behind the first place, up to the last. */
export interface EventBatch {
  readonly from: StreamPlace;
  readonly to: StreamPlace;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

export interface EventDeliveries {
  /** Batches whose time has come, with the attempts made so far; those that wait the longest first. */
  due(now: number, limit: number): Promise<readonly DueDelivery[]>;
  /**
   * Takes a batch for one attempt; undefined when somebody else has it. After `leaseMillis` it is due again. One that was given up is
   * taken too: an operator has it tried again.
   */
  claim(id: string, attempts: number, now: number, leaseMillis: number): Promise<EventBatch | undefined>;
  delivered(id: string): Promise<void>;
  /** @param attempts as claimed */
  later(id: string, attempts: number, nextAt: number): Promise<void>;
  /** The attempt does not count: the dead letter that is tried again names it. @param attempts as claimed */
  givenUp(id: string, attempts: number): Promise<void>;
}

/** Puts a batch on its way, with the transaction that moves the sink. */
export async function sendBatch(connection: Connection, from: StreamPlace, to: StreamPlace): Promise<void> {
  await connection.query(
    `INSERT INTO cardea.event_delivery (from_xid, from_sequence, to_xid, to_sequence)
      VALUES ($1::xid8, $2, $3::xid8, $4)`,
    [from.xid, from.sequence, to.xid, to.sequence],
  );
}

export function createEventDeliveries(database: Database): EventDeliveries {
  const rows = async (text: string, values: unknown[]) => {
    try {
      return (await database.query<Record<string, unknown>>(text, values)).rows;
    } catch (error) {
      throw storageFailure(error);
    }
  };
  return {
    due: (now, limit) => dueDeliveries(database, 'event_delivery', now, limit),

    async claim(id, attempts, now, leaseMillis) {
      const [row] = await rows(
        `UPDATE cardea.event_delivery SET state = 'pending', attempts = attempts + 1, next_at = to_timestamp($4)
          WHERE id = $1 AND attempts = $2 AND (state = 'failed' OR next_at <= to_timestamp($3))
          RETURNING from_xid::text, from_sequence, to_xid::text, to_sequence, created_at`,
        [id, attempts, now / 1000, (now + leaseMillis) / 1000],
      );
      return (
        row && {
          from: { xid: row['from_xid'] as string, sequence: row['from_sequence'] as number },
          to: { xid: row['to_xid'] as string, sequence: row['to_sequence'] as number },
          createdAt: row['created_at'] as number,
        }
      );
    },

    async delivered(id) {
      await rows('DELETE FROM cardea.event_delivery WHERE id = $1', [id]);
    },

    async later(id, attempts, nextAt) {
      await rows('UPDATE cardea.event_delivery SET next_at = to_timestamp($3) WHERE id = $1 AND attempts = $2', [
        id,
        attempts,
        nextAt / 1000,
      ]);
    },

    async givenUp(id, attempts) {
      await rows(
        `UPDATE cardea.event_delivery SET state = 'failed', attempts = attempts - 1, next_at = now()
          WHERE id = $1 AND attempts = $2`,
        [id, attempts],
      );
    },
  };
}
