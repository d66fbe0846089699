// What operators did: rows that are only ever added (migration 0009).
import { auditV1 } from '@cardea/rpc';
import type { Database } from './database.js';
import { storageFailure } from './database.js';

export interface AuditEvents {
  /** Returns once it is durable. */
  add(event: Omit<auditV1.AuditEvent, 'id' | 'occurredAt'>): Promise<void>;
  /** The newest first, beginning before `before`; empty filters mean all. */
  list(options: { before: string; limit: number; actor: string }): Promise<auditV1.AuditEvent[]>;
}

/** Above every identity: the first page begins here. */
const afterAll = '9223372036854775807';

export function createAuditEvents(database: Database): AuditEvents {
  const rows = async (text: string, values: unknown[]): Promise<Record<string, unknown>[]> => {
    try {
      return (await database.query<Record<string, unknown>>(text, values)).rows;
    } catch (error) {
      throw storageFailure(error);
    }
  };
  return {
    async add({ actor, authentication, action, target, status, requestId }) {
      await rows(
        `INSERT INTO cardea.audit_event (actor, authentication, action, target, status, request_id)
          VALUES ($1, $2, $3, $4, $5, $6)`,
        [actor, authentication, action, target, status, requestId],
      );
    },
    async list({ before, limit, actor }) {
      const found = await rows(
        // A bare `id` would be the text that is selected, and 9 after 10.
        `SELECT id::text, occurred_at, actor, authentication, action, target, status, request_id
          FROM cardea.audit_event AS event
          WHERE id < $1 AND ($2 = '' OR actor = $2) ORDER BY event.id DESC LIMIT $3`,
        [before === '' ? afterAll : before, actor, limit],
      );
      return found.map((row) =>
        auditV1.AuditEvent.create({
          id: row['id'] as string,
          occurredAt: new Date(row['occurred_at'] as number),
          actor: row['actor'] as string,
          authentication: row['authentication'] as string,
          action: row['action'] as string,
          target: row['target'] as string,
          status: row['status'] as number,
          requestId: row['request_id'] as string,
        }),
      );
    },
  };
}
