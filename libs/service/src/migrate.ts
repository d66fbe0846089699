// Brings a schema up to date: plain SQL files in order, once each, under an advisory lock, forward only.
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { sqlState } from './postgres/failures.js';

/** The little of a database connection that migrations need; one connection, not a pool. */
export interface MigrationConnection {
  query(text: string, values?: unknown[]): Promise<{ rows: Record<string, unknown>[] }>;
}

/** A migration and whether it has run. */
export interface MigrationStatus {
  readonly name: string;
  readonly applied: boolean;
}

const checksum = (sql: string) => createHash('sha256').update(sql).digest('hex');

function filesOf(directory: string): { name: string; sql: string }[] {
  return readdirSync(directory)
    .filter((name) => /^\d{4}_\w+\.sql$/.test(name))
    .sort()
    .map((name) => ({ name, sql: readFileSync(path.join(directory, name), 'utf8') }));
}

/** What has run and what has not. Changes nothing, and answers before the first migration too. */
export async function migrationStatus(
  connection: MigrationConnection,
  options: { directory: string; namespace: string },
): Promise<MigrationStatus[]> {
  const exists = await connection.query(`SELECT to_regclass('public.cardea_migration') IS NOT NULL AS found`);
  const applied = new Set<unknown>();
  if (exists.rows[0]?.['found'] === true) {
    const { rows } = await connection.query('SELECT name FROM public.cardea_migration WHERE namespace = $1', [
      options.namespace,
    ]);
    for (const row of rows) applied.add(row['name']);
  }
  return filesOf(options.directory).map(({ name }) => ({ name, applied: applied.has(name) }));
}

/**
 * How long each attempt waits for each lock: whoever comes after it in the queue for a table waits as long, and those of its tables that
 * it has got already are out of everybody's reach meanwhile: with a second, a file that alters six hot tables kept them for two under load.
 */
const lockMillis = 150;
/** Between two attempts, so that those who queued up get through. */
const breathMillis = 1_500;
const attempts = 120;
/** A file that says so in its first line is one statement that PostgreSQL wants alone, such as CREATE INDEX CONCURRENTLY. */
const alone = /^-- outside a transaction\b/;
/** Somebody held the lock, or the other one of a deadlock was chosen to live; nothing was done then. */
const passing = ['55P03', '40P01'];

/**
 * Runs what has not run yet, each file in a transaction of its own. Safe to start at once from many processes, also through a
 * pooler. A table that is in use is asked for again and again, never waited for: services go on meanwhile.
 *
 * @param options.wait between two attempts; milliseconds
 * @returns the names of the files that ran
 * @throws when a file that ran has been edited since: history is not rewritten
 */
export async function runMigrations(
  connection: MigrationConnection,
  options: { directory: string; namespace: string; wait?: (millis: number) => Promise<unknown> },
): Promise<string[]> {
  const { namespace, wait = sleep } = options;
  const ran: string[] = [];
  await transaction(connection, async () => {
    await connection.query(
      `CREATE TABLE IF NOT EXISTS public.cardea_migration (
         namespace text, name text, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now(),
         PRIMARY KEY (namespace, name))`,
    );
  });
  for (const file of filesOf(options.directory)) {
    for (let attempt = 1; ; attempt++) {
      try {
        if (await runFile(connection, namespace, file)) ran.push(file.name);
        break;
      } catch (error) {
        if (!passing.includes(sqlState(error) ?? '')) throw error;
        if (attempt === attempts) throw new Error(`migration ${namespace}/${file.name} gets no lock`, { cause: error });
        await wait(breathMillis);
      }
    }
  }
  return ran;
}

/** @returns false when it has run before */
async function runFile(
  connection: MigrationConnection,
  namespace: string,
  { name, sql }: { name: string; sql: string },
): Promise<boolean> {
  const isNew = async (): Promise<boolean> => {
    const { rows } = await connection.query(
      'SELECT checksum FROM public.cardea_migration WHERE namespace = $1 AND name = $2',
      [namespace, name],
    );
    const before = rows[0]?.['checksum'];
    if (before === undefined || before === checksum(sql)) return before === undefined;
    throw new Error(`migration ${namespace}/${name} was edited after it ran; write a new one instead`);
  };
  const note = () =>
    connection.query(
      'INSERT INTO public.cardea_migration (namespace, name, checksum) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
      [namespace, name, checksum(sql)],
    );
  if (!(await isNew())) return false;
  if (alone.test(sql)) {
    await connection.query(sql);
    await note();
    return true;
  }
  return transaction(connection, async () => {
    // Another process may have been faster.
    if (!(await isNew())) return false;
    await connection.query(`SET LOCAL lock_timeout = ${String(lockMillis)}`);
    await connection.query(sql);
    await note();
    return true;
  });
}

/** Alone among all migrators; whatever fails leaves nothing. */
async function transaction<T>(connection: MigrationConnection, work: () => Promise<T>): Promise<T> {
  await connection.query('BEGIN');
  try {
    // What services are held to is not meant for whoever fills a column; but a migrator that hangs lets go.
    await connection.query(`SET LOCAL statement_timeout = '30min'`);
    await connection.query(`SET LOCAL idle_in_transaction_session_timeout = '1min'`);
    await connection.query(`SELECT pg_advisory_xact_lock(hashtext('cardea migrate'))`);
    const result = await work();
    await connection.query('COMMIT');
    return result;
  } catch (error) {
    await connection.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}
