// Authorization codes: read in batches, redeemed once. One statement locks the family, takes the code and stores what came
// of it; its rows are the verdict (ARCHITECTURE §2 law 8).
import { mostWrongVerifiers } from '@cardea/oauth';
import { bytesColumn, numberColumn, textColumn, uuidColumn } from '@cardea/service';
import type { Database } from './database.js';
import { storageFailure } from './database.js';
import { createGroupCommit } from './group-commit.js';
import { inOrder } from './ordered.js';
import { expiryBounds } from './partitions.js';
import type { NewRefreshToken } from './refresh-tokens.js';
import type { AccessTokenRow, TokenRef } from './tokens.js';

export interface CodeRow {
  readonly grantId: string;
  readonly clientId: string;
  readonly used: boolean;
  readonly wrongVerifiers: number;
  /** Whether the family still stands. */
  readonly standing: boolean;
  /** Sealed. */
  readonly body: Buffer;
}

export interface Redemption {
  readonly code: TokenRef;
  readonly grantId: string;
  readonly access: AccessTokenRow;
  readonly refresh: NewRefreshToken | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export interface Codes {
  find(ref: TokenRef): Promise<CodeRow | undefined>;
  /** True for exactly one redemption of a code, and only while its family stands; the tokens are durable then. */
  redeem(redemption: Redemption): Promise<boolean>;
  /** Counts a wrong verifier; with the last that may be, no redemption wins any more. */
  countWrongVerifier(ref: TokenRef): Promise<void>;
}

// The bounds let PostgreSQL leave out all partitions but one or two before it opens them.
const findText = `SELECT i.ord, c.grant_id, c.client_id, c.used_at IS NOT NULL AS used, c.wrong_verifiers, c.body, c.standing
  FROM unnest($1::bytea[], $2::float8[]) WITH ORDINALITY AS i(key, expires, ord)
  CROSS JOIN LATERAL (
    SELECT c.grant_id, c.client_id, c.used_at, c.wrong_verifiers, c.body, g.id IS NOT NULL AS standing
    FROM cardea.authorization_code c
    LEFT JOIN cardea.consent_grant g ON g.id = c.grant_id AND g.revoked_at IS NULL AND g.fallen_at IS NULL
    WHERE c.key = i.key AND c.expires_at = to_timestamp(i.expires)
      AND c.expires_at >= to_timestamp($3) AND c.expires_at <= to_timestamp($4) LIMIT 1
  ) c`;

// Locks are taken in one order everywhere, families before codes, each sorted: batches cannot deadlock. The share lock makes
// a family's fall wait for this statement, or this statement see that it fell. Of a code that comes twice in one batch, the
// first counts. Rows carry all that becomes of them from step to step: looked up anew by number in each, they cost the square of their
// count. Nothing but the code's own key may lead to it: with the batch's bounds beside it, a plan made on an empty partition reads all
// codes between them for each batch, or all of the batch's for each of its codes (146 µs a code against 79).
const redeemText = `WITH first AS (
    SELECT DISTINCT ON (code_key) *
    FROM unnest($1::bytea[], $2::float8[], $3::uuid[], $4::text[], $5::bytea[], $6::float8[], $7::bytea[],
      $8::bytea[], $9::float8[], $10::bytea[], $11::float8[]) WITH ORDINALITY
      AS i(code_key, code_expires, grant_id, client_id, access_key, access_expires, access_body,
        refresh_key, refresh_expires, refresh_body, now, ord)
    ORDER BY code_key, ord
  ), standing AS MATERIALIZED (
    SELECT first.* FROM first JOIN cardea.consent_grant g ON g.id = first.grant_id
    WHERE g.revoked_at IS NULL AND g.fallen_at IS NULL ORDER BY g.id FOR SHARE OF g
  ), redeemed AS (
    UPDATE cardea.authorization_code c SET used_at = to_timestamp(s.now)
    FROM (SELECT * FROM standing ORDER BY code_key) s
    WHERE c.key = s.code_key AND c.expires_at = to_timestamp(s.code_expires) AND c.grant_id = s.grant_id
      AND c.used_at IS NULL AND c.wrong_verifiers < ${String(mostWrongVerifiers)}
    RETURNING s.*
  ), access AS (
    INSERT INTO cardea.access_token (key, expires_at, grant_id, client_id, body)
    SELECT access_key, to_timestamp(access_expires), grant_id, client_id, access_body FROM redeemed
  ), refresh AS (
    INSERT INTO cardea.refresh_token
      (key, grant_id, client_id, issued_at, expires_at, access_key, access_expires_at, body)
    SELECT refresh_key, grant_id, client_id, to_timestamp(now), to_timestamp(refresh_expires), access_key,
      to_timestamp(access_expires), refresh_body
    FROM redeemed WHERE refresh_key IS NOT NULL
  ) SELECT ord FROM redeemed`;

export function createCodes(database: Database): Codes {
  return {
    find: createGroupCommit<TokenRef, CodeRow | undefined>(database, {
      name: 'code_find',
      text: findText,
      values: (refs) => [
        bytesColumn(refs, (ref) => ref.key),
        numberColumn(refs, (ref) => ref.expiresAt),
        ...expiryBounds(refs),
      ],
      results: (returned, refs) =>
        inOrder(returned, refs.length, (row) => ({
          grantId: row['grant_id'] as string,
          clientId: row['client_id'] as string,
          used: row['used'] as boolean,
          wrongVerifiers: row['wrong_verifiers'] as number,
          standing: row['standing'] as boolean,
          body: row['body'] as Buffer,
        })),
    }),
    redeem: createGroupCommit<Redemption, boolean>(database, {
      name: 'code_redeem',
      text: redeemText,
      values: (rows) => [
        bytesColumn(rows, (row) => row.code.key),
        numberColumn(rows, (row) => row.code.expiresAt),
        uuidColumn(rows, (row) => row.grantId),
        textColumn(rows, (row) => row.access.clientId),
        bytesColumn(rows, (row) => row.access.key),
        numberColumn(rows, (row) => row.access.expiresAt),
        bytesColumn(rows, (row) => row.access.body),
        bytesColumn(rows, (row) => row.refresh?.key),
        numberColumn(rows, (row) => row.refresh?.expiresAt),
        bytesColumn(rows, (row) => row.refresh?.body),
        numberColumn(rows, (row) => row.now / 1000),
      ],
      results: (returned, rows) => inOrder(returned, rows.length, () => true).map((won) => won === true),
    }),
    async countWrongVerifier(ref) {
      try {
        await database.query(
          `UPDATE cardea.authorization_code SET wrong_verifiers = wrong_verifiers + 1
            WHERE key = $1 AND expires_at = to_timestamp($2) AND used_at IS NULL`,
          [ref.key, ref.expiresAt],
        );
      } catch (error) {
        throw storageFailure(error);
      }
    },
  };
}
