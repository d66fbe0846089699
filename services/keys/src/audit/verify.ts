// Walks the audit log from the first row that is kept and names the first one that is not what was written (security §2.3 rule 6).
import type { Config } from '@cardea/service';
import { reachPostgres, required } from '@cardea/service';
import pg from 'pg';
import { registryFailure } from '../registry/registry.js';
import type { ChainHead } from './chain.js';
import { brokenBecause, noRow } from './chain.js';
import { readHead, readRows } from './rows.js';

export interface AuditVerdict {
  /** How many rows were let go because they were kept long enough; a checkpoint closes them. */
  readonly dropped: number;
  /** The last row that is as it was written, and so are all between it and the dropped ones. */
  readonly rows: number;
  /** SHA-256 of that row, hexadecimal: worth keeping elsewhere. */
  readonly head: string;
  /** What is wrong with the row after it; undefined when nothing is. */
  readonly broken: string | undefined;
  /** Whether the chain passed through the anchor: undefined without one, false for one whose row was dropped. */
  readonly anchored: boolean | undefined;
}

/** An end of the chain that somebody kept elsewhere. */
export interface Anchor {
  readonly rows: number;
  readonly head: string;
}

const page = 5_000;

/**
 * @param anchor what the chain must have passed through: tells a log that was written anew from the one it replaced
 * @throws {ConfigError} without a DSN
 * @throws {Error} when the log cannot be read
 */
export async function verifyAudit(config: Config, anchor?: Anchor): Promise<AuditVerdict> {
  const { Client, connectionString } = reachPostgres(pg.Client, required(config.dsn, 'dsn'));
  const client = new Client({ connectionString, application_name: 'cardea-audit' });
  try {
    await client.connect();
    // One view of the log, however long it takes.
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    return await walk(client, anchor);
  } catch (error) {
    throw new Error(`the audit log cannot be read: ${registryFailure(error)}`, { cause: error });
  } finally {
    await client.end();
  }
}

async function walk(client: pg.Client, anchor: Anchor | undefined): Promise<AuditVerdict> {
  const checkpoints = await readCheckpoints(client);
  const start: ChainHead = checkpoints.at(-1) ?? { sequence: 0, hash: noRow };
  let at = start;
  let anchored = anchor && false;
  const verdict = (broken?: string): AuditVerdict => {
    return { dropped: start.sequence, rows: at.sequence, head: at.hash, broken, anchored };
  };
  /** Whether a row is the one that somebody kept elsewhere, or is not and should be. */
  const meets = ({ sequence, hash }: ChainHead): boolean => {
    if (sequence !== anchor?.rows) return true;
    anchored = hash === anchor.head;
    return anchored;
  };
  const foreign = checkpoints.find((checkpoint) => !meets(checkpoint));
  if (foreign !== undefined) return verdict(`row ${foreign.sequence} is not the one that was anchored`);

  const [first] = await readRows(client, Number.MIN_SAFE_INTEGER, 1);
  if (first !== undefined && first.sequence <= start.sequence) {
    return verdict(`row ${first.sequence} was added: it is among those that were let go`);
  }
  for (;;) {
    const rows = await readRows(client, at.sequence, page);
    for (const row of rows) {
      const broken = brokenBecause(at, row);
      if (broken !== undefined) return verdict(broken);
      if (!meets(row)) return verdict(`row ${row.sequence} is not the one that was anchored`);
      at = row;
    }
    if (rows.length < page) break;
  }
  const head = await readHead(client);
  if (head.sequence > at.sequence) return verdict(`row ${at.sequence + 1} is missing`);
  if (head.sequence < at.sequence) return verdict(`row ${head.sequence + 1} was added`);
  if (head.hash !== at.hash) return verdict(`row ${at.sequence} is not the one that was written last`);
  if (anchor !== undefined && anchor.rows > at.sequence) return verdict(`row ${at.sequence + 1} is missing`);
  return verdict();
}

async function readCheckpoints(client: pg.Client): Promise<ChainHead[]> {
  const { rows } = await client.query<{ sequence: string; hash: Buffer }>(
    'SELECT sequence, hash FROM cardea_keys_audit.checkpoint ORDER BY sequence',
  );
  return rows.map(({ sequence, hash }) => ({ sequence: Number(sequence), hash: hash.toString('hex') }));
}
