// Access tokens: one lean row each, found through the handle's key and expiry, written and read in batches
// (ARCHITECTURE §9.4, §9.6).
import { bytesColumn, numberColumn, textColumn, uuidColumn } from '@cardea/service';
import type { Database } from './database.js';
import { createGroupCommit } from './group-commit.js';
import { inOrder } from './ordered.js';
import { expiryBounds } from './partitions.js';

/** Names a row: its key, and the expiry that tells its partition. Seconds since the epoch. */
export interface TokenRef {
  readonly key: Buffer;
  readonly expiresAt: number;
}

export interface AccessTokenRow extends TokenRef {
  /** Undefined when the client acts for itself. */
  readonly grantId: string | undefined;
  readonly clientId: string;
  /** Sealed. */
  readonly body: Buffer;
}

export interface AccessTokens {
  /** Settles when the row is durable. */
  insert(row: AccessTokenRow): Promise<void>;
  /** The sealed body, or undefined when there is no such row (any more). Says nothing about expiry. */
  find(ref: TokenRef): Promise<Buffer | undefined>;
}

export function createAccessTokens(database: Database): AccessTokens {
  const insert = createGroupCommit<AccessTokenRow, undefined>(database, {
    name: 'access_token_insert',
    text: `INSERT INTO cardea.access_token (key, expires_at, grant_id, client_id, body)
      SELECT key, to_timestamp(expires), grant_id, client_id, body
      FROM unnest($1::bytea[], $2::float8[], $3::uuid[], $4::text[], $5::bytea[]) AS i(key, expires, grant_id, client_id, body)`,
    values: (rows) => [
      bytesColumn(rows, (row) => row.key),
      numberColumn(rows, (row) => row.expiresAt),
      uuidColumn(rows, (row) => row.grantId),
      textColumn(rows, (row) => row.clientId),
      bytesColumn(rows, (row) => row.body),
    ],
    results: (_returned, rows) => rows.map(() => undefined),
  });
  // LATERAL with LIMIT makes each question an index lookup in the one partition its expiry names; the others are not even opened.
  const find = createGroupCommit<TokenRef, Buffer | undefined>(database, {
    name: 'access_token_find',
    text: `SELECT i.ord, t.body FROM unnest($1::bytea[], $2::float8[]) WITH ORDINALITY AS i(key, expires, ord)
      CROSS JOIN LATERAL (
        SELECT body FROM cardea.access_token t WHERE t.key = i.key AND t.expires_at = to_timestamp(i.expires)
          AND t.expires_at >= to_timestamp($3) AND t.expires_at <= to_timestamp($4) LIMIT 1
      ) t`,
    values: (refs) => [
      bytesColumn(refs, (ref) => ref.key),
      numberColumn(refs, (ref) => ref.expiresAt),
      ...expiryBounds(refs),
    ],
    results: (returned, refs) => inOrder(returned, refs.length, (row) => row['body'] as Buffer),
  });
  return { insert, find };
}
