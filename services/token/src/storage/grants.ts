// What subjects allowed clients before: asked when a flow decides whether to ask again (OpenID Connect Core §3.1.2.4).
import type { EventType } from '@cardea/service';
import { numberColumn, textColumn } from '@cardea/service';
import type { Database } from './database.js';
import type { NewEvent } from './event-outbox.js';
import { createGroupCommit } from './group-commit.js';
import { inOrder } from './ordered.js';

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
  /** What the audit stream is to say of it, written with it; undefined where nobody wants to hear. */
  readonly told?: NewEvent | undefined;
}

/** Tells of a grant what `from` has as `event_id` and `event_data`, where it has any. */
export const tellGrant = (from: string) => `INSERT INTO cardea.event (id, type, data)
      SELECT event_id, '${'cardea.consent.granted.v1' satisfies EventType}', event_data::jsonb
      FROM ${from} WHERE event_id IS NOT NULL`;

export const grantColumns =
  'id, client_id, subject, session_id, scopes, audience, remember, remember_until, skipped, body';

/** Stores a grant as $8 to $16, for the client of the rows behind it: the statement that does so moves a flow. */
export const insertGrant = `INSERT INTO cardea.consent_grant (${grantColumns})
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

// An index of its own leads to the remembered ones of a pair, latest first (migration 0015).
const rememberedText = `SELECT i.ord, g.scopes FROM unnest($1::text[], $2::text[], $3::float8[]) WITH ORDINALITY
    AS i(subject, client_id, now, ord)
  CROSS JOIN LATERAL (
    SELECT scopes FROM cardea.consent_grant
    WHERE subject = i.subject AND client_id = i.client_id AND remember AND NOT skipped AND revoked_at IS NULL
      AND remember_until > to_timestamp(i.now)
    ORDER BY created_at DESC LIMIT 1
  ) g`;

interface Question {
  readonly subject: string;
  readonly clientId: string;
  readonly now: number;
}

export function createGrants(database: Database): Grants {
  const remembered = createGroupCommit<Question, readonly string[] | undefined>(database, {
    name: 'grant_remembered',
    text: rememberedText,
    values: (all) => [
      textColumn(all, ({ subject }) => subject),
      textColumn(all, ({ clientId }) => clientId),
      numberColumn(all, ({ now }) => now / 1000),
    ],
    results: (returned, all) => inOrder(returned, all.length, (row) => row['scopes'] as string[]),
  });
  return { rememberedScopes: (subject, clientId, now) => remembered({ subject, clientId, now }) };
}
