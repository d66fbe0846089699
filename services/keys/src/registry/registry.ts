// The rows that say which keys there are, for both backends (docs/decisions/0020-keys-registry.md).
import { isKeySet } from '@cardea/oauth';
import type { JsonWebKey } from 'node:crypto';
import type pg from 'pg';
import type { BackendKind, StoredKey } from '../backend.js';
import { cannotSign } from '../unavailable.js';
import type { Queryable } from './connection.js';
import { alone } from './connection.js';
import type { MadeChange } from './key-changes.js';
import { addKeyChange } from './key-changes.js';

/** A key and the request that made it. */
export interface RegisteredKey extends StoredKey {
  readonly requestId: string | undefined;
}

/** What can change in a key's life. Instants are milliseconds since the epoch. */
export interface KeyChange {
  readonly activatesAt?: number;
  readonly retiredAt?: number;
  /** Its sealed private half is forgotten with it. */
  readonly destroyedAt?: number;
  /** The private half, sealed anew. */
  readonly sealed?: Buffer;
}

/** What may be done while nobody else changes the registry. */
export interface Exclusive {
  readonly keys: readonly RegisteredKey[];
  insert(key: RegisteredKey): Promise<void>;
  change(kid: string, change: KeyChange): Promise<void>;
  /** Writes down who asked for a change, with the change. */
  note(made: MadeChange): Promise<void>;
}

export interface Registry {
  /**
   * The keys there are, whoever changes them meanwhile: a key that an HSM takes its time to make holds up nobody who only looks.
   *
   * @throws {OAuthError} temporarily_unavailable when PostgreSQL cannot be reached
   */
  keys(): Promise<readonly RegisteredKey[]>;
  /** Runs alone among all replicas and tools; what it changed is changed when this settles, or none of it is. */
  exclusively<T>(work: (exclusive: Exclusive) => Promise<T>): Promise<T>;
}

export function openRegistry(pool: pg.Pool): Registry {
  return {
    keys: () =>
      readKeys(pool).catch((error: unknown) => {
        throw cannotSign('the key registry cannot be reached', error);
      }),
    exclusively: (work) =>
      alone(pool, async (connection) =>
        work({
          keys: await readKeys(connection),
          insert: (key) => insert(connection, key),
          change: (kid, to) => change(connection, kid, to),
          note: (made) => addKeyChange(connection, made),
        }),
      ),
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

async function change(connection: Queryable, kid: string, to: KeyChange): Promise<void> {
  const instant = (millis: number | undefined) => (millis === undefined ? null : new Date(millis));
  await connection.query(
    `UPDATE cardea_keys.key
        SET activates_at = coalesce($2, activates_at), retired_at = coalesce($3, retired_at),
            destroyed_at = coalesce($4, destroyed_at), sealed = CASE WHEN $4 IS NULL THEN coalesce($5, sealed) END
      WHERE kid = $1`,
    [kid, instant(to.activatesAt), instant(to.retiredAt), instant(to.destroyedAt), to.sealed ?? null],
  );
}

/** What a failure to read or write means, in words for an operator. */
export function registryFailure(error: unknown): string {
  const { code, message } = error as { code?: unknown; message: string };
  // 42P01, 42704, 3F000: no such table, no such type, no such schema.
  return code === '42P01' || code === '42704' || code === '3F000'
    ? 'its tables are missing: run `cardea migrate up`'
    : message;
}
