// Login sessions: who is logged in at which browser (OpenID Connect Core §1 "Session", RP-Initiated Logout).
import type { Database } from './database.js';
import { storageFailure } from './database.js';

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

interface Row {
  readonly subject: string;
  readonly authenticated_at: number;
  readonly remember: boolean;
  readonly expires_at: number;
  readonly acr: string;
  readonly amr: string[];
  readonly identity_provider_session_id: string;
}

export function createSessions(database: Database): Sessions {
  return {
    async find(id, now) {
      const { rows } = await database
        .query<Row>({
          name: 'session_find',
          text: `SELECT subject, authenticated_at, remember, expires_at, acr, amr, identity_provider_session_id
            FROM cardea.login_session WHERE id = $1 AND remember AND expires_at > to_timestamp($2)`,
          values: [id, now / 1000],
        })
        .catch((error: unknown) => {
          throw storageFailure(error);
        });
      const row = rows[0];
      return (
        row && {
          id,
          subject: row.subject,
          authenticatedAt: Math.floor(row.authenticated_at / 1000),
          remember: row.remember,
          expiresAt: Math.floor(row.expires_at / 1000),
          acr: row.acr,
          amr: row.amr,
          identityProviderSessionId: row.identity_provider_session_id,
        }
      );
    },

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
