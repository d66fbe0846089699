// Opens the PostgreSQL pool and says in one place what its failures mean (ARCHITECTURE §2 law 10: unknown is 503).
import { OAuthError } from '@cardea/oauth';
import type { Log } from '@cardea/service';
import pg from 'pg';

export type Database = pg.Pool;
export type Connection = pg.PoolClient;

// timestamptz as milliseconds since the epoch, bigint as number: what the rules count in.
const types = {
  getTypeParser(oid: Parameters<typeof pg.types.getTypeParser>[0], format?: 'text' | 'binary'): unknown {
    if (format === 'binary') return pg.types.getTypeParser(oid, 'binary');
    if (oid === pg.types.builtins.TIMESTAMPTZ)
      return (text: string) => (text === 'infinity' ? Infinity : Date.parse(text));
    if (oid === pg.types.builtins.INT8) return Number;
    return pg.types.getTypeParser(oid, 'text');
  },
};

/** Opens a pool that outlives restarts of PostgreSQL. */
export function openDatabase(dsn: string, log: Log, options: { max?: number; name?: string } = {}): Database {
  const pool = new pg.Pool({
    connectionString: dsn,
    max: options.max ?? 8,
    connectionTimeoutMillis: 2_000,
    idleTimeoutMillis: 60_000,
    statement_timeout: 5_000,
    idle_in_transaction_session_timeout: 10_000,
    keepAlive: true,
    application_name: options.name ?? 'cardea-token',
    types,
  });
  // Without a listener, a backend that is terminated while idle would end this process.
  pool.on('error', (error) => log.warn({ err: error.message }, 'an idle PostgreSQL connection was lost'));
  return pool;
}

/** SQLSTATE of a PostgreSQL error, or undefined for failures of the connection itself. */
export function sqlState(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
}

/** Turns a storage failure into the answer it deserves: the outcome is unknown, so come back later. */
export function storageFailure(error: unknown): OAuthError {
  if (error instanceof OAuthError) return error;
  return new OAuthError('temporarily_unavailable', 'The database did not answer.', { cause: error });
}

/** Runs `work` in a transaction; any failure rolls back. */
export async function transaction<T>(database: Database, work: (connection: Connection) => Promise<T>): Promise<T> {
  const connection = await database.connect().catch((error: unknown) => {
    throw storageFailure(error);
  });
  let broken = false;
  try {
    await connection.query('BEGIN');
    const result = await work(connection);
    await connection.query('COMMIT');
    return result;
  } catch (error) {
    await connection.query('ROLLBACK').catch(() => {
      broken = true;
    });
    throw storageFailure(error);
  } finally {
    connection.release(broken);
  }
}
