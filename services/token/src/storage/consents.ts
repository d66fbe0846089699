// The consents of a person, page by page (hydra-wire §2.6): what counts, remembered or not, and was asked for in earnest.
import { beforeAllUuids } from './before-all-uuids.js';
import type { Database } from './database.js';
import { storageFailure } from './database.js';

export interface ConsentRow {
  /** The grant's id, a UUID. */
  readonly id: string;
  readonly clientId: string;
  readonly subject: string;
  readonly sessionId: string;
  readonly scopes: readonly string[];
  readonly audience: readonly string[];
  readonly remember: boolean;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** Sealed. */
  readonly body: Buffer;
}

export interface Consents {
  /**
   * In the order of ids, from behind `after`.
   *
   * @param wanted.sessionId a UUID; undefined means all sessions
   * @param wanted.now milliseconds since the epoch
   */
  list(wanted: {
    subject: string;
    sessionId: string | undefined;
    after: string;
    limit: number;
    now: number;
  }): Promise<readonly ConsentRow[]>;
}

export function createConsents(database: Database): Consents {
  return {
    async list({ subject, sessionId, after, limit, now }) {
      const { rows } = await database
        .query<Record<string, unknown>>(
          `SELECT id, client_id, subject, session_id, scopes, audience, remember, created_at, body
            FROM cardea.consent_grant
            WHERE subject = $1 AND ($2::uuid IS NULL OR session_id = $2) AND id > $3
              AND NOT skipped AND revoked_at IS NULL AND (NOT remember OR remember_until > to_timestamp($5))
            ORDER BY id LIMIT $4`,
          [subject, sessionId ?? null, after === '' ? beforeAllUuids : after, limit, now / 1000],
        )
        .catch((error: unknown) => {
          throw storageFailure(error);
        });
      return rows.map((row) => ({
        id: row['id'] as string,
        clientId: row['client_id'] as string,
        subject: row['subject'] as string,
        sessionId: row['session_id'] as string,
        scopes: row['scopes'] as string[],
        audience: row['audience'] as string[],
        remember: row['remember'] as boolean,
        createdAt: row['created_at'] as number,
        body: row['body'] as Buffer,
      }));
    },
  };
}
