// Trusted issuers: which keys of whom may speak for which subjects (migration 0004).
import type { Jwk } from '@cardea/oauth';
import { beforeAllUuids } from './before-all-uuids.js';
import type { Database } from './database.js';
import { sqlState, storageFailure } from './database.js';

export interface TrustedIssuerRow {
  readonly id: string;
  readonly issuer: string;
  /** Empty where any subject is allowed. */
  readonly subject: string;
  readonly allowAnySubject: boolean;
  readonly scopes: readonly string[];
  readonly keyId: string;
  readonly jwk: Jwk;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

export interface TrustedIssuers {
  /** Undefined when that trust exists. */
  insert(row: Omit<TrustedIssuerRow, 'createdAt'>): Promise<TrustedIssuerRow | undefined>;
  find(id: string): Promise<TrustedIssuerRow | undefined>;
  /** In the order of ids, beginning behind `after`; an empty issuer means all. */
  list(options: { issuer: string; after: string; limit: number }): Promise<readonly TrustedIssuerRow[]>;
  /** Trusts of an issuer that cover a subject now, the newest first; an undefined key id means any. */
  covering(wanted: {
    issuer: string;
    subject: string;
    keyId: string | undefined;
    now: number;
  }): Promise<readonly TrustedIssuerRow[]>;
  /** False when there was none. */
  remove(id: string): Promise<boolean>;
}

const columns = 'id, issuer, subject, allow_any_subject, scopes, key_id, jwk, created_at, expires_at';
/** Keys that are tried for an assertion which names none. */
const mostTried = 100;
const duplicate = '23505';

const read = (row: Record<string, unknown>): TrustedIssuerRow => ({
  id: row['id'] as string,
  issuer: row['issuer'] as string,
  subject: row['subject'] as string,
  allowAnySubject: row['allow_any_subject'] as boolean,
  scopes: row['scopes'] as string[],
  keyId: row['key_id'] as string,
  jwk: row['jwk'] as Jwk,
  createdAt: row['created_at'] as number,
  expiresAt: row['expires_at'] as number,
});

export function createTrustedIssuers(database: Database): TrustedIssuers {
  const rows = async (text: string, values: unknown[]): Promise<TrustedIssuerRow[]> =>
    (await database.query<Record<string, unknown>>(text, values)).rows.map(read);
  const asked = async (text: string, values: unknown[]) => {
    try {
      return await rows(text, values);
    } catch (error) {
      throw storageFailure(error);
    }
  };
  return {
    async insert({ id, issuer, subject, allowAnySubject, scopes, keyId, jwk, expiresAt }) {
      try {
        const [row] = await rows(
          `INSERT INTO cardea.trusted_issuer (id, issuer, subject, allow_any_subject, scopes, key_id, jwk, expires_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, to_timestamp($8)) RETURNING ${columns}`,
          [id, issuer, subject, allowAnySubject, scopes, keyId, JSON.stringify(jwk), expiresAt / 1000],
        );
        return row;
      } catch (error) {
        if (sqlState(error) === duplicate) return undefined;
        throw storageFailure(error);
      }
    },
    async find(id) {
      return (await asked(`SELECT ${columns} FROM cardea.trusted_issuer WHERE id = $1`, [id]))[0];
    },
    list: ({ issuer, after, limit }) =>
      asked(
        `SELECT ${columns} FROM cardea.trusted_issuer
          WHERE id > $1 AND ($2 = '' OR issuer = $2) ORDER BY id LIMIT $3`,
        [after === '' ? beforeAllUuids : after, issuer, limit],
      ),
    covering: ({ issuer, subject, keyId, now }) =>
      asked(
        `SELECT ${columns} FROM cardea.trusted_issuer
          WHERE issuer = $1 AND (allow_any_subject OR subject = $2) AND ($3::text IS NULL OR key_id = $3)
            AND expires_at > to_timestamp($4)
          ORDER BY allow_any_subject, created_at DESC LIMIT ${String(mostTried)}`,
        [issuer, subject, keyId ?? null, now / 1000],
      ),
    async remove(id) {
      return (await asked(`DELETE FROM cardea.trusted_issuer WHERE id = $1 RETURNING ${columns}`, [id])).length === 1;
    },
  };
}
