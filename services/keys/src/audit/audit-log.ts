// Writes a row for each signature before it leaves, those that arrive together in one commit; what cannot be written is withheld
// (security §2.3 rule 6, ARCHITECTURE §9.4).
import { OAuthError } from '@cardea/oauth';
import type { Log } from '@cardea/service';
import pg from 'pg';
import { registryFailure } from '../registry/registry.js';
import { busy, cannotSign } from '../unavailable.js';
import type { AuditEntry, ChainHead } from './chain.js';
import { chained } from './chain.js';
import { appendRows, readHead } from './rows.js';

export interface AuditLog {
  /**
   * Settles when the row is durable.
   *
   * @throws {OAuthError} temporarily_unavailable when it may not be there; conflict when the request id has a signature already
   */
  append(entry: AuditEntry): Promise<void>;
  /** A probe that fails with words for an operator. */
  reachable(): Promise<void>;
  close(): Promise<void>;
}

interface Waiting {
  readonly entry: AuditEntry;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

const patienceMillis = 2_000;
const mostTogether = 512;
const mostWaiting = 8_192;

export function openAuditLog(dsn: string, log: Log): AuditLog {
  // One writer: the chain has one end.
  const pool = new pg.Pool({
    connectionString: dsn,
    max: 1,
    connectionTimeoutMillis: patienceMillis,
    query_timeout: patienceMillis,
    application_name: 'cardea-keys-audit',
    keepAlive: true,
  });
  pool.on('error', (error) => log.warn({ err: error.message }, 'the connection of the audit log was lost'));
  let waiting: Waiting[] = [];
  let writing: Promise<void> | undefined;
  /** Where the chain ends, as far as this process knows. */
  let head: ChainHead | undefined;
  let away = false;

  /** Alone at the end of the chain: other replicas wait. */
  const writeLocked = async (entries: readonly AuditEntry[]): Promise<void> => {
    const connection = await pool.connect();
    let broken = true;
    try {
      await connection.query('BEGIN');
      const at = await readHead(connection, 'FOR UPDATE');
      const rows = chained(at, entries);
      await appendRows(connection, at, rows);
      await connection.query('COMMIT');
      head = rows.at(-1) ?? at;
      broken = false;
    } catch (error) {
      await connection.query('ROLLBACK').then(
        () => (broken = false),
        () => undefined,
      );
      throw error;
    } finally {
      connection.release(broken);
    }
  };
  const write = async (entries: readonly AuditEntry[]): Promise<void> => {
    head ??= await readHead(pool);
    const rows = chained(head, entries);
    // Nearly always nobody else was there since, and one statement does it.
    if (await appendRows(pool, head, rows)) head = rows.at(-1);
    else await writeLocked(entries);
  };

  const settle = async (batch: readonly Waiting[]): Promise<void> => {
    try {
      await write(batch.map(({ entry }) => entry));
      if (away) log.info({}, 'signatures can be recorded again');
      away = false;
      for (const { resolve } of batch) resolve();
    } catch (error) {
      // What happened is not known: where the chain ends must be read again.
      head = undefined;
      const used = (error as { code?: unknown }).code === '23505';
      if (used && batch.length > 1) {
        for (const one of batch) await settle([one]);
        return;
      }
      if (!used && !away) log.error({ err: registryFailure(error) }, 'signatures cannot be recorded and are withheld');
      away ||= !used;
      for (const { reject } of batch) {
        reject(
          used
            ? new OAuthError('conflict', 'This request_id was used before.')
            : cannotSign('the signature could not be recorded', error),
        );
      }
    }
  };
  const run = async (): Promise<void> => {
    // What comes in during this turn of the event loop goes together.
    await new Promise((resolve) => setImmediate(resolve));
    while (waiting.length > 0) {
      const batch = waiting.slice(0, mostTogether);
      waiting = waiting.slice(mostTogether);
      await settle(batch);
    }
    writing = undefined;
  };

  return {
    append: (entry) =>
      new Promise((resolve, reject) => {
        if (waiting.length >= mostWaiting) return reject(busy());
        waiting.push({ entry, resolve, reject });
        writing ??= run();
      }),
    async reachable() {
      try {
        await readHead(pool);
      } catch (error) {
        throw new Error(`signatures cannot be recorded: ${registryFailure(error)}`, { cause: error });
      }
    },
    async close() {
      await writing;
      await pool.end();
    },
  };
}
