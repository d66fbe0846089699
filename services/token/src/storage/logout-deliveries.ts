// The outbox of logout notifications: PostgreSQL says what is due and who may try, the queue only carries it (migration 0006).
import type { Database } from './database.js';
import { storageFailure } from './database.js';
import type { DueDelivery } from './due-deliveries.js';
import { dueDeliveries } from './due-deliveries.js';

export type DeliveryState = 'pending' | 'delivered' | 'failed';

/** A notification. Times are milliseconds since the epoch. */
export interface DeliveryRow {
  readonly id: string;
  /** Empty for the identity provider. */
  readonly clientId: string;
  /** Where it was to go when the session ended. */
  readonly uri: string;
  readonly sessionId: string;
  /** As the client knows the person. */
  readonly subject: string;
  readonly identityProviderSessionId: string;
  readonly state: DeliveryState;
  readonly attempts: number;
  readonly lastOutcome: string;
  readonly createdAt: number;
  readonly begunAt: number;
  readonly attemptedAt: number | null;
}

/** What one attempt came to. */
export interface Attempted {
  readonly state: DeliveryState;
  /** For operators: `200`, `no answer`. */
  readonly outcome: string;
  /** When to try again, or when to forget it; milliseconds since the epoch. */
  readonly nextAt: number;
}

export interface LogoutDeliveries {
  /** Notifications whose time has come, with the attempts made so far; those that wait the longest first. */
  due(now: number, limit: number): Promise<readonly DueDelivery[]>;
  /** Takes a notification for one attempt; undefined when somebody else has it. After `leaseMillis` it is due again. */
  claim(id: string, attempts: number, now: number, leaseMillis: number): Promise<DeliveryRow | undefined>;
  /** Writes down what the attempt came to; nothing when it was overtaken by another. */
  settle(id: string, attempts: number, attempted: Attempted): Promise<void>;
  find(id: string): Promise<DeliveryRow | undefined>;
  /** Newest first, from below `before`; an empty client or undefined state means all. */
  list(options: {
    clientId: string;
    state: DeliveryState | undefined;
    before: string;
    limit: number;
  }): Promise<readonly DeliveryRow[]>;
  /** Makes it pending again, as if it were new; false when there is none of that id. */
  resend(id: string, now: number): Promise<boolean>;
}

const columns = `id, client_id, uri, session_id, subject, identity_provider_session_id, state, attempts, last_outcome,
  created_at, begun_at, attempted_at`;
const beyondAll = '9223372036854775807';

const read = (row: Record<string, unknown>): DeliveryRow => ({
  id: String(row['id']),
  clientId: row['client_id'] as string,
  uri: row['uri'] as string,
  sessionId: row['session_id'] as string,
  subject: row['subject'] as string,
  identityProviderSessionId: row['identity_provider_session_id'] as string,
  state: row['state'] as DeliveryState,
  attempts: row['attempts'] as number,
  lastOutcome: row['last_outcome'] as string,
  createdAt: row['created_at'] as number,
  begunAt: row['begun_at'] as number,
  attemptedAt: row['attempted_at'] as number | null,
});

export function createLogoutDeliveries(database: Database): LogoutDeliveries {
  const rows = async (text: string, values: unknown[]) => {
    try {
      return (await database.query<Record<string, unknown>>(text, values)).rows;
    } catch (error) {
      throw storageFailure(error);
    }
  };
  return {
    due: (now, limit) => dueDeliveries(database, 'logout_delivery', now, limit),

    async claim(id, attempts, now, leaseMillis) {
      const claimed = await rows(
        `UPDATE cardea.logout_delivery
          SET attempts = attempts + 1, attempted_at = to_timestamp($3), next_at = to_timestamp($4)
          WHERE id = $1 AND attempts = $2 AND state = 'pending' AND next_at <= to_timestamp($3) RETURNING ${columns}`,
        [id, attempts, now / 1000, (now + leaseMillis) / 1000],
      );
      return claimed.map(read)[0];
    },

    async settle(id, attempts, { state, outcome, nextAt }) {
      await rows(
        `UPDATE cardea.logout_delivery SET state = $3, last_outcome = $4, next_at = to_timestamp($5)
          WHERE id = $1 AND attempts = $2 AND state = 'pending'`,
        [id, attempts, state, outcome, nextAt / 1000],
      );
    },

    async find(id) {
      return (await rows(`SELECT ${columns} FROM cardea.logout_delivery WHERE id = $1`, [id])).map(read)[0];
    },

    async list({ clientId, state, before, limit }) {
      const found = await rows(
        `SELECT ${columns} FROM cardea.logout_delivery
          WHERE id < $1 AND ($2 = '' OR client_id = $2) AND ($3::text IS NULL OR state = $3) ORDER BY id DESC LIMIT $4`,
        [before === '' ? beyondAll : before, clientId, state ?? null, limit],
      );
      return found.map(read);
    },

    async resend(id, now) {
      const sent = await rows(
        `UPDATE cardea.logout_delivery
          SET state = 'pending', begun_at = to_timestamp($2), next_at = to_timestamp($2) WHERE id = $1 RETURNING id`,
        [id, now / 1000],
      );
      return sent.length === 1;
    },
  };
}
