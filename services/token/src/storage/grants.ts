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

/** Stores a grant as $8 to $16, for the client of the rows behind it: the statement that does so moves a flow. */
export const insertGrant = `INSERT INTO cardea.consent_grant
        (id, client_id, subject, session_id, scopes, audience, remember, remember_until, skipped, body)
      SELECT $8::uuid, client_id, $9, $10::uuid, $11::text[], $12::text[], $13::boolean,
        CASE WHEN $14::float8 IS NULL THEN 'infinity' ELSE to_timestamp($14) END, $15::boolean, $16::bytea`;

/** The values of {@link insertGrant}, in its order. */
export const grantValues = (grant: GrantRow): unknown[] => [
  grant.id,
  grant.subject,
  grant.sessionId,
  grant.scopes,
  grant.audience,
  grant.remember,
  grant.rememberUntil === Infinity ? null : grant.rememberUntil,
  grant.skipped,
  grant.body,
];

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
