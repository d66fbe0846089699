// Refresh tokens: rotated by one statement that uses the old one up, kills its access token, owes the caches a word about that, and
// stores the successors (RFC 9700 §4.14.2, ARCHITECTURE §6, docs/decisions/0010).
import { bytesColumn, numberColumn, textColumn, uuidColumn } from '@cardea/service';
import type { Caches } from '../cache/end-tokens.js';
import { tellCaches } from '../cache/end-tokens.js';
import type { Database } from './database.js';
import { storageFailure } from './database.js';
import { createGroupCommit } from './group-commit.js';
import { createGroups } from './groups.js';
import { inOrder } from './ordered.js';
import { expiryBounds } from './partitions.js';
import type { AccessTokenRow, TokenRef } from './tokens.js';

/** A refresh token to be stored beside its access token. */
export interface NewRefreshToken {
  readonly key: Buffer;
  /** Seconds since the epoch, or Infinity. */
  readonly expiresAt: number;
  /** Sealed. */
  readonly body: Buffer;
}

/** Instants are milliseconds since the epoch. */
export interface RefreshTokenRow {
  readonly grantId: string;
  readonly clientId: string;
  readonly issuedAt: number;
  readonly expiresAt: number;
  readonly usedAt: number | undefined;
  readonly uses: number;
  /** Whether it and its family still stand. */
  readonly standing: boolean;
  /** The successor's answer, sealed for whoever presents this token. */
  readonly replay: Buffer | undefined;
  /** Of the access token beside it, which dies when this one is used. */
  readonly access: TokenRef;
  /** Sealed. */
  readonly body: Buffer;
}

export interface Rotation {
  readonly key: Buffer;
  readonly grantId: string;
  /** The access token that dies. */
  readonly former: TokenRef;
  readonly access: AccessTokenRow;
  readonly refresh: NewRefreshToken;
  readonly replay: Buffer;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export interface RefreshTokens {
  find(key: Buffer): Promise<RefreshTokenRow | undefined>;
  /**
   * True for exactly one rotation of a token, and only while its family stands; the successors are durable then, and no cache can
   * answer any more with the access token that died with the old refresh token.
   */
  rotate(rotation: Rotation): Promise<boolean>;
  /** Counts one more use of a used token; false when that would be more than `most`. */
  countUse(key: Buffer, most: number): Promise<boolean>;
}

const findText = `SELECT i.ord, r.grant_id, r.client_id, r.issued_at, r.expires_at, r.used_at, r.uses, r.replay, r.access_key,
    r.access_expires_at, r.body, r.revoked_at IS NULL AND g.id IS NOT NULL AS standing
  FROM unnest($1::bytea[]) WITH ORDINALITY AS i(key, ord)
  JOIN cardea.refresh_token r ON r.key = i.key
  LEFT JOIN cardea.consent_grant g ON g.id = r.grant_id AND g.revoked_at IS NULL AND g.fallen_at IS NULL`;

// The same order of locks as in codes.ts: families, then tokens; rows carry what becomes of them, for the reason told there. One debt to
// the caches stands for all of a batch. The families are compared by a function, or a plan made on an empty table finds a token through
// the index of its family: that reads all tokens the family ever had (103 µs a rotation against 78 after as many). The access tokens are
// a list, which no plan can take for more.
const rotateText = (debts: Caches['debts']) => `WITH first AS (
    SELECT DISTINCT ON (old_key) *
    FROM unnest($1::bytea[], $2::uuid[], $3::text[], $4::bytea[], $5::float8[], $6::bytea[], $7::bytea[],
      $8::float8[], $9::bytea[], $10::bytea[], $11::float8[]) WITH ORDINALITY
      AS i(old_key, grant_id, client_id, access_key, access_expires, access_body, refresh_key, refresh_expires,
        refresh_body, replay, now, ord)
    ORDER BY old_key, ord
  ), standing AS MATERIALIZED (
    SELECT first.* FROM first JOIN cardea.consent_grant g ON g.id = first.grant_id
    WHERE g.revoked_at IS NULL AND g.fallen_at IS NULL ORDER BY g.id FOR SHARE OF g
  ), used AS (
    UPDATE cardea.refresh_token r SET used_at = to_timestamp(s.now), uses = 1, replay = s.replay
    FROM (SELECT * FROM standing ORDER BY old_key) s
    WHERE r.key = s.old_key AND uuid_cmp(r.grant_id, s.grant_id) = 0 AND r.used_at IS NULL AND r.revoked_at IS NULL
    RETURNING s.*, r.access_key AS dead_key
  ), dead AS (
    DELETE FROM cardea.access_token WHERE key = ANY(ARRAY(SELECT dead_key FROM used))
      AND expires_at >= to_timestamp($12) AND expires_at <= to_timestamp($13)
  ), access AS (
    INSERT INTO cardea.access_token (key, expires_at, grant_id, client_id, body)
    SELECT access_key, to_timestamp(access_expires), grant_id, client_id, access_body FROM used
  ), refresh AS (
    INSERT INTO cardea.refresh_token
      (key, grant_id, client_id, issued_at, expires_at, access_key, access_expires_at, body)
    SELECT refresh_key, grant_id, client_id, to_timestamp(now), to_timestamp(refresh_expires), access_key,
      to_timestamp(access_expires), refresh_body
    FROM used
  ), debt AS (
    ${debts.owing('used')}
  ) SELECT used.ord, used.dead_key, debt.id AS debt FROM used CROSS JOIN debt`;

export function createRefreshTokens(database: Database, caches: Caches): RefreshTokens {
  return {
    find: createGroupCommit<Buffer, RefreshTokenRow | undefined>(database, {
      name: 'refresh_token_find',
      text: findText,
      values: (keys) => [bytesColumn(keys, (key) => key)],
      results: (returned, keys) =>
        inOrder(returned, keys.length, (row) => ({
          grantId: row['grant_id'] as string,
          clientId: row['client_id'] as string,
          issuedAt: row['issued_at'] as number,
          expiresAt: row['expires_at'] as number,
          usedAt: (row['used_at'] as number | null) ?? undefined,
          uses: row['uses'] as number,
          standing: row['standing'] as boolean,
          replay: (row['replay'] as Buffer | null) ?? undefined,
          access: {
            key: row['access_key'] as Buffer,
            expiresAt: Math.floor((row['access_expires_at'] as number) / 1000),
          },
          body: row['body'] as Buffer,
        })),
    }),
    rotate: createRotate(database, caches),
    async countUse(key, most) {
      try {
        const { rowCount } = await database.query({
          name: 'refresh_token_count_use',
          text: `UPDATE cardea.refresh_token SET uses = uses + 1
            WHERE key = $1 AND uses < $2 AND used_at IS NOT NULL AND revoked_at IS NULL`,
          values: [key, most],
        });
        return rowCount === 1;
      } catch (error) {
        throw storageFailure(error);
      }
    },
  };
}

/** `dead_key` is of the access token that died. */
type Rotated = Readonly<Record<'ord' | 'debt', number> & Record<'dead_key', Buffer>>;

function createRotate(database: Database, caches: Caches): RefreshTokens['rotate'] {
  const name = 'refresh_token_rotate';
  const text = rotateText(caches.debts);
  const rotateTogether = createGroups({ name, observed: database.observed }, async (rotations: readonly Rotation[]) => {
    const { rows } = await database.query<Rotated>({ name, text, values: columnsOf(rotations) });
    const [first] = rows;
    // The next batch need not wait until the caches have heard; these answers must.
    const told =
      first &&
      tellCaches(
        caches,
        rows.map((row) => row.dead_key),
        first.debt,
      );
    return inOrder(rows, rotations.length, () => ({ told }));
  });
  return async (rotation) => {
    const rotated = await rotateTogether(rotation);
    await rotated?.told;
    return rotated !== undefined;
  };
}

const columnsOf = (rows: readonly Rotation[]) => [
  bytesColumn(rows, (row) => row.key),
  uuidColumn(rows, (row) => row.grantId),
  textColumn(rows, (row) => row.access.clientId),
  bytesColumn(rows, (row) => row.access.key),
  numberColumn(rows, (row) => row.access.expiresAt),
  bytesColumn(rows, (row) => row.access.body),
  bytesColumn(rows, (row) => row.refresh.key),
  numberColumn(rows, (row) => row.refresh.expiresAt),
  bytesColumn(rows, (row) => row.refresh.body),
  bytesColumn(rows, (row) => row.replay),
  numberColumn(rows, (row) => row.now / 1000),
  ...expiryBounds(rows.map(({ former }) => former)),
];
