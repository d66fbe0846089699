// Walks the audit log from its first row and names the first one that is not what was written (security §2.3 rule 6).
import type { Config } from '@cardea/service';
import { required } from '@cardea/service';
import pg from 'pg';
import { registryFailure } from '../registry/registry.js';
import type { ChainHead } from './chain.js';
import { brokenBecause } from './chain.js';
import { readHead, readRows } from './rows.js';

export interface AuditVerdict {
  /** Rows that are as they were written, from the first one on. */
  readonly rows: number;
  /** SHA-256 of the last of them, hexadecimal: worth keeping elsewhere. */
  readonly head: string;
  /** What is wrong with the row after them; undefined when nothing is. */
  readonly broken: string | undefined;
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
  const client = new pg.Client({ connectionString: required(config.dsn, 'dsn'), application_name: 'cardea-audit' });
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
  let at: ChainHead = { sequence: 0, hash: Buffer.alloc(32) };
  const verdict = (broken?: string): AuditVerdict => ({ rows: at.sequence, head: at.hash.toString('hex'), broken });
  for (;;) {
    const rows = await readRows(client, at.sequence, page);
    for (const row of rows) {
      const broken = brokenBecause(at, row);
      if (broken !== undefined) return verdict(broken);
      if (row.sequence === anchor?.rows && row.hash.toString('hex') !== anchor.head) {
        return verdict(`row ${row.sequence} is not the one that was anchored`);
      }
      at = row;
    }
    if (rows.length < page) break;
  }
  const head = await readHead(client);
  if (head.sequence !== at.sequence || !head.hash.equals(at.hash)) return verdict(`row ${head.sequence} is missing`);
  if (anchor !== undefined && anchor.rows > at.sequence) return verdict(`row ${anchor.rows} is missing`);
  return verdict();
}
