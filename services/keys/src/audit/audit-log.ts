// Writes a row for each signature before it leaves, those that arrive together in one commit; what cannot be written is withheld
// (security §2.3 rule 6, ARCHITECTURE §9.4).
import type { Log, Pooler } from '@cardea/service';
import { reachPostgres } from '@cardea/service';
import pg from 'pg';
import { inTransaction } from '../registry/connection.js';
import { registryFailure } from '../registry/registry.js';
import { busy, cannotSign } from '../unavailable.js';
import type { AuditEntry, ChainHead } from './chain.js';
import { chainHashes } from './chain.js';
import type { FirstAnswer, Veil } from './answers.js';
import { readAnswers } from './answers.js';
import { createGathering } from './gathering.js';
import type { NewRows } from './new-rows.js';
import { readRowType } from './new-rows.js';
import { appendRows, headAfter, readHead } from './rows.js';

export interface AuditLog {
  /**
   * Settles when the row of a signature is durable, or when its request id turns out to have been answered before.
   *
   * @param signature to be given again to whoever asks again; undefined keeps none
   * @param underWay how many more are being made, worth waiting for
   * @returns the first answer under the request id when there is one; the row was not written then
   * @throws {OAuthError} temporarily_unavailable when the row may not be there
   */
  append(entry: AuditEntry, signature?: Uint8Array, underWay?: number): Promise<FirstAnswer | undefined>;
  /** Writes a row for an attempt that came to nothing, as soon as may be: nothing waits for it. */
  note(entry: AuditEntry): void;
  /** A probe that fails with words for an operator. */
  reachable(): Promise<void>;
  close(): Promise<void>;
}

interface Waiting {
  readonly entry: AuditEntry;
  readonly signature: Uint8Array | undefined;
  readonly resolve: (first: FirstAnswer | undefined) => void;
  readonly reject: (error: Error) => void;
}

const patienceMillis = 2_000;
/** PostgreSQL's own word that it took too long comes first: then the connection is good for more, and nothing goes on behind it. */
const silenceMillis = 2_500;
/** Who stands still with the end of the chain in hand loses it to the others, well before their patience ends. */
const stillMillis = 1_000;
/** By then whoever stood still has lost it. */
const lockMillis = 1_500;
/** What a signature waits at most for others to be written with: about what its commit takes, in a crowd several times that (gathering.ts). */
const gatherMillis = { few: 2, crowd: 4, present: 12 };
const mostTogether = 512;
const mostWaiting = 8_192;
/** Attempts that came to nothing give way to signatures long before. */
const mostNoted = 1_024;

/** @param seal seals the signatures of one commit, in their order */
export function openAuditLog(dsn: string, log: Log, seal: Veil['seal'], pooler: Pooler = 'none'): AuditLog {
  const reach = reachPostgres(pg.Client, dsn, pooler);
  // One writer: the chain has one end.
  const pool = new pg.Pool({
    connectionString: reach.connectionString,
    Client: reach.Client,
    max: 1,
    connectionTimeoutMillis: patienceMillis,
    query_timeout: silenceMillis,
    application_name: 'cardea-keys-audit',
    keepAlive: true,
    ...(pooler === 'none' && {
      statement_timeout: patienceMillis,
      lock_timeout: lockMillis,
      idle_in_transaction_session_timeout: stillMillis,
      // The one statement that matters is planned once: anew for each commit it costs a small one as much as its rows.
      options: '-c plan_cache_mode=force_generic_plan -c jit=off',
    }),
  });
  pool.on('error', (error) => log.warn({ err: error.message }, 'the connection of the audit log was lost'));
  reach.watch(pool);
  let waiting: Waiting[] = [];
  const gathering = createGathering(gatherMillis);
  let writing: Promise<void> | undefined;
  /** Where the chain ends, as far as this process knows. */
  let head: ChainHead | undefined;
  let rowType: number | undefined;
  /** How many are in the commit under way. */
  let inHand = 0;
  let away = false;

  const rowsAfter = (at: ChainHead, batch: readonly Waiting[]): NewRows => {
    const entries = batch.map(({ entry }) => entry);
    const signatures = batch.flatMap(({ signature }) => signature ?? []);
    const answers = seal(signatures).values();
    return {
      entries,
      hashes: chainHashes(at, entries),
      sealed: batch.map(({ signature }) => (signature === undefined ? undefined : answers.next().value)),
    };
  };

  /** Alone at the end of the chain: other replicas wait. */
  const writeLocked = async (type: number, batch: readonly Waiting[]): Promise<void> => {
    const connection = await pool.connect();
    head = await inTransaction(connection, async () => {
      const at = await readHead(connection, 'FOR UPDATE');
      const rows = rowsAfter(at, batch);
      await appendRows(connection, type, at, rows);
      return headAfter(at, rows);
    });
  };
  const write = async (batch: readonly Waiting[]): Promise<void> => {
    head ??= await readHead(pool);
    rowType ??= await readRowType(pool);
    const rows = rowsAfter(head, batch);
    // Nearly always nobody else was there since, and one statement does it.
    if (await appendRows(pool, rowType, head, rows)) head = headAfter(head, rows);
    else await writeLocked(rowType, batch);
  };

  /** Those whose request ids have answers get them. */
  const answerAgain = async (batch: readonly Waiting[]): Promise<readonly Waiting[]> => {
    const answers = await readAnswers(
      pool,
      batch.flatMap(({ entry }) => (entry.outcome === 'signed' ? [entry.requestId] : [])),
    );
    return batch.filter(({ entry, resolve }) => {
      const first = entry.outcome === 'signed' ? answers.get(entry.requestId) : undefined;
      if (first !== undefined) resolve(first);
      return first === undefined;
    });
  };

  const settle = async (batch: readonly Waiting[]): Promise<void> => {
    let left = batch;
    try {
      for (;;) {
        try {
          await write(left);
          break;
        } catch (error) {
          // What happened is not known, nor by which server: where the chain ends must be read again.
          head = undefined;
          rowType = undefined;
          if ((error as { code?: unknown }).code !== '23505') throw error;
          const before = left.length;
          left = await answerAgain(left);
          if (left.length === before) throw error;
          if (left.length === 0) break;
        }
      }
      if (away) log.info({}, 'signatures can be recorded again');
      away = false;
      for (const { resolve } of left) resolve(undefined);
    } catch (error) {
      if (!away) log.error({ err: registryFailure(error) }, 'signatures cannot be recorded and are withheld');
      away = true;
      for (const { reject } of left) reject(cannotSign('the signature could not be recorded', error));
    }
  };
  const run = async (): Promise<void> => {
    // What comes in during this turn of the event loop goes together.
    await new Promise((resolve) => setImmediate(resolve));
    while (waiting.length > 0) {
      await gathering.complete();
      const batch = takeBatch();
      inHand = batch.length;
      await settle(batch);
      inHand = 0;
    }
    writing = undefined;
  };
  /** The next in line, but for a second one under the same request id: that one is answered by the first. */
  const takeBatch = (): readonly Waiting[] => {
    const ids = new Set<string>();
    const end = waiting.findIndex(({ entry }, index) => {
      if (index === mostTogether || (entry.outcome === 'signed' && ids.has(entry.requestId))) return true;
      ids.add(entry.requestId);
      return false;
    });
    const batch = end === -1 ? waiting : waiting.slice(0, end);
    waiting = end === -1 ? [] : waiting.slice(end);
    return batch;
  };
  const line = (one: Waiting): void => {
    waiting.push(one);
    writing ??= run();
  };

  return {
    append: (entry, signature, underWay = 0) =>
      new Promise((resolve, reject) => {
        if (waiting.length >= mostWaiting) return reject(busy());
        line({ entry, signature, resolve, reject });
        gathering.arrived(waiting.length, underWay, inHand);
      }),
    note(entry) {
      if (away || waiting.length >= mostNoted) return;
      line({ entry, signature: undefined, resolve: () => undefined, reject: () => undefined });
    },
    async reachable() {
      try {
        await readHead(pool);
        await readRowType(pool);
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
