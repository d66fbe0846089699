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

export function createEndTokens(
  database: Database,
  { invalidate, debts }: { readonly invalidate: Invalidate; readonly debts: Debts },
): EndTokens {
  const end = async <Found>(
    work: (connection: Connection) => Promise<readonly [Found, readonly Buffer[]]>,
  ): Promise<Found> => {
    const { found, keys, debt } = await transaction(database, async (connection) => {
      const [found, keys] = await work(connection);
      // Behind all that takes long, so that its age counts from the commit.
      return { found, keys, debt: keys.length === 0 ? undefined : await debts.owe(connection) };
    });
    if (debt !== undefined) {
      await invalidate(keys);
      debts.strike(debt);
    }
    return found;
  };
  return Object.assign(end, { settled: debts.settled });
}
