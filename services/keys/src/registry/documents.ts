// The rows of keys that are documents: sets of any name, what is secret in them sealed (hydra-wire §2.8).
import type { Pool } from 'pg';
import type { Envelope } from '../sealed/envelope.js';
import type { Jwk, KeyDocument } from '../json-web-key/document.js';
import { cannotSign } from '../unavailable.js';
import type { Queryable } from './connection.js';
import { alone } from './connection.js';

/** A document as it was stored; the secret part is opened when it is asked for. */
export interface StoredDocument {
  readonly kid: string;
  readonly published: Jwk | undefined;
  /** @throws {Error} in words for an operator */
  readonly whole: () => Jwk;
}

export interface Documents {
  /** Newest first. */
  read(keySet: string): Promise<StoredDocument[]>;
  /** @returns false when the id is taken in that set */
  insert(keySet: string, document: KeyDocument): Promise<boolean>;
  /** Replaces the key of that id, or adds it. */
  put(keySet: string, document: KeyDocument): Promise<void>;
  /** All of them or none; the first is the newest. */
  replace(keySet: string, documents: readonly KeyDocument[]): Promise<void>;
  remove(keySet: string, kid: string | undefined): Promise<void>;
}

interface Row {
  readonly kid: string;
  readonly public_jwk: string | null;
  readonly sealed: Buffer | null;
}

/** What a sealed document belongs to. */
const documentContext = (keySet: string, kid: string): string => ['cardea_keys.json_web_key', keySet, kid].join('\0');

/** @param options.now milliseconds since the epoch */
export function createDocuments(options: { pool: Pool; envelope: Envelope; now: () => number }): Documents {
  const { pool, envelope, now } = options;

  const add = async (connection: Queryable, keySet: string, document: KeyDocument): Promise<boolean> => {
    const { kid, whole, published, secret } = document;
    const sealed = secret ? envelope.seal(documentContext(keySet, kid), Buffer.from(JSON.stringify(whole))) : null;
    const { rowCount } = await connection.query(
      `INSERT INTO cardea_keys.json_web_key (key_set, kid, public_jwk, sealed, created_at)
       VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
      [keySet, kid, published === undefined ? null : JSON.stringify(published), sealed, new Date(now())],
    );
    return rowCount === 1;
  };
  const drop = (connection: Queryable, keySet: string, kid: string | undefined) =>
    connection.query('DELETE FROM cardea_keys.json_web_key WHERE key_set = $1 AND ($2::text IS NULL OR kid = $2)', [
      keySet,
      kid ?? null,
    ]);
  const known = <T>(answer: Promise<T>): Promise<T> =>
    answer.catch((error: unknown) => {
      throw cannotSign('the key registry cannot be reached', error);
    });

  return {
    async read(keySet) {
      const { rows } = await known(
        pool.query<Row>(
          'SELECT kid, public_jwk, sealed FROM cardea_keys.json_web_key WHERE key_set = $1 ORDER BY sequence DESC',
          [keySet],
        ),
      );
      return rows.map(({ kid, public_jwk: text, sealed }) => {
        const published = text === null ? undefined : (JSON.parse(text) as Jwk);
        const opened = (bytes: Buffer) =>
          JSON.parse(envelope.open(documentContext(keySet, kid), bytes).toString('utf8')) as Jwk;
        return { kid, published, whole: () => (sealed === null ? (published ?? {}) : opened(sealed)) };
      });
    },
    insert: (keySet, document) => known(add(pool, keySet, document)),
    put: (keySet, document) =>
      alone(pool, async (connection) => {
        await drop(connection, keySet, document.kid);
        await add(connection, keySet, document);
      }),
    replace: (keySet, documents) =>
      alone(pool, async (connection) => {
        await drop(connection, keySet, undefined);
        for (const document of [...documents].reverse()) await add(connection, keySet, document);
      }),
    async remove(keySet, kid) {
      await known(drop(pool, keySet, kid));
    },
  };
}

/**
 * Everything that is sealed, by what it belongs to; changes it one by one.
 *
 * @param counted told first how many there are
 */
export async function resealDocuments(
  connection: Queryable,
  counted: (all: number) => void,
  reseal: (context: string, sealed: Buffer) => Buffer | undefined,
): Promise<void> {
  const { rows } = await connection.query<{ key_set: string; kid: string; sealed: Buffer }>(
    'SELECT key_set, kid, sealed FROM cardea_keys.json_web_key WHERE sealed IS NOT NULL ORDER BY sequence',
  );
  counted(rows.length);
  for (const { key_set: keySet, kid, sealed } of rows) {
    const fresh = reseal(documentContext(keySet, kid), sealed);
    if (fresh === undefined) continue;
    await connection.query('UPDATE cardea_keys.json_web_key SET sealed = $3 WHERE key_set = $1 AND kid = $2', [
      ...[keySet, kid, fresh],
    ]);
  }
}

/** A published document of a set that is broadcast. */
export interface BroadcastKey {
  readonly keySet: string;
  readonly kid: string;
  readonly jwk: Jwk;
}

/** What these sets have to publish, newest first within their set; sets in the order given. */
export async function readBroadcast(connection: Queryable, keySets: readonly string[]): Promise<BroadcastKey[]> {
  if (keySets.length === 0) return [];
  const { rows } = await connection.query<{ key_set: string; kid: string; public_jwk: string }>(
    `SELECT key_set, kid, public_jwk FROM cardea_keys.json_web_key
      WHERE key_set = ANY ($1) AND public_jwk IS NOT NULL
      ORDER BY array_position($1, key_set), sequence DESC`,
    [keySets],
  );
  return rows.map(({ key_set: keySet, kid, public_jwk: text }) => ({ keySet, kid, jwk: JSON.parse(text) as Jwk }));
}
