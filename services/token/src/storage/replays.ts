// Once-only facts that expire, such as the `jti` of an assertion: whoever stores one first has used it (RFC 7523 §3,
// ARCHITECTURE §2 law 8).
import { createHash } from 'node:crypto';
import type { Database } from './database.js';
import { createGroupCommit } from './group-commit.js';
import { inOrder } from './ordered.js';

export interface Replays {
  /** True for exactly one call with the names of a fact, whatever else it says, for as long as any of those shown counts. */
  use(fact: OnceOnly): Promise<boolean>;
}

export interface OnceOnly {
  /** What may be used once: its kind and all that names it. */
  readonly names: readonly string[];
  /** Until when the fact could be shown again, seconds since the epoch. */
  readonly until: number;
}

/** Remembered for longer than it could count: clocks differ. */
const marginSeconds = 120;

const keyOf = ({ names }: OnceOnly) => createHash('sha256').update(JSON.stringify(names)).digest();

export function createReplays(database: Database): Replays {
  return {
    // Whoever makes the row has used the fact; everybody else counts himself on it, and lets it stand for longer if his own would
    // have. Of one that comes twice in a batch the first counts.
    use: createGroupCommit<OnceOnly, boolean>(database, {
      name: 'used_once',
      text: `WITH input AS (
          SELECT key, min(ord) AS ord, max(expires) AS expires
          FROM unnest($1::bytea[], $2::float8[]) WITH ORDINALITY AS i(key, expires, ord) GROUP BY key
        ), stored AS (
          INSERT INTO cardea.used_once AS known (key, expires_at)
          SELECT key, to_timestamp(expires) FROM input ORDER BY key
          ON CONFLICT (key) DO UPDATE
            SET uses = known.uses + 1, expires_at = greatest(known.expires_at, excluded.expires_at)
          RETURNING key, uses
        ) SELECT input.ord FROM stored JOIN input USING (key) WHERE stored.uses = 1`,
      values: (facts) => [facts.map(keyOf), facts.map((fact) => fact.until + marginSeconds)],
      results: (returned, facts) => inOrder(returned, facts.length, () => true).map((stored) => stored === true),
    }),
  };
}
