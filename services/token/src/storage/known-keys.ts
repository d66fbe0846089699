// Which signing keys were last heard of, and the events of what has changed since, in one statement: of many processes that hear the
// same news, one tells it (migration 0031).
import type { EventType } from '@cardea/service';
import type { Database } from './database.js';

export interface HeardKey {
  readonly keySet: string;
  readonly keyId: string;
  readonly algorithm: string;
  readonly state: 'next' | 'current' | 'retired';
}

const ranks = { next: 0, current: 1, retired: 2 } as const;
const [created, promoted, retired, destroyed] = [
  'cardea.key.created.v1',
  'cardea.key.promoted.v1',
  'cardea.key.retired.v1',
  'cardea.key.destroyed.v1',
] satisfies EventType[];

// Processes do not hear news at the same moment. So a key only goes forward, and one that a list lacks is gone only if it was known
// for longer than any list may be old.
const text = `WITH heard AS MATERIALIZED (
    SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::smallint[]) AS h(key_set, kid, algorithm, state)
  ), moved AS (
    INSERT INTO cardea.known_key AS k (key_set, kid, algorithm, state) SELECT * FROM heard ORDER BY key_set, kid
    ON CONFLICT (key_set, kid) DO UPDATE SET state = excluded.state WHERE k.state < excluded.state
    RETURNING key_set, kid, algorithm, state, xmax = 0 AS new
  ), gone AS (
    UPDATE cardea.known_key k SET state = 3
    WHERE k.state < 3 AND k.heard_at < now() - interval '2 minutes'
      AND NOT EXISTS (SELECT FROM heard h WHERE h.key_set = k.key_set AND h.kid = k.kid)
    RETURNING key_set, kid, algorithm
  ), told AS (
    SELECT '${created}' AS type, key_set, kid, algorithm FROM moved WHERE new
    UNION ALL SELECT '${promoted}', key_set, kid, algorithm FROM moved WHERE state = 1
    UNION ALL SELECT '${retired}', key_set, kid, algorithm FROM moved WHERE state = 2
    UNION ALL SELECT '${destroyed}', key_set, kid, algorithm FROM gone
  ) INSERT INTO cardea.event (type, data)
    SELECT type, jsonb_build_object('key_set', key_set, 'kid', kid, 'alg', algorithm) FROM told`;

/** Writes down which keys there are, and tells what is new. @param keys all that are published; none of them is no news */
export async function tellOfKeys(database: Database, keys: readonly HeardKey[]): Promise<void> {
  if (keys.length === 0) return;
  await database.query({
    name: 'known_keys',
    text,
    values: [
      keys.map(({ keySet }) => keySet),
      keys.map(({ keyId }) => keyId),
      keys.map(({ algorithm }) => algorithm),
      keys.map(({ state }) => ranks[state]),
    ],
  });
}
