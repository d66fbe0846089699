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
import type { AccessTokenRow } from './tokens.js';

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
  readonly accessKey: Buffer;
  /** Sealed. */
  readonly body: Buffer;
}

export interface Rotation {
  readonly key: Buffer;
  readonly grantId: string;
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

const findText = `SELECT i.ord, r.grant_id, r.client_id, r.issued_at, r.expires_at, r.used_at, r.uses, r.replay, r.access_key, r.body,
    r.revoked_at IS NULL AND g.id IS NOT NULL AS standing
  FROM unnest($1::bytea[]) WITH ORDINALITY AS i(key, ord)
  JOIN cardea.refresh_token r ON r.key = i.key
  LEFT JOIN cardea.consent_grant g ON g.id = r.grant_id AND g.revoked_at IS NULL AND g.fallen_at IS NULL`;

// The same order of locks as in codes.ts: families, then tokens. One debt to the caches stands for all of a batch.
const rotateText = (debts: Caches['debts']) => `WITH input AS MATERIALIZED (
    SELECT * FROM unnest($1::bytea[], $2::uuid[], $3::text[], $4::bytea[], $5::float8[], $6::bytea[], $7::bytea[],
      $8::float8[], $9::bytea[], $10::bytea[], $11::float8[]) WITH ORDINALITY
      AS i(old_key, grant_id, client_id, access_key, access_expires, access_body, refresh_key, refresh_expires,
        refresh_body, replay, now, ord)
  ), first AS MATERIALIZED (
    SELECT DISTINCT ON (old_key) * FROM input ORDER BY old_key, ord
  ), standing AS MATERIALIZED (
    SELECT id FROM cardea.consent_grant
    WHERE id = ANY($2::uuid[]) AND revoked_at IS NULL AND fallen_at IS NULL ORDER BY id FOR SHARE
  ), locked AS MATERIALIZED (
    SELECT r.key, r.access_key, r.access_expires_at, first.ord FROM first
    JOIN standing ON standing.id = first.grant_id
    JOIN cardea.refresh_token r ON r.key = first.old_key
    WHERE r.used_at IS NULL AND r.revoked_at IS NULL AND r.grant_id = first.grant_id
    ORDER BY r.key FOR UPDATE OF r
  ), used AS (
    UPDATE cardea.refresh_token r SET used_at = to_timestamp(input.now), uses = 1, replay = input.replay
    FROM locked JOIN input ON input.ord = locked.ord
    WHERE r.key = locked.key AND r.used_at IS NULL AND r.revoked_at IS NULL
    RETURNING locked.ord, locked.access_key, locked.access_expires_at
  ), dead AS (
    DELETE FROM cardea.access_token a USING used WHERE a.key = used.access_key AND a.expires_at = used.access_expires_at
  ), access AS (
    INSERT INTO cardea.access_token (key, expires_at, grant_id, client_id, body)
    SELECT i.access_key, to_timestamp(i.access_expires), i.grant_id, i.client_id, i.access_body
    FROM used JOIN input i USING (ord)
  ), refresh AS (
    INSERT INTO cardea.refresh_token
      (key, grant_id, client_id, issued_at, expires_at, access_key, access_expires_at, body)
    SELECT i.refresh_key, i.grant_id, i.client_id, to_timestamp(i.now), to_timestamp(i.refresh_expires), i.access_key,
      to_timestamp(i.access_expires), i.refresh_body
    FROM used JOIN input i USING (ord)
  ), debt AS (
    ${debts.owing('used')}
  ) SELECT used.ord, used.access_key, debt.id AS debt FROM used CROSS JOIN debt`;

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
          accessKey: row['access_key'] as Buffer,
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

/** `access_key` is of the access token that died. */
type Rotated = Readonly<Record<'ord' | 'debt', number> & Record<'access_key', Buffer>>;

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
        rows.map((row) => row.access_key),
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
];
