// Connections to the registry's database, and work that is done alone on one of them.
import type { Log, Pooler, Tracing } from '@cardea/service';
import { isPassing, noTracing, reachPostgres, saidNothing, tracePool } from '@cardea/service';
import pg from 'pg';
import { cannotSign } from '../unavailable.js';

/** The little of a connection that statements take. */
export type Queryable = Pick<pg.ClientBase, 'query'>;

/** Longer than twenty operators creating RSA keys at once take. */
const patienceMillis = 30_000;
/** A key that an HSM takes its time to make is waited for; somebody who never lets go is not. */
const lockMillis = 20_000;

/** @param pooler with `transaction` a connection is never given settings of its own */
export function openPool(dsn: string, log: Log, pooler: Pooler = 'none', tracing: Tracing = noTracing): pg.Pool {
  const reach = reachPostgres(pg.Client, dsn, pooler);
  const pool = new pg.Pool({
    connectionString: reach.connectionString,
    Client: reach.Client,
    max: 2,
    connectionTimeoutMillis: patienceMillis,
    idleTimeoutMillis: 10_000,
    // A server that is cut off says nothing, not even that a statement took too long.
    query_timeout: patienceMillis + 1_000,
    ...(pooler === 'none' && {
      statement_timeout: patienceMillis,
      lock_timeout: lockMillis,
      // Between its statements a key may be made.
      idle_in_transaction_session_timeout: 4 * patienceMillis,
    }),
    application_name: 'cardea-keys',
    keepAlive: true,
  });
  // Without a listener, a backend that is terminated while idle would end this process.
  pool.on('error', (error) => log.warn({ err: error.message }, 'an idle PostgreSQL connection was lost'));
  reach.watch(pool);
  tracePool(pool, tracing);
  return pool;
}

/**
 * Runs in a transaction that nobody else of this registry overlaps, on any machine.
 *
 * @throws {OAuthError} temporarily_unavailable when PostgreSQL cannot be reached, others take too long, or nobody knows whether it is done;
 *   what the work throws
 */
export async function alone<T>(pool: pg.Pool, work: (connection: Queryable) => Promise<T>): Promise<T> {
  const connection = await pool.connect().catch((error: unknown) => {
    throw cannotSign('the key registry cannot be reached', error);
  });
  return inTransaction(connection, async () => {
    await connection.query(`SELECT pg_advisory_xact_lock(hashtext('cardea keys'))`);
    return work(connection);
  }).catch((error: unknown) => {
    throw isPassing(error) ? cannotSign('the key registry is busy or was lost', error) : error;
  });
}

/** Runs in a transaction on this connection, which goes back to its pool then; one that cannot even roll back is not kept. */
export async function inTransaction<T>(connection: pg.PoolClient, work: () => Promise<T>): Promise<T> {
  let broken = false;
  try {
    await connection.query('BEGIN');
    const result = await work();
    await connection.query('COMMIT');
    return result;
  } catch (error) {
    // A connection that was lost or says nothing is not asked for anything more.
    broken = saidNothing(error);
    if (!broken) {
      await connection.query('ROLLBACK').catch(() => {
        broken = true;
      });
    }
    throw error;
  } finally {
    connection.release(broken);
  }
}
