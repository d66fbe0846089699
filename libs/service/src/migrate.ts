// Brings a schema up to date: plain SQL files in order, once each, under an advisory lock, forward only.
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

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
 * Runs what has not run yet, each file in a transaction of its own. Safe to start at once from many processes.
 *
 * @returns the names of the files that ran
 * @throws when a file that ran has been edited since: history is not rewritten
 */
export async function runMigrations(
  connection: MigrationConnection,
  options: { directory: string; namespace: string },
): Promise<string[]> {
  const { namespace } = options;
  const ran: string[] = [];
  await connection.query(`SELECT pg_advisory_lock(hashtext('cardea migrate'))`);
  try {
    await connection.query(
      `CREATE TABLE IF NOT EXISTS public.cardea_migration (
         namespace text, name text, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now(),
         PRIMARY KEY (namespace, name))`,
    );
    const { rows } = await connection.query('SELECT name, checksum FROM public.cardea_migration WHERE namespace = $1', [
      namespace,
    ]);
    const known = new Map(rows.map((row) => [row['name'] as string, row['checksum'] as string]));
    for (const { name, sql } of filesOf(options.directory)) {
      const before = known.get(name);
      if (before === checksum(sql)) continue;
      if (before !== undefined)
        throw new Error(`migration ${namespace}/${name} was edited after it ran; write a new one instead`);
      await connection.query('BEGIN');
      try {
        await connection.query(sql);
        await connection.query('INSERT INTO public.cardea_migration (namespace, name, checksum) VALUES ($1, $2, $3)', [
          namespace,
          name,
          checksum(sql),
        ]);
        await connection.query('COMMIT');
      } catch (error) {
        await connection.query('ROLLBACK');
        throw error;
      }
      ran.push(name);
    }
  } finally {
    await connection.query(`SELECT pg_advisory_unlock(hashtext('cardea migrate'))`);
  }
  return ran;
}
