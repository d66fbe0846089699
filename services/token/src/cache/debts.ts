// What is owed to the caches, in PostgreSQL: whoever ends tokens writes so in the same transaction, and whoever dies before the
// caches have heard leaves a row that others find (cache/epoch.ts; ARCHITECTURE §5: a revocation answers 200 only once no cache
// can still say "active").
import { OAuthError } from '@cardea/oauth';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection, Database } from '../storage/database.js';
import { storageFailure } from '../storage/database.js';

export interface Debts {
  /** Writes one down in the transaction that makes it. @returns its id */
  owe(connection: Connection): Promise<number>;
  /**
   * The same as a part of a statement that makes it: gives its `id`, and none where `ended` has no rows.
   *
   * @param ended a table expression of that statement
   */
  owing(ended: string): string;
  /** Strikes it off, at some time soon. One that stays by mishap costs speed and nothing else. */
  strike(id: number): void;
  /**
   * Settles when whatever anybody owes now is paid: who finds nothing to end may have asked behind somebody who died.
   *
   * @throws {OAuthError} temporarily_unavailable when nobody pays
   */
  settled(): Promise<void>;
  /** Strikes off what is still to be. */
  close(): void;
}

/** Longer than an unpaid one can last while a token service runs (cache/epoch.ts). */
const patienceMillis = 10_000;
const longestPauseMillis = 100;
/**
 * How long those that are paid wait for others to be struck off with: only who finds nothing left to end waits for it. As fast as one
 * could follow another it was one statement in four of all that refreshes ask.
 */
const strikeMillis = 25;

export function createDebts(database: Database): Debts {
  let paid: number[] = [];
  let due: NodeJS.Timeout | undefined;
  const strikeAll = (): void => {
    clearTimeout(due);
    due = undefined;
    const values = [paid];
    paid = [];
    const text = 'DELETE FROM cardea.cache_debt WHERE id = ANY($1::bigint[])';
    database.query({ name: 'cache_debt_strike', text, values }).catch(() => undefined);
  };
  const standing = async (text: string, values: unknown[] = []): Promise<number[]> => {
    try {
      return (await database.query<{ id: number }>(text, values)).rows.map(({ id }) => id);
    } catch (error) {
      throw storageFailure(error);
    }
  };
  return {
    async owe(connection) {
      const text = 'INSERT INTO cardea.cache_debt DEFAULT VALUES RETURNING id';
      const { rows } = await connection.query<{ id: number }>({ name: 'cache_debt_owe', text });
      return (rows[0] as { id: number }).id;
    },
    owing: (ended) =>
      `INSERT INTO cardea.cache_debt (since) SELECT clock_timestamp() WHERE EXISTS (SELECT FROM ${ended}) RETURNING id`,
    strike(id) {
      paid.push(id);
      due ??= setTimeout(strikeAll, strikeMillis);
    },
    async settled() {
      let owed = await standing('SELECT id FROM cardea.cache_debt');
      const from = performance.now();
      for (let pause = 5; owed.length > 0; pause = Math.min(2 * pause, longestPauseMillis)) {
        if (performance.now() - from > patienceMillis) {
          throw new OAuthError('temporarily_unavailable', 'Caches have not heard yet of what was ended.');
        }
        await sleep(pause);
        owed = await standing('SELECT id FROM cardea.cache_debt WHERE id = ANY($1::bigint[])', [owed]);
      }
    },
    close() {
      if (paid.length > 0) strikeAll();
    },
  };
}

/** Of an installation that has no cache. */
export const noDebts: Debts = {
  owe: () => Promise.resolve(0),
  owing: (ended) => `SELECT 0 AS id WHERE EXISTS (SELECT FROM ${ended})`,
  strike: () => undefined,
  settled: () => Promise.resolve(),
  close: () => undefined,
};
