// What subjects allowed clients before: asked when a flow decides whether to ask again (OpenID Connect Core §3.1.2.4).
import type { Database } from './database.js';
import { storageFailure } from './database.js';

/** A grant to be stored with its code. */
export interface GrantRow {
  /** A UUID. */
  readonly id: string;
  readonly subject: string;
  readonly sessionId: string;
  readonly scopes: readonly string[];
  readonly audience: readonly string[];
  readonly remember: boolean;
  /** Seconds since the epoch, or Infinity. */
  readonly rememberUntil: number;
  /** Whether it rests on an earlier remembered grant. */
  readonly skipped: boolean;
  /** Sealed. */
  readonly body: Buffer;
}

export interface Grants {
  /** Scopes of the latest remembered grant that still counts; undefined when there is none. `now` in ms. */
  rememberedScopes(subject: string, clientId: string, now: number): Promise<readonly string[] | undefined>;
}

export function createGrants(database: Database): Grants {
  return {
    async rememberedScopes(subject, clientId, now) {
      const { rows } = await database
        .query<{ scopes: string[] }>({
          name: 'grant_remembered',
          text: `SELECT scopes FROM cardea.consent_grant
            WHERE subject = $1 AND client_id = $2 AND remember AND NOT skipped AND revoked_at IS NULL
              AND remember_until > to_timestamp($3)
            ORDER BY created_at DESC LIMIT 1`,
          values: [subject, clientId, now / 1000],
        })
        .catch((error: unknown) => {
          throw storageFailure(error);
        });
      return rows[0]?.scopes;
    },
  };
}
