// What operators did: rows that are only ever added (migration 0009).
import { auditV1 } from '@cardea/rpc';
import type { Database } from './database.js';
import { storageFailure } from './database.js';

export interface AuditEvents {
  /** Returns once it is durable. */
  add(event: Omit<auditV1.AuditEvent, 'id' | 'occurredAt'>): Promise<void>;
  /** The newest first, beginning before `before`, which may be empty. @param options.actors undefined means all */
  list(options: {
    before: string;
    limit: number;
    actors: readonly string[] | undefined;
  }): Promise<auditV1.AuditEvent[]>;
}

/** Above every identity: the first page begins here. */
const afterAll = '9223372036854775807';

// A bare `id` would be the text that is selected, and 9 after 10.
const columns = 'id::text, occurred_at, actor, authentication, action, target, status, request_id';
const listText = `SELECT ${columns} FROM cardea.audit_event AS event WHERE event.id < $1 ORDER BY event.id DESC LIMIT $2`;
// Each actor's newest by its index, whatever statistics say of how many there are.
const listOfText = `SELECT ${columns} FROM unnest($3::text[]) AS asked(name)
  CROSS JOIN LATERAL (
    SELECT * FROM cardea.audit_event WHERE actor = asked.name AND id < $1 ORDER BY id DESC LIMIT $2
  ) AS event ORDER BY event.id DESC LIMIT $2`;

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
    async list({ before, limit, actors }) {
      const beginning = [before === '' ? afterAll : before, limit];
      const found = await (actors === undefined ? rows(listText, beginning) : rows(listOfText, [...beginning, actors]));
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
