// Day partitions for everything that expires: made ahead, dropped whole, never needed for correctness (ARCHITECTURE §6).
import type { Database } from './database.js';
import { sqlState } from './database.js';

const partitionedTables = ['flow', 'authorization_code', 'device_code', 'access_token', 'event'] as const;
const dayMillis = 86_400_000;
/** Made at any rate. */
const daysAhead = 7;
/** Made at most, where tokens are seen to live that long. Rows that expire later live in the default partition. */
const mostDaysAhead = 40;
/**
 * How full pages are made, in percent, where rows are changed as a rule: three times a flow, once a code. Rows that find room beside their former
 * selves get no new entries in indexes and are not written to the log anew: a fifth of a flow's bytes of log.
 */
const filled: Partial<Record<(typeof partitionedTables)[number], number>> = { flow: 25, authorization_code: 50 };
/** Of the default partition: rows of one statement, and statements of one round. */
const batch = 10_000;
const mostBatches = 200;

const dayStart = (millis: number) => Math.floor(millis / dayMillis) * dayMillis;
const isoDay = (millis: number) => new Date(millis).toISOString().slice(0, 10);

/**
 * The earliest and the latest expiry of a batch, for a statement's own condition beside the rows' equalities: it is what lets
 * PostgreSQL leave out all partitions but one or two before it opens them (163 µs a lookup against 292).
 */
export function expiryBounds(rows: readonly { readonly expiresAt: number }[]): [earliest: number, latest: number] {
  const all = rows.map(({ expiresAt }) => expiresAt);
  return [Math.min(...all), Math.max(...all)];
}

/**
 * How far ahead partitions are made: a week, and as long as access tokens are configured to live (milliseconds), which costs nothing to
 * find out; or as far as tokens are seen to live.
 */
type Reach = 'used' | { readonly accessMillis: number };

/**
 * Makes the partitions of the coming days. Safe to run at once from many processes.
 *
 * @returns how many were made
 */
export async function createPartitions(
  database: Database,
  now: number,
  reach: Reach = { accessMillis: 0 },
): Promise<number> {
  let made = 0;
  for (const table of partitionedTables) {
    const days =
      reach === 'used'
        ? await horizon(database, table, now)
        : configured(table === 'access_token' ? reach.accessMillis : 0);
    const wanted = Array.from({ length: days + 1 }, (_, day) => {
      const [from, to] = [isoDay(dayStart(now) + day * dayMillis), isoDay(dayStart(now) + (day + 1) * dayMillis)];
      return { name: `${table}_${from.replaceAll('-', '')}`, from, to };
    });
    const { rows } = await database.query<{ name: string }>(
      `SELECT name FROM unnest($1::text[]) AS n (name) WHERE to_regclass('cardea.' || name) IS NULL`,
      [wanted.map(({ name }) => name)],
    );
    const missing = new Set(rows.map(({ name }) => name));
    for (const { name, from, to } of wanted.filter((each) => missing.has(each.name))) {
      try {
        await database.query(
          `CREATE TABLE cardea.${name} PARTITION OF cardea.${table}
            FOR VALUES FROM ('${from} 00:00:00+00') TO ('${to} 00:00:00+00') WITH (fillfactor = ${String(filled[table] ?? 100)})`,
        );
        made++;
      } catch (error) {
        // 42P07: another process was faster. 23514: the default partition holds rows of that day; they stay there.
        if (!['42P07', '23514', '42710'].includes(sqlState(error) ?? '')) throw error;
      }
    }
  }
  return made;
}

/** A day that has rows in the default partition gets none any more, so the first token's is there before the first token. */
const configured = (millis: number) => Math.min(mostDaysAhead, Math.max(daysAhead, Math.ceil(millis / dayMillis) + 1));

/**
 * How many days ahead partitions are needed: a day with rows in the default partition can get none any more, so the days behind the
 * last that is in use are made before anybody needs them.
 */
async function horizon(database: Database, table: string, now: number): Promise<number> {
  const daysUntil = (millis: number) => Math.round((dayStart(millis) - dayStart(now)) / dayMillis);
  const latest = await latestInDefault(database, table, dayStart(now) + mostDaysAhead * dayMillis);
  const used = [daysUntil(latest ?? now), ...(await farthestInUse(database, table, daysUntil))];
  return Math.min(mostDaysAhead, Math.max(daysAhead, ...used.map((days) => days + 1)));
}

/** @returns the last expiry before an instant; that instant where there are too many rows to look through in time */
async function latestInDefault(database: Database, table: string, before: number): Promise<number | undefined> {
  const text = `SELECT max(expires_at) AS latest FROM cardea.${table}_default WHERE expires_at < to_timestamp($1)`;
  try {
    const { rows } = await database.query<{ latest: number | null }>(text, [before / 1_000]);
    return rows[0]?.latest ?? undefined;
  } catch (error) {
    // 57014: the statement took longer than it may.
    if (sqlState(error) === '57014') return before;
    throw error;
  }
}

/** @returns in how many days the last partition beyond the usual ones ends that has a row; empty when there is none */
async function farthestInUse(database: Database, table: string, daysUntil: (millis: number) => number) {
  const far = (await partitionsOf(database, table))
    .map(({ name, from }) => ({ name, days: daysUntil(from) }))
    .filter(({ days }) => days >= daysAhead)
    .sort((a, b) => b.days - a.days);
  for (const { name, days } of far) {
    const { rowCount } = await database.query(`SELECT FROM cardea.${name} LIMIT 1`);
    if (rowCount === 1) return [days];
  }
  return [];
}

/** The partitions of single days, and when each begins. */
async function partitionsOf(database: Database, table: string): Promise<{ name: string; from: number }[]> {
  const { rows } = await database.query<{ name: string }>(
    `SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
      WHERE i.inhparent = $1::regclass AND c.relname ~ '_[0-9]{8}$'`,
    [`cardea.${table}`],
  );
  return rows.map(({ name }) => ({
    name,
    from: Date.parse(name.replace(/^.*_(....)(..)(..)$/, '$1-$2-$3T00:00:00Z')),
  }));
}

/**
 * Drops partitions whose last row expired more than an hour ago, and the leftovers of the default partitions.
 *
 * @returns the names of the dropped partitions
 */
export async function dropExpiredPartitions(database: Database, now: number): Promise<string[]> {
  const dropped: string[] = [];
  for (const table of partitionedTables) {
    for (const { name, from } of await partitionsOf(database, table)) {
      if (from + dayMillis + 3_600_000 > now) continue;
      await database.query(`DROP TABLE IF EXISTS cardea.${name}`);
      dropped.push(name);
    }
    for (let batches = 0, full = true; full && batches < mostBatches; batches++) {
      const { rowCount } = await database.query(
        `DELETE FROM cardea.${table}_default WHERE ctid = ANY(ARRAY(
           SELECT ctid FROM cardea.${table}_default WHERE expires_at < to_timestamp($1) LIMIT ${String(batch)}))`,
        [now / 1000 - 3600],
      );
      full = rowCount === batch;
    }
  }
  return dropped;
}
