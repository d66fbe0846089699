// Finds rows of the record by what they are about, the newest first (issue 5 "Audit"; docs/keys.md).
import { OAuthError } from '@cardea/oauth';
import type { keyAdminV1 } from '@cardea/rpc';
import type pg from 'pg';
import { refuse } from '../policy/checks.js';
import { inTransaction } from '../registry/connection.js';
import { registryFailure } from '../registry/registry.js';
import type { Outcome } from './chain.js';

/** @throws {OAuthError} invalid_request, temporarily_unavailable */
export type FindSignatures = (request: keyAdminV1.FindSignaturesRequest) => Promise<keyAdminV1.FindSignaturesResponse>;

const defaultPage = 100;
const largestPage = 500;
/** Enough for what has many rows; what has few is looked for in ten times as many rows, and so on, by the index. */
const firstWindow = 20_000;
const growth = 10;
/** Other questions wait for this connection meanwhile. */
const patienceMillis = 10_000;

interface Row {
  readonly sequence: string;
  readonly signed_at: Date;
  readonly outcome: Outcome;
  readonly reason: string;
  readonly caller: string;
  readonly request_id: string;
  readonly purpose: string;
  readonly kid: string;
  readonly algorithm: string;
  readonly token_id: string;
  readonly client_id: string;
  readonly expires_at: Date | null;
}

/**
 * @param pool undefined when signatures are not recorded
 * @param subjectHashes what stands in the record for a subject, by every secret that we know; none without a secret
 */
export function createFindSignatures(
  pool: pg.Pool | undefined,
  subjectHashes: (subject: string) => readonly Buffer[],
): FindSignatures {
  return async (request) => {
    if (pool === undefined) return refuse('signatures are not recorded (keys.audit.enabled)');
    const { holds, values } = conditions(request, subjectHashes);
    const limit = Math.min(request.pageSize > 0 ? request.pageSize : defaultPage, largestPage);
    const before = sequenceOf(request.pageToken);
    const rows = await connected(pool, async (connection) => {
      const [ends] = (
        await connection.query<{ first: string; last: string }>(
          `SELECT coalesce(min(sequence), 0) AS first, coalesce(max(sequence), 0) AS last FROM cardea_keys_audit.signature`,
        )
      ).rows;
      const first = Number(ends?.first);
      const found: Row[] = [];
      let high = Math.min(before, Number(ends?.last) + 1);
      for (let window = firstWindow; high > first && found.length <= limit; window *= growth) {
        const low = Math.max(first, high - window);
        const { rows } = await connection.query<Row>(
          `SELECT sequence, signed_at, outcome, reason, caller, request_id, purpose, kid, algorithm, token_id, client_id, expires_at
             FROM cardea_keys_audit.signature WHERE sequence >= $1 AND sequence < $2 ${holds}
            ORDER BY signature.sequence DESC LIMIT $3`,
          [low, high, limit + 1 - found.length, ...values],
        );
        found.push(...rows);
        high = low;
        // From here on by the index alone: to go through so many rows one by one is never right.
        if (window === firstWindow && values.length > 0) {
          await connection.query('SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off');
        }
      }
      return found;
    });
    const page = rows.slice(0, limit);
    return { rows: page.map(messageOf), nextPageToken: rows.length > limit ? (page.at(-1)?.sequence ?? '') : '' };
  };
}

/** What is asked, behind the three values that every question has. */
function conditions(
  request: keyAdminV1.FindSignaturesRequest,
  subjectHashes: (subject: string) => readonly Buffer[],
): { readonly holds: string; readonly values: readonly unknown[] } {
  const { subject, tokenId, clientId, keyId, signedAfter, signedBefore } = request;
  const hashes = subject === '' ? [] : subjectHashes(subject);
  if (subject !== '' && hashes.length === 0) {
    return refuse('the record names no subjects (keys.audit.secret, keys.kek)');
  }
  const all: readonly (readonly [condition: string, value: unknown])[] = [
    ['subject_hash = ANY', hashes.length === 0 ? undefined : hashes],
    ['token_id =', tokenId === '' ? undefined : tokenId],
    ['client_id =', clientId === '' ? undefined : clientId],
    ['kid =', keyId === '' ? undefined : keyId],
    ['signed_at >=', signedAfter],
    ['signed_at <', signedBefore],
  ];
  const asked = all.filter(([, value]) => value !== undefined);
  return {
    holds: asked.map(([condition], index) => `AND ${condition} ($${String(index + 4)})`).join(' '),
    values: asked.map(([, value]) => value),
  };
}

/** Where a page begins: everything, or before a row. */
function sequenceOf(pageToken: string): number {
  if (pageToken === '') return Number.MAX_SAFE_INTEGER;
  return /^[1-9]\d{0,14}$/.test(pageToken) ? Number(pageToken) : refuse('page_token is not one of this list');
}

async function connected<T>(pool: pg.Pool, work: (connection: pg.PoolClient) => Promise<T>): Promise<T> {
  try {
    const connection = await pool.connect();
    return await inTransaction(connection, async () => {
      await connection.query(`SET LOCAL statement_timeout = ${String(patienceMillis)}`);
      return work(connection);
    });
  } catch (error) {
    throw new OAuthError('temporarily_unavailable', 'The record of signatures cannot be read now.', {
      cause: new Error(registryFailure(error)),
    });
  }
}

function messageOf(row: Row): keyAdminV1.RecordedRow {
  return {
    ...{ sequence: Number(row.sequence), signedAt: row.signed_at, outcome: row.outcome, reason: row.reason },
    ...{ caller: row.caller, requestId: row.request_id, purpose: row.purpose, keyId: row.kid },
    ...{ algorithm: row.algorithm, tokenId: row.token_id, clientId: row.client_id },
    expiresAt: row.expires_at ?? undefined,
  };
}
