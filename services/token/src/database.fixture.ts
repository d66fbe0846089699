// A database for a test suite of its own: real PostgreSQL, all migrations, dropped in the end.
import type { Log } from '@cardea/service';
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import pg from 'pg';
import { openDatabase } from './storage/database.js';

export const quietLog: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

export function needed(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set: run these tests through \`npm test\``);
  return value;
}

export interface TestDatabase {
  readonly dsn: string;
  /** The same through a pooler in transaction mode. */
  readonly pooledDsn: string;
  readonly pool: pg.Pool;
  drop(): Promise<void>;
}

/**
 * @param options.pooled `pool` goes through the pooler; CARDEA_TEST_POOLED=1 has it so everywhere
 */
export async function createTestDatabase(
  max = 8,
  { pooled = process.env['CARDEA_TEST_POOLED'] === '1' } = {},
): Promise<TestDatabase> {
  const name = `cardea_token_${randomBytes(6).toString('hex')}`;
  const admin = new pg.Client({ connectionString: needed('CARDEA_TEST_DSN') });
  await admin.connect();
  await admin.query(`CREATE DATABASE ${name}`);
  const own = (base: string): string => Object.assign(new URL(base), { pathname: `/${name}` }).toString();
  const dsn = own(needed('CARDEA_TEST_DSN'));
  const pooledDsn = own(process.env['CARDEA_TEST_POOLED_DSN'] ?? dsn);
  await migrate(dsn);
  const pool = pooled
    ? openDatabase(pooledDsn, quietLog, { max, pooler: 'transaction' })
    : openDatabase(dsn, quietLog, { max });
  return {
    dsn,
    pooledDsn,
    pool,
    async drop() {
      await pool.end();
      await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
      await admin.end();
    },
  };
}

/** Over a connection that has all the time it needs, unlike those of the service. */
async function migrate(connectionString: string): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  const migrations = new URL('../migrations/', import.meta.url);
  for (const file of readdirSync(migrations).sort()) {
    if (file.endsWith('.sql')) await client.query(readFileSync(new URL(file, migrations), 'utf8'));
  }
  await client.end();
}
