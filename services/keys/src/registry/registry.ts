// The rows that say which keys there are, for both backends (docs/decisions/0020-keys-registry.md).
import { isKeySet } from '@cardea/oauth';
import type { Log } from '@cardea/service';
import type { JsonWebKey } from 'node:crypto';
import pg from 'pg';
import type { BackendKind, StoredKey } from '../backend.js';
import { cannotSign } from '../unavailable.js';

/** The little of a connection that reading takes. */
type Queryable = Pick<pg.ClientBase, 'query'>;

/** A key and the request that made it. */
export interface RegisteredKey extends StoredKey {
  readonly requestId: string | undefined;
}

/** What may be done while nobody else changes the registry. */
export interface Exclusive {
  readonly keys: readonly RegisteredKey[];
  insert(key: RegisteredKey): Promise<void>;
}

export interface Registry {
  /** Runs alone among all replicas and tools; what it inserted is there when this settles, or none of it is. */
  exclusively<T>(work: (exclusive: Exclusive) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** Longer than twenty operators creating RSA keys at once take. */
const patienceMillis = 30_000;

export function openRegistry(dsn: string, log: Log): Registry {
  const pool = new pg.Pool({
    connectionString: dsn,
    max: 2,
    connectionTimeoutMillis: patienceMillis,
    idleTimeoutMillis: 10_000,
    statement_timeout: patienceMillis,
    application_name: 'cardea-keys',
    keepAlive: true,
  });
  // Without a listener, a backend that is terminated while idle would end this process.
  pool.on('error', (error) => log.warn({ err: error.message }, 'an idle PostgreSQL connection was lost'));

  return {
    async exclusively(work) {
      const connection = await pool.connect().catch((error: unknown) => {
        throw cannotSign('the key registry cannot be reached', error);
      });
      let broken = false;
      try {
        await connection.query('BEGIN');
        await connection.query(`SELECT pg_advisory_xact_lock(hashtext('cardea keys'))`);
        const keys = await readKeys(connection);
        const result = await work({ keys, insert: (key) => insert(connection, key) });
        await connection.query('COMMIT');
        return result;
      } catch (error) {
        await connection.query('ROLLBACK').catch(() => {
          broken = true;
        });
        throw error;
      } finally {
        connection.release(broken);
      }
    },
    close: () => pool.end(),
  };
}

interface Row {
  readonly kid: string;
  readonly key_set: string;
  readonly algorithm: string;
  readonly backend: BackendKind;
  readonly public_jwk: string;
  readonly sealed: Buffer | null;
  readonly request_id: string | null;
  readonly created_at: Date;
  readonly activates_at: Date;
  readonly retired_at: Date | null;
  readonly destroyed_at: Date | null;
}

/** All keys, destroyed ones too. Sets this release does not know are left to the release that made them. */
export async function readKeys(connection: Queryable): Promise<RegisteredKey[]> {
  const { rows } = await connection.query<Row>(
    `SELECT kid, key_set, algorithm, backend, public_jwk, sealed, request_id,
            created_at, activates_at, retired_at, destroyed_at
       FROM cardea_keys.key ORDER BY created_at, kid`,
  );
  return rows.flatMap((row) => {
    if (!isKeySet(row.key_set)) return [];
    return {
      keySet: row.key_set,
      kid: row.kid,
      algorithm: row.algorithm,
      backend: row.backend,
      jwk: JSON.parse(row.public_jwk) as JsonWebKey,
      sealed: row.sealed ?? undefined,
      requestId: row.request_id ?? undefined,
      createdAt: row.created_at.getTime(),
      activatesAt: row.activates_at.getTime(),
      retiredAt: row.retired_at?.getTime(),
      destroyedAt: row.destroyed_at?.getTime(),
    };
  });
}

async function insert(connection: Queryable, key: RegisteredKey): Promise<void> {
  await connection.query(
    `INSERT INTO cardea_keys.key
       (kid, key_set, algorithm, backend, public_jwk, sealed, request_id, created_at, activates_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      key.kid,
      key.keySet,
      key.algorithm,
      key.backend,
      JSON.stringify(key.jwk),
      key.sealed ?? null,
      key.requestId ?? null,
      new Date(key.createdAt),
      new Date(key.activatesAt),
    ],
  );
}

/** What a failure to read or write means, in words for an operator. */
export function registryFailure(error: unknown): string {
  const { code, message } = error as { code?: unknown; message: string };
  // 42P01, 3F000: no such table, no such schema.
  return code === '42P01' || code === '3F000' ? 'its tables are missing: run `cardea migrate up`' : message;
}
