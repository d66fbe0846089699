// PostgreSQL as it is after a week of work: in a new one all commits wait, every few seconds, for the next segment of its log to be made.
import { launchPostgres } from '@cardea/all';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';

/** A server of a measurement's own. */
export interface OwnPostgres {
  readonly pid: number;
  readonly dsn: string;
  /** Ends it, and all that it kept goes. */
  stop(): Promise<void>;
}

const cache = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../.cache');
const segmentBytes = 16 * 1024 ** 2;
/** PostgreSQL's own `max_wal_size`, as far as a log comes between two checkpoints: a log that has been so long is used again. */
const logBytes = 1024 ** 3;

/**
 * Starts one whose log has been round once, which takes a second or two. Everybody who is measured over PostgreSQL gets such.
 *
 * @param options.settings beside those that the demo's own has
 */
export async function launchWornPostgres(options: {
  readonly port: number;
  readonly progress: (text: string) => void;
  readonly settings?: Readonly<Record<string, string | number>>;
}): Promise<OwnPostgres> {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'cardea-bench-postgres-'));
  const remove = (): void => rmSync(directory, { recursive: true, force: true });
  const settings = { min_wal_size: '1GB', max_wal_size: '1GB', ...options.settings };
  let stop = (): Promise<void> => Promise.resolve();
  try {
    const { pid, dsn, ...launched } = await launchPostgres({ ...options, directory, cache, settings });
    stop = () => launched.stop();
    await wearIn(dsn);
    return { pid, dsn, stop: () => stop().finally(remove) };
  } catch (error) {
    await stop().finally(remove);
    throw error;
  }
}

/** A segment takes 13 ms to make on a quiet disk: half a percent of the answers of a run came late for nothing else. */
async function wearIn(dsn: string): Promise<void> {
  const database = new pg.Client({ connectionString: dsn });
  await database.connect();
  try {
    for (let bytes = 2 * segmentBytes; bytes < logBytes; bytes += segmentBytes) {
      // A segment that nothing was written to is not left.
      await database.query("SELECT pg_logical_emit_message(false, 'bench', '')");
      await database.query('SELECT pg_switch_wal()');
    }
    await database.query('CHECKPOINT');
  } finally {
    await database.end();
  }
}
