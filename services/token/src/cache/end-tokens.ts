// Tokens end in one transaction, which also writes down that the caches must hear of it: no crash in between leaves them `active`
// for longer than a moment (docs/decisions/0010; ARCHITECTURE §2 law 9).
import type { Connection, Database } from '../storage/database.js';
import { transaction } from '../storage/database.js';
import type { Debts } from './debts.js';
import type { Invalidate } from './token-cache.js';

/** Ends tokens; settles when no cache can still answer with one of them. */
export interface EndTokens {
  /** @param work says what it found, and the keys of the access tokens that it ended */
  <Found>(work: (connection: Connection) => Promise<readonly [Found, readonly Buffer[]]>): Promise<Found>;
  /** Settles when no cache can answer with what others have ended either: for who asks again after an interruption. */
  settled(): Promise<void>;
}

/** The caches, for whoever ends tokens. */
export interface Caches {
  readonly invalidate: Invalidate;
  readonly debts: Debts;
}

/** Tells the caches what has been ended, and strikes off what was owed for it. */
export async function tellCaches({ invalidate, debts }: Caches, keys: readonly Buffer[], debt: number): Promise<void> {
  await invalidate(keys);
  debts.strike(debt);
}

export function createEndTokens(database: Database, caches: Caches): EndTokens {
  const { debts } = caches;
  const end = async <Found>(
    work: (connection: Connection) => Promise<readonly [Found, readonly Buffer[]]>,
  ): Promise<Found> => {
    const { found, keys, debt } = await transaction(database, async (connection) => {
      const [found, keys] = await work(connection);
      // Behind all that takes long, so that its age counts from the commit.
      return { found, keys, debt: keys.length === 0 ? undefined : await debts.owe(connection) };
    });
    if (debt !== undefined) await tellCaches(caches, keys, debt);
    return found;
  };
  return Object.assign(end, { settled: debts.settled });
}
