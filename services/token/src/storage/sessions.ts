// Login sessions: who is logged in at which browser (OpenID Connect Core §1 "Session", RP-Initiated Logout).
import { uuidColumn } from '@cardea/service';
import type { Database } from './database.js';
import { storageFailure } from './database.js';
import { createGroupCommit } from './group-commit.js';

/** A login session. Times are seconds since the epoch. */
export interface SessionRow {
  /** `sid`, a UUID. */
  readonly id: string;
  readonly subject: string;
  readonly authenticatedAt: number;
  readonly remember: boolean;
  readonly expiresAt: number;
  readonly acr: string;
  readonly amr: readonly string[];
  readonly identityProviderSessionId: string;
}

export interface Sessions {
  /** A remembered session that has not expired. `now` in ms. */
  find(id: string, now: number): Promise<SessionRow | undefined>;
  /** Ends a session for good; false when it was gone already. */
  remove(id: string): Promise<boolean>;
}

export const sessionColumns =
  'id, subject, authenticated_at, remember, expires_at, acr, amr, identity_provider_session_id';

const findText = `SELECT ${sessionColumns} FROM cardea.login_session
  WHERE id = ANY($1::uuid[]) AND remember AND expires_at > to_timestamp($2)`;

interface Question {
  readonly id: string;
  readonly now: number;
}

export function createSessions(database: Database): Sessions {
  const find = createGroupCommit<Question, SessionRow | undefined>(database, {
    name: 'session_find',
    text: findText,
    values: (all) => [uuidColumn(all, ({ id }) => id), Math.min(...all.map(({ now }) => now)) / 1000],
    results(returned, all) {
      const byId = new Map(returned.map((row) => [row['id'] as string, row]));
      return all.map(({ id, now }) => {
        const row = byId.get(id);
        return row !== undefined && (row['expires_at'] as number) > now ? readSession(row) : undefined;
      });
    },
  });
  return {
    find: (id, now) => find({ id, now }),

    async remove(id) {
      try {
        const { rowCount } = await database.query('DELETE FROM cardea.login_session WHERE id = $1', [id]);
        return rowCount === 1;
      } catch (error) {
        throw storageFailure(error);
      }
    },
  };
}

const readSession = (row: Readonly<Record<string, unknown>>): SessionRow => ({
  id: row['id'] as string,
  subject: row['subject'] as string,
  authenticatedAt: Math.floor((row['authenticated_at'] as number) / 1000),
  remember: row['remember'] as boolean,
  expiresAt: Math.floor((row['expires_at'] as number) / 1000),
  acr: row['acr'] as string,
  amr: row['amr'] as string[],
  identityProviderSessionId: row['identity_provider_session_id'] as string,
});
