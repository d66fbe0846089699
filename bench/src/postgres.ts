// PostgreSQL as it is after a week of work: in a new one all commits wait, every few seconds, for the next segment of its log to be made.
import { launchPostgres } from '@cardea/all';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';

/** A server of a measurement's own. */
export interface OwnPostgres {
  readonly pid: number;
  readonly dsn: string;
  stop(): Promise<void>;
}

const cache = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../.cache');
const segmentBytes = 16 * 1024 ** 2;
/** PostgreSQL's own `max_wal_size`, as far as a log comes between two checkpoints: a log that has been so long is used again. */
const logBytes = 1024 ** 3;

/**
 * Starts one whose log has been round once, which takes a second or two. Everybody who is measured over PostgreSQL gets such.
 *
 * @param options.directory its state; the caller removes it
 */
export async function launchWornPostgres(options: {
  readonly directory: string;
  readonly port: number;
  readonly progress: (text: string) => void;
}): Promise<OwnPostgres> {
  const postgres = await launchPostgres({ ...options, cache, settings: { min_wal_size: '1GB', max_wal_size: '1GB' } });
  try {
    await wearIn(postgres.dsn);
    return postgres;
  } catch (error) {
    await postgres.stop();
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
