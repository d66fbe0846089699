// A month of traffic on a real database, its days pushed through in seconds: cleaning alone keeps every table and index as big as
// what lives in it (issue 6 "Zero-configuration cleaning"; user wishes, "the database must clean itself"). Autovacuum has no time
// for such days, so its part, once a day, is done by hand.
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { TestDatabase } from '../database.fixture.js';
import { createTestDatabase } from '../database.fixture.js';
import { pruneGrants } from './prune-grants.js';
import { prune } from './prune.js';

// For busy machines; nothing here depends on how fast anything is.
jest.setTimeout(600_000);

const hour = 3_600_000;
const day = 24 * hour;
const days = 30;
/** Everything is kept for a week at most, and a table is as big as it gets when that has gone round. */
const settled = 12;
const roundsOfDay = [5, 17];
/** Families that live all month and are refreshed once a day. */
const families = 1_000;
const noise = 400;
const smallPages = 6;

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

/** What a round of people, apps and devices leaves behind; `$1` is the time, `$2` how many. */
const traffic = // A few live longer than partitions are made ahead at first; from the second day on they have theirs.
  [
    `INSERT INTO cardea.flow (id, expires_at, state, client_id, browser, body)
    SELECT uuid_send(gen_random_uuid()), to_timestamp($1) + interval '30 minutes', 'login', 'app', '\\x00', decode(repeat('ab', 600), 'hex')`,
    `INSERT INTO cardea.authorization_code (key, expires_at, grant_id, client_id, body)
    SELECT uuid_send(gen_random_uuid()), to_timestamp($1) + interval '10 minutes', gen_random_uuid(), 'app', decode(repeat('ab', 200), 'hex')`,
    `INSERT INTO cardea.access_token (key, expires_at, grant_id, client_id, body)
    SELECT uuid_send(gen_random_uuid()), to_timestamp($1) + interval '1 hour', gen_random_uuid(), 'app', decode(repeat('ab', 200), 'hex')`,
    `INSERT INTO cardea.used_once (key, expires_at) SELECT uuid_send(gen_random_uuid()), to_timestamp($1) + interval '5 minutes'`,
    `INSERT INTO cardea.ended_session (session_id, expires_at) SELECT gen_random_uuid(), to_timestamp($1) + interval '30 minutes'`,
    `INSERT INTO cardea.device_code (key, expires_at, client_id, interval_seconds, body)
    SELECT uuid_send(gen_random_uuid()), to_timestamp($1) + interval '15 minutes', 'tv', 5, '\\x00'`,
    `INSERT INTO cardea.user_code (key, device_key, expires_at)
    SELECT uuid_send(gen_random_uuid()), '\\x00', to_timestamp($1) + interval '15 minutes'`,
    `INSERT INTO cardea.login_session (id, subject, authenticated_at, remember, expires_at)
    SELECT gen_random_uuid(), gen_random_uuid()::text, to_timestamp($1), true, to_timestamp($1) + interval '1 day'`,
    `INSERT INTO cardea.consent_grant (id, client_id, subject, session_id, scopes, audience, remember, created_at, body)
    SELECT gen_random_uuid(), 'app', gen_random_uuid()::text, gen_random_uuid(), '{openid}', '{}', false, to_timestamp($1), decode(repeat('ab', 200), 'hex')`,
    // Families that are revoked at once.
    `INSERT INTO cardea.refresh_token (key, grant_id, client_id, expires_at, revoked_at, access_key, access_expires_at, body)
    SELECT uuid_send(gen_random_uuid()), gen_random_uuid(), 'app', to_timestamp($1) + interval '30 days', to_timestamp($1), '\\x00', to_timestamp($1), decode(repeat('ab', 200), 'hex')`,
    `INSERT INTO cardea.logout_delivery (client_id, uri, session_id, subject, state, created_at, begun_at, next_at)
    SELECT 'app', 'https://app.example/out', gen_random_uuid(), 'ann', 'delivered', to_timestamp($1), to_timestamp($1), to_timestamp($1) + interval '1 day'`,
  ].map((insert) => `${insert} FROM generate_series(1, $2::int)`)
    .concat(`INSERT INTO cardea.access_token (key, expires_at, client_id, body)
    SELECT uuid_send(gen_random_uuid()), to_timestamp($1) + interval '9 days', 'long-lived', '\\x00' FROM generate_series(1, $2::int / 10)`);

const found = `INSERT INTO cardea.consent_grant (id, client_id, subject, session_id, scopes, audience, remember, created_at, body)
  SELECT gen_random_uuid(), 'app', gen_random_uuid()::text, gen_random_uuid(), '{openid}', '{}', true, to_timestamp($1), decode(repeat('ab', 200), 'hex')
    FROM generate_series(1, $2::int)`;
const firstTokens = `INSERT INTO cardea.refresh_token (key, grant_id, client_id, expires_at, access_key, access_expires_at, body)
  SELECT uuid_send(gen_random_uuid()), id, 'app', to_timestamp($1) + interval '30 days', '\\x00', to_timestamp($1), decode(repeat('ab', 200), 'hex')
    FROM cardea.consent_grant WHERE remember`;
const rotate = `WITH used AS (
    UPDATE cardea.refresh_token SET used_at = to_timestamp($1), uses = 1
      WHERE used_at IS NULL AND revoked_at IS NULL RETURNING grant_id
  )
  INSERT INTO cardea.refresh_token (key, grant_id, client_id, expires_at, access_key, access_expires_at, body)
    SELECT uuid_send(gen_random_uuid()), grant_id, 'app', to_timestamp($1) + interval '30 days', '\\x00', to_timestamp($1), decode(repeat('ab', 200), 'hex')
      FROM used`;

/** Bytes of each table with all its partitions, and of their indexes, and how many rows there are. */
const measure = `WITH roots AS (
    SELECT c.oid, c.relname, c.relkind FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = 'cardea' AND c.relkind IN ('r', 'p') AND NOT c.relispartition
  ), leaves AS (
    SELECT r.relname, t.relid FROM roots r CROSS JOIN LATERAL pg_partition_tree(r.oid) t WHERE r.relkind = 'p' AND t.isleaf
    UNION ALL SELECT relname, oid FROM roots WHERE relkind = 'r'
  )
  SELECT relname AS name, sum(pg_table_size(relid))::float8 AS table_bytes, sum(pg_indexes_size(relid))::float8 AS index_bytes,
    count(*)::int AS leaves FROM leaves GROUP BY relname ORDER BY relname`;

interface Size {
  readonly name: string;
  readonly table_bytes: number;
  readonly index_bytes: number;
  readonly leaves: number;
}

test('J10: after a month, tables and indexes are as big as after twelve days, and hold what lives', async () => {
  const { pool } = database;
  const start = Math.ceil(Date.now() / day) * day;
  const rows = async (table: string, where = 'true') =>
    Number((await pool.query(`SELECT count(*) FROM cardea.${table} WHERE ${where}`)).rows[0]?.count);
  const tables = ['refresh_token', 'consent_grant', 'login_session', 'ended_session', 'used_once', 'user_code'].concat(
    ...['logout_delivery', 'access_token_default'],
  );
  await prune(pool, start);
  await pool.query(found, [start / 1000, families]);
  await pool.query(firstTokens, [start / 1000]);

  const sizes: Size[][] = [];
  for (let at = 0; at < days; at++) {
    for (const hours of roundsOfDay) {
      const now = start + at * day + hours * hour;
      await pool.query(
        traffic
          .join(';')
          .replaceAll('$1', String(now / 1000))
          .replaceAll('$2', String(noise)),
      );
      if (hours === roundsOfDay[0]) await pool.query(rotate, [now / 1000]);
      await prune(pool, now);
      // Looks at a part of the table each time, and has 288 times a day.
      for (let again = 0; again < 6; again++) await pruneGrants(pool, now);
    }
    for (const table of tables) await pool.query(`VACUUM cardea.${table}`);
    sizes.push((await pool.query<Size>(measure)).rows);
  }

  /** ± 5 %, so a tenth from the least to the most; of the small ones, some pages of 8 kB. */
  const swings = sizes[0]!.flatMap(({ name }) =>
    (['table_bytes', 'index_bytes', 'leaves'] as const).flatMap((what) => {
      const series = sizes.slice(settled).map((of) => of.find((size) => size.name === name)?.[what] ?? 0);
      const [least, most] = [Math.min(...series), Math.max(...series)];
      const slack = what === 'leaves' ? 0 : smallPages * 8_192;
      return most - least <= Math.max(slack, ((most + least) / 2) * 0.1) ? [] : [{ name, what, series }];
    }),
  );
  expect(swings).toEqual([]);

  const last = start + (days - 1) * day + roundsOfDay.at(-1)! * hour;
  const live = `expires_at >= to_timestamp(${String(last / 1000)})`;
  expect(await rows('refresh_token', 'used_at IS NULL AND revoked_at IS NULL')).toBe(families);
  // Of yesterday's twin, and what was revoked in this very hour.
  expect(await rows('refresh_token')).toBeLessThanOrEqual(2 * families + noise);
  // The last round's, and of each round of nine days a tenth that lives so long.
  const longLived = (9 * roundsOfDay.length * noise) / 10;
  expect(await rows('access_token', live)).toBeLessThanOrEqual(noise + longLived + noise / 10);
  expect(await rows('access_token', `NOT (${live})`)).toBeLessThanOrEqual(2 * noise);
  for (const table of ['login_session', 'ended_session', 'used_once', 'user_code'])
    expect(await rows(table)).toBe(await rows(table, live));
  expect(await rows('consent_grant', 'remember')).toBe(families);
});
