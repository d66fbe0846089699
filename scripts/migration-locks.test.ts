// F27: no migration keeps a hot table locked for as long as the table is large. Each file runs on tables with rows in them, and what
// it holds when it is done, rewrote or read through under a lock is read out of PostgreSQL itself.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/** Tables that do not grow with what is asked of the services. All others are hot. */
const cold: readonly string[] = [
  'cardea.cache_epoch',
  'cardea.trusted_issuer',
  'cardea.audit_event',
  'cardea.signature_reconciliation',
  'cardea.signature_finding',
  'cardea_keys.key',
  'cardea_keys.json_web_key',
  'cardea_keys_audit.head',
  'cardea_keys_audit.checkpoint',
];
/** Tables without which nothing would be proven. */
const vital = ['cardea.client', 'cardea.consent_grant', 'cardea.refresh_token', 'cardea_keys_audit.signature'];

/**
 * Files that offend, from before the first release: nobody had rows in these tables when they came. A later one makes its index
 * CONCURRENTLY in a file that begins with `-- outside a transaction`, adds its constraint NOT VALID and validates it in the next
 * file, or fills a new column in batches.
 */
const acceptedBefore1: readonly string[] = [
  'token/0006_logout.sql: cardea.consent_grant: read through under ShareLock',
  'token/0009_audit.sql: cardea.client: read through under AccessExclusiveLock',
  'token/0010_incidents.sql: cardea.consent_grant: read through under AccessExclusiveLock',
  'token/0015_remembered_grants.sql: cardea.consent_grant: read through under ShareLock',
  'keys/0004_audit_attempts_and_answers.sql: cardea_keys_audit.signature: read through under AccessExclusiveLock',
  'keys/0008_audit_search.sql: cardea_keys_audit.signature: read through under ShareLock',
];

const rowsEach = 200;
let admin: pg.Client;
let connection: pg.Client;
const name = `cardea_locks_${randomBytes(6).toString('hex')}`;

beforeAll(async () => {
  const dsn = process.env['CARDEA_TEST_DSN'];
  if (dsn === undefined) throw new Error('CARDEA_TEST_DSN is not set: run these tests through `npm test`');
  admin = new pg.Client({ connectionString: dsn });
  await admin.connect();
  await admin.query(`CREATE DATABASE ${name}`);
  connection = new pg.Client({ connectionString: Object.assign(new URL(dsn), { pathname: `/${name}` }).toString() });
  await connection.connect();
});
afterAll(async () => {
  await connection.end();
  await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
  await admin.end();
});

interface Table {
  /** With its schema. */
  readonly name: string;
  /** Of all its partitions, in order: another one after a rewrite. */
  readonly files: string;
  /** How many of its rows were read in scans, counted from some moment before this transaction. */
  readonly scanned: number;
  /** The strongest lock this transaction holds on it. */
  readonly lock: string;
}

/** What this session holds and has done to the tables there are, partitions counted with their parents. */
const inspection = `
  SELECT t.name, string_agg(pg_relation_filenode(t.oid)::text, ',' ORDER BY t.oid) AS files,
         coalesce(sum(pg_stat_get_xact_tuples_returned(t.oid)), 0)::int AS scanned,
         coalesce((SELECT l.mode FROM pg_locks l JOIN leaf m ON m.oid = l.relation
                    WHERE l.pid = pg_backend_pid() AND l.granted AND m.name = t.name
                      AND l.mode IN ('AccessExclusiveLock', 'ExclusiveLock', 'ShareRowExclusiveLock', 'ShareLock')
                    ORDER BY l.mode LIMIT 1), '') AS lock
    FROM leaf t GROUP BY t.name`;
const leaves = `
  WITH RECURSIVE leaf AS (
    SELECT c.oid, n.nspname || '.' || c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname LIKE 'cardea%' AND c.relkind IN ('r', 'p') AND NOT c.relispartition
    UNION ALL
    SELECT i.inhrelid, leaf.name FROM leaf JOIN pg_inherits i ON i.inhparent = leaf.oid
  )`;

async function inspect(): Promise<Map<string, Table>> {
  const { rows } = await connection.query<Table>(`${leaves} ${inspection}`);
  return new Map(rows.map((row) => [row.name, row]));
}

/** Rows for every table that has none yet, whatever its columns are by now. */
async function populate(): Promise<void> {
  for (const table of (await inspect()).keys()) {
    const { rows } = await connection.query<{ filled: boolean }>(`SELECT EXISTS (SELECT FROM ${table}) AS filled`);
    if (rows[0]?.filled === true) continue;
    const columns = await connection.query<{ name: string; type: string }>(
      `SELECT attname AS name, format_type(atttypid, NULL) AS type FROM pg_attribute a
        WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attnotnull AND NOT atthasdef
          AND attidentity = ''`,
      [table],
    );
    const names = columns.rows.map((column) => column.name).join(', ');
    const values = columns.rows.map(({ type }) => valueOf(type)).join(', ');
    const insert = `INSERT INTO ${table} (${names}) SELECT ${values} FROM generate_series(1, ${String(rowsEach)}) AS n`;
    // One that checks its columns against each other stays empty.
    await connection.query(insert).catch((error: unknown) => {
      if (vital.includes(table)) throw error;
    });
  }
}

const valueOf = (type: string): string =>
  ({
    text: `'text ' || n`,
    // Also a protobuf message: field 15, 32 bits.
    bytea: `'\\x7d'::bytea || int4send(n)`,
    uuid: 'gen_random_uuid()',
    'timestamp with time zone': `now() + interval '1 day'`,
    boolean: 'false',
    'text[]': `'{}'`,
    jsonb: `'{}'`,
  })[type] ?? 'n';

const filesOf = (service: string) => {
  const directory = path.join(root, 'services', service, 'migrations');
  return readdirSync(directory)
    .filter((file) => file.endsWith('.sql'))
    .sort()
    .map((file) => ({ name: `${service}/${file}`, sql: readFileSync(path.join(directory, file), 'utf8') }));
};

/** Runs a migration and says which tables, of those that stood before, it locked for as long as they are large. */
async function offences(sql: string): Promise<string[]> {
  await connection.query('BEGIN');
  const before = await inspect();
  const after = await connection
    .query(sql)
    .then(inspect)
    .finally(() => connection.query('COMMIT'));
  return [...before.values()]
    .filter((table) => !cold.includes(table.name))
    .flatMap(({ name: table, files, scanned }) => {
      const now = after.get(table);
      if (now === undefined || now.lock === '') return [];
      if (now.files !== files) return [`${table}: rewritten under ${now.lock}`];
      return now.scanned - scanned >= rowsEach ? [`${table}: read through under ${now.lock}`] : [];
    });
}

test('F27: no migration holds a hot table while it rewrites it or reads it through', async () => {
  const found: string[] = [];
  for (const service of ['token', 'keys']) {
    for (const file of filesOf(service)) {
      // PostgreSQL itself lets others work while such a statement runs.
      if (file.sql.startsWith('-- outside a transaction')) await connection.query(file.sql);
      else found.push(...(await offences(file.sql)).map((offence) => `${file.name}: ${offence}`));
      await populate();
    }
  }
  expect(found).toEqual(acceptedBefore1);
  expect([...(await inspect()).keys()]).toEqual(expect.arrayContaining([...vital, ...cold]));
});

test.each([
  ['ALTER TABLE cardea.refresh_token ALTER COLUMN uses TYPE bigint', 'cardea.refresh_token: rewritten under'],
  ['ALTER TABLE cardea.refresh_token ADD COLUMN made uuid NOT NULL DEFAULT gen_random_uuid()', 'rewritten under'],
  ['CREATE INDEX ON cardea.login_session (acr)', 'cardea.login_session: read through under ShareLock'],
  ['CREATE INDEX ON cardea.access_token (issued_at)', 'cardea.access_token: read through under ShareLock'],
  ['ALTER TABLE cardea.login_session ADD CHECK (remember IS NOT NULL)', 'read through under AccessExclusiveLock'],
  ['ALTER TABLE cardea.consent_grant ALTER COLUMN revoked_at SET NOT NULL', 'consent_grant'],
])('the check refuses: %s', async (sql, words) => {
  await connection.query(`UPDATE cardea.consent_grant SET revoked_at = now()`);
  expect((await offences(sql)).join()).toContain(words);
});

test.each([
  'ALTER TABLE cardea.refresh_token ADD COLUMN later text',
  `ALTER TABLE cardea.refresh_token ADD COLUMN flag boolean NOT NULL DEFAULT false`,
  'ALTER TABLE cardea.refresh_token ADD CONSTRAINT few CHECK (uses < 1000) NOT VALID',
  'ALTER TABLE cardea.refresh_token VALIDATE CONSTRAINT few',
  'CREATE TABLE cardea.something (id uuid PRIMARY KEY)',
  'DROP INDEX cardea.login_session_subject',
])('and lets pass what takes a moment, or locks nobody out: %s', async (sql) => {
  expect(await offences(sql)).toEqual([]);
});
