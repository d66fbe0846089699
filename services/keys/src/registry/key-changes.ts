// The rows that say who changed which key: added by the transaction of the change, read in the order in which they were made.
import type pg from 'pg';
import { cannotSign } from '../unavailable.js';
import type { Queryable } from './connection.js';

/** What an operator asked for. */
export type KeyAct = 'create' | 'import' | 'adopt' | 'promote' | 'retire' | 'destroy';

/** A change and who asked for it. */
export interface MadeChange {
  /** Milliseconds since the epoch. */
  readonly changedAt: number;
  readonly keySet: string;
  readonly kid: string;
  readonly act: KeyAct;
  /** Certificate name; empty on plain transport. */
  readonly changedBy: string;
}

/** A change and its place. */
export interface ListedChange extends MadeChange {
  readonly id: number;
}

interface Row {
  readonly id: string;
  readonly changed_at: Date;
  readonly key_set: string;
  readonly kid: string;
  readonly act: KeyAct;
  readonly changed_by: string;
}

/** Nobody else adds one meanwhile: whoever changes keys does it alone, so ids come in order. */
export async function addKeyChange(
  connection: Queryable,
  { changedAt, keySet, kid, act, changedBy }: MadeChange,
): Promise<void> {
  await connection.query(
    'INSERT INTO cardea_keys.key_change (changed_at, key_set, kid, act, changed_by) VALUES ($1, $2, $3, $4, $5)',
    [new Date(changedAt), keySet, kid, act, changedBy],
  );
}

/** @throws {OAuthError} temporarily_unavailable when PostgreSQL cannot be reached */
export async function listKeyChanges(pool: pg.Pool, after: number, limit: number): Promise<ListedChange[]> {
  const { rows } = await pool
    .query<Row>(
      `SELECT id, changed_at, key_set, kid, act, changed_by FROM cardea_keys.key_change
        WHERE id > $1 ORDER BY id LIMIT $2`,
      [after, limit],
    )
    .catch((error: unknown) => {
      throw cannotSign('the key registry cannot be reached', error);
    });
  return rows.map(({ id, changed_at, key_set: keySet, kid, act, changed_by: changedBy }) => ({
    ...{ id: Number(id), changedAt: changed_at.getTime(), keySet, kid, act, changedBy },
  }));
}
