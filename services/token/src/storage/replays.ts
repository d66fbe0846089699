// Once-only facts that expire, such as the `jti` of an assertion: whoever stores one first has used it (RFC 7523 §3,
// ARCHITECTURE §2 law 8).
import { createHash } from 'node:crypto';
import type { Database } from './database.js';
import { createGroupCommit } from './group-commit.js';
import { inOrder } from './ordered.js';

export interface Replays {
  /** True for exactly one call with a fact, for as long as it is remembered. */
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
    // The same fact with another expiry is found too; of two that come at once, the primary key refuses one.
    use: createGroupCommit<OnceOnly, boolean>(database, {
      name: 'replay_use',
      text: `WITH input AS (
          SELECT * FROM unnest($1::bytea[], $2::float8[]) WITH ORDINALITY AS i(key, expires, ord)
        ), first AS MATERIALIZED (
          SELECT DISTINCT ON (key) * FROM input ORDER BY key, ord
        ), stored AS (
          INSERT INTO cardea.replay (key, expires_at)
          SELECT first.key, to_timestamp(first.expires) FROM first
          WHERE NOT EXISTS (SELECT FROM cardea.replay known WHERE known.key = first.key)
          ORDER BY first.key ON CONFLICT DO NOTHING RETURNING key
        ) SELECT first.ord FROM stored JOIN first USING (key)`,
      values: (facts) => [facts.map(keyOf), facts.map((fact) => fact.until + marginSeconds)],
      results: (returned, facts) => inOrder(returned, facts.length, () => true).map((stored) => stored === true),
    }),
  };
}
