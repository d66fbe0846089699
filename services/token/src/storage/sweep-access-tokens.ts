// Ends access tokens that no index finds: the table is walked once, some megabytes of a partition at a time, so that no statement
// takes long however many tokens there are (issue 6: a client's 100,000 tokens among ten million rows).
import { lostConflict } from '@cardea/service';
import type { EndTokens } from '../cache/end-tokens.js';
import type { Database } from './database.js';
import { causeOf, sqlState, storageFailure } from './database.js';

/** 8 MB: some forty thousand tokens, and a hundredth of a second. */
const blocksAtOnce = 1_024;

interface Partition {
  readonly name: string;
  readonly blocks: number;
}

// Rows of this table are never updated, so that none moves to where the walk has been. What is issued meanwhile is not meant.
const partitionsText = `SELECT i.inhrelid::regclass::text AS name,
    (pg_relation_size(i.inhrelid) / current_setting('block_size')::int)::int AS blocks
  FROM pg_inherits i WHERE i.inhparent = 'cardea.access_token'::regclass`;

/**
 * @param which a condition on the row with its values as $3 and on, such as `client_id = $3`
 * @returns how many ended; settles when no cache can still answer with one of them
 */
export async function sweepAccessTokens(
  database: Database,
  endTokens: EndTokens,
  which: { readonly condition: string; readonly values: readonly unknown[] },
  blocks = blocksAtOnce,
): Promise<number> {
  let ended = 0;
  for (const partition of await partitions(database)) {
    for (let from = 0; from < partition.blocks; from += blocks) {
      const range: [string, string] = [`(${String(from)},0)`, `(${String(from + blocks)},0)`];
      ended += await sweepRange(endTokens, partition.name, range, which);
    }
  }
  return ended;
}

/** Locks rows in the order in which they lie, revocations in that of their keys: of two that wait for each other this one tries again. */
async function sweepRange(
  endTokens: EndTokens,
  partition: string,
  range: readonly [from: string, to: string],
  which: { readonly condition: string; readonly values: readonly unknown[] },
): Promise<number> {
  for (let tries = 1; ; tries++) {
    try {
      return await endTokens(async (connection) => {
        const { rows } = await connection.query<{ key: Buffer }>(
          `DELETE FROM ${partition} WHERE ctid >= $1::tid AND ctid < $2::tid AND ${which.condition} RETURNING key`,
          [...range, ...which.values],
        );
        return [rows.length, rows.map(({ key }) => key)];
      });
    } catch (error) {
      const cause = causeOf(error);
      // 42P01: the partition expired and was dropped meanwhile, with all its tokens.
      if (sqlState(cause) === '42P01') return 0;
      if (!lostConflict(cause) || tries === mostTries) throw error;
    }
  }
}

const mostTries = 5;

async function partitions(database: Database): Promise<Partition[]> {
  try {
    return (await database.query<Partition>(partitionsText)).rows;
  } catch (error) {
    throw storageFailure(error);
  }
}
