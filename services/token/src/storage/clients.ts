// Client rows: metadata as a protobuf message, secrets as hashes (migration 0001).
import { clientV1 } from '@cardea/rpc';
import type { Database } from './database.js';
import { storageFailure } from './database.js';
import { createGroupCommit } from './group-commit.js';
import { inOrder } from './ordered.js';

export interface StoredClient {
  readonly client: clientV1.Client;
  /** The current one first. */
  readonly secretHashes: readonly string[];
  readonly version: number;
}

/** A client to be stored; its instants come from the database. */
export interface NewClient {
  readonly client: clientV1.Client;
  readonly secretHashes: readonly string[];
  readonly registrationKey: Buffer;
}

export interface Clients {
  find(id: string): Promise<StoredClient | undefined>;
  /** Undefined when the id is taken. */
  insert(row: NewClient): Promise<StoredClient | undefined>;
  /** In the order of ids, beginning behind `after`; empty filters mean all. */
  list(options: { after: string; limit: number; name: string; owner: string }): Promise<clientV1.Client[]>;
  /**
   * Replaces the metadata, and the secrets unless `secretHashes` is undefined.
   *
   * @param options.ifVersion 0 replaces in any case
   */
  replace(
    client: clientV1.Client,
    options: { secretHashes: readonly string[] | undefined; ifVersion: number },
  ): Promise<StoredClient | 'missing' | 'changed'>;
  /** Puts a secret before the present ones, of which the newest few stay. Undefined when there is no such client. */
  rotateSecret(id: string, secretHash: string): Promise<StoredClient | undefined>;
  /** Keeps the newest secret only. Undefined when there is no such client. */
  dropRotatedSecrets(id: string): Promise<StoredClient | undefined>;
  /** False when there was none. */
  remove(id: string): Promise<boolean>;
  /** The client if the key is that of its registration access token. */
  findRegistration(id: string, key: Buffer): Promise<StoredClient | undefined>;
  /** Replaces metadata and key together. Undefined when the present key is another (by now). */
  replaceRegistration(
    client: clientV1.Client,
    keys: { key: Buffer; nextKey: Buffer },
  ): Promise<StoredClient | undefined>;
  /** False when the key is another (by now). */
  removeRegistration(id: string, key: Buffer): Promise<boolean>;
}

/** Secrets that stay good beside the newest one (Hydra's number). */
const mostRotated = 5;

const columns = 'id, metadata, secret_hashes, version, created_at, updated_at';

function read(row: Record<string, unknown>): StoredClient {
  return {
    client: {
      ...clientV1.Client.decode(row['metadata'] as Buffer),
      clientId: row['id'] as string,
      createdAt: new Date(row['created_at'] as number),
      updatedAt: new Date(row['updated_at'] as number),
    },
    secretHashes: row['secret_hashes'] as string[],
    version: row['version'] as number,
  };
}

/** What stands in columns of its own is not in the message too. */
function encode(client: clientV1.Client): Buffer {
  return Buffer.from(
    clientV1.Client.encode({ ...client, clientId: '', createdAt: undefined, updatedAt: undefined }).finish(),
  );
}

export function createClients(database: Database): Clients {
  const find = createGroupCommit<string, StoredClient | undefined>(database, {
    name: 'client_find',
    text: `SELECT i.ord, c.* FROM unnest($1::text[]) WITH ORDINALITY AS i(wanted, ord)
      JOIN (SELECT ${columns} FROM cardea.client) c ON c.id = i.wanted`,
    values: (ids) => [ids],
    results: (returned, ids) => inOrder(returned, ids.length, read),
  });
  const rows = async (text: string, values: unknown[]): Promise<Record<string, unknown>[]> => {
    try {
      return (await database.query<Record<string, unknown>>(text, values)).rows;
    } catch (error) {
      throw storageFailure(error);
    }
  };
  return {
    find,
    async insert({ client, secretHashes, registrationKey }) {
      const [row] = await rows(
        `INSERT INTO cardea.client (id, name, owner, metadata, secret_hashes, registration_key, allowed_origins, created_at)
          VALUES ($1, $2, $3, $4, $5, $6, $7, date_trunc('second', now())) ON CONFLICT (id) DO NOTHING RETURNING ${columns}`,
        [
          client.clientId,
          client.clientName,
          client.owner,
          encode(client),
          secretHashes,
          registrationKey,
          client.allowedCorsOrigins,
        ],
      );
      return row && read(row);
    },
    async list({ after, limit, name, owner }) {
      const found = await rows(
        `SELECT ${columns} FROM cardea.client
          WHERE id > $1 AND ($2 = '' OR name = $2) AND ($3 = '' OR owner = $3) ORDER BY id LIMIT $4`,
        [after, name, owner, limit],
      );
      return found.map((row) => read(row).client);
    },
    async replace(client, { secretHashes, ifVersion }) {
      const [row] = await rows(
        `UPDATE cardea.client SET name = $2, owner = $3, metadata = $4, secret_hashes = coalesce($5, secret_hashes),
            allowed_origins = $7, version = version + 1, updated_at = now()
          WHERE id = $1 AND ($6 = 0 OR version = $6) RETURNING ${columns}`,
        [
          client.clientId,
          client.clientName,
          client.owner,
          encode(client),
          secretHashes ?? null,
          ifVersion,
          client.allowedCorsOrigins,
        ],
      );
      if (row !== undefined) return read(row);
      return (await find(client.clientId)) === undefined ? 'missing' : 'changed';
    },
    async rotateSecret(id, secretHash) {
      const [row] = await rows(
        `UPDATE cardea.client SET secret_hashes = (array_prepend($2, secret_hashes))[:${String(mostRotated + 1)}],
            version = version + 1, updated_at = now() WHERE id = $1 RETURNING ${columns}`,
        [id, secretHash],
      );
      return row && read(row);
    },
    async dropRotatedSecrets(id) {
      const [row] = await rows(
        `UPDATE cardea.client SET secret_hashes = secret_hashes[:1], version = version + 1, updated_at = now()
          WHERE id = $1 RETURNING ${columns}`,
        [id],
      );
      return row && read(row);
    },
    async remove(id) {
      return (await rows('DELETE FROM cardea.client WHERE id = $1 RETURNING id', [id])).length === 1;
    },
    async findRegistration(id, key) {
      const [row] = await rows(`SELECT ${columns} FROM cardea.client WHERE id = $1 AND registration_key = $2`, [
        id,
        key,
      ]);
      return row && read(row);
    },
    async replaceRegistration(client, { key, nextKey }) {
      const [row] = await rows(
        `UPDATE cardea.client SET name = $2, owner = $3, metadata = $4, registration_key = $6,
            allowed_origins = $7, version = version + 1, updated_at = now()
          WHERE id = $1 AND registration_key = $5 RETURNING ${columns}`,
        [client.clientId, client.clientName, client.owner, encode(client), key, nextKey, client.allowedCorsOrigins],
      );
      return row && read(row);
    },
    async removeRegistration(id, key) {
      const removed = await rows('DELETE FROM cardea.client WHERE id = $1 AND registration_key = $2 RETURNING id', [
        id,
        key,
      ]);
      return removed.length === 1;
    },
  };
}
