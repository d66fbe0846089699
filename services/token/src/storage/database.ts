// Opens the PostgreSQL pool and says in one place what its failures mean (ARCHITECTURE §2 law 10: unknown is 503).
import { OAuthError } from '@cardea/oauth';
import type { Host, Log, Pooler } from '@cardea/service';
import { reachPostgres, sqlState, tracePool } from '@cardea/service';
import pg from 'pg';
import type { StorageObserver } from './observe-storage.js';
import { observeStorage } from './observe-storage.js';

export { sqlState };

/** A pool; one that is looked at says so to whoever sends many rows at once through it. */
export type Database = pg.Pool & { readonly observed?: StorageObserver };
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

// Rows are found by their keys here, through indexes, whatever statistics say of a partition that was empty a minute ago. So a
// plan is made once a connection; PostgreSQL would rather plan each execution anew for the partitions it needs, which costs more
// than it saves: 292 µs a lookup of a flow against 79.
const lookupPlans = '-c plan_cache_mode=force_generic_plan -c jit=off'.concat(
  ...['seqscan', 'hashjoin', 'mergejoin'].map((way) => ` -c enable_${way}=off`),
);

const statementMillis = 5_000;
/** Who waits for a lock hears that it did nothing, while whoever asked still listens; and nobody queues behind it any longer. */
const lockMillis = 3_000;

/**
 * Opens a pool that outlives restarts of PostgreSQL and follows its primary to another server.
 *
 * @param dsn may name several servers
 * @param options.pooler with `transaction` a connection is never given settings of its own: the role must have them
 *   (docs/scaling.md)
 * @param options.host whose metrics and traces show what is asked
 * @param options.sweeps for statements over whole tables: PostgreSQL plans them as it likes
 */
export function openDatabase(
  dsn: string,
  log: Log,
  options: {
    max?: number;
    name?: string;
    sweeps?: boolean;
    pooler?: Pooler;
    host?: Pick<Host, 'metrics' | 'tracing'>;
  } = {},
): Database {
  const { sweeps = false, pooler = 'none', host } = options;
  const reach = reachPostgres(pg.Client, dsn, pooler);
  const ownSettings = {
    statement_timeout: statementMillis,
    lock_timeout: lockMillis,
    idle_in_transaction_session_timeout: 2 * statementMillis,
    ...(sweeps ? {} : { options: lookupPlans }),
  };
  const pool = new pg.Pool({
    connectionString: reach.connectionString,
    Client: reach.Client,
    max: options.max ?? 8,
    connectionTimeoutMillis: 2_000,
    idleTimeoutMillis: 30_000,
    // A server that is cut off says nothing, not even that a statement took too long.
    query_timeout: statementMillis + 1_000,
    keepAlive: true,
    ...(pooler === 'transaction' ? {} : ownSettings),
    application_name: options.name ?? 'cardea-token',
    types,
  });
  // Without a listener, a backend that is terminated while idle would end this process.
  pool.on('error', (error) => log.warn({ err: error.message }, 'an idle PostgreSQL connection was lost'));
  reach.watch(pool);
  if (host === undefined) return pool;
  tracePool(pool, host.tracing);
  return Object.assign(pool, { observed: observeStorage(host.metrics, host.tracing) });
}

/** Turns a storage failure into the answer it deserves: the outcome is unknown, so come back later. */
export function storageFailure(error: unknown): OAuthError {
  if (error instanceof OAuthError) return error;
  return new OAuthError('temporarily_unavailable', 'The database did not answer.', { cause: error });
}

/** What is behind an answer of {@link storageFailure}, or the failure itself. */
export const causeOf = (error: unknown): unknown => (error instanceof OAuthError ? error.cause : error);

/** Whether somebody decided: a rule of ours, or PostgreSQL by an error of its own. */
function isVerdict(error: unknown): boolean {
  const cause = causeOf(error);
  return cause === undefined || sqlState(cause) !== undefined;
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
    // A connection that failed is not asked for anything more; PostgreSQL rolls back when it ends.
    broken = !isVerdict(error);
    if (!broken) {
      await connection.query('ROLLBACK').catch(() => {
        broken = true;
      });
    }
    throw storageFailure(error);
  } finally {
    connection.release(broken);
  }
}
