// What a request costs the database beside CPU: statements, and bytes of its log, counted by PostgreSQL itself in an installation
// of its own, for counting costs time.
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Driver } from './load/driver.js';
import { startDriver } from './load/driver.js';
import type { Watch } from './measure.js';
import { attempt } from './measure.js';
import { launchWornPostgres } from './postgres.js';
import type { TargetOptions } from './target.js';
import { startTarget } from './target.js';

/** A unit of a scenario in PostgreSQL's books. */
export interface DatabaseWork {
  readonly scenario: string;
  /** Rows that came with others shared a statement, so that these may be less than one. */
  readonly statements: number;
  readonly walBytes: number;
}

/** Long enough that what runs anyway, a look at the cache's epoch twice a second, does not show. */
const millis = 2_000;
/** Nothing that was begun before is counted. */
const settleMillis = 300;

/** What fails is told to the watch. @throws when the installation does not start */
export async function measureStatements(
  options: TargetOptions & {
    readonly scenarios: readonly string[];
    readonly connections: number;
    readonly units: number;
  },
  watch: Watch,
): Promise<DatabaseWork[]> {
  const { base, progress, scenarios, units } = options;
  const settings = { shared_preload_libraries: 'pg_stat_statements', 'pg_stat_statements.max': 10_000 };
  const postgres = await launchWornPostgres({ port: base + 45, progress, settings });
  const database = new pg.Client({ connectionString: postgres.dsn });
  // Its next question says so.
  database.on('error', () => undefined);
  try {
    await database.connect();
    await database.query('CREATE EXTENSION IF NOT EXISTS pg_stat_statements');
    const { target, close } = await startTarget({ ...options, env: { DSN: postgres.dsn } });
    try {
      const driver = await startDriver(target, options.connections, options.signal);
      try {
        const found: DatabaseWork[] = [];
        for (const [index, scenario] of scenarios.entries()) {
          watch.progress(`counting statements: ${scenario}`, index / scenarios.length);
          const who = 'statements counted';
          const work = await attempt(watch, { who, scenario }, () => count(driver, database, scenario, units));
          if (work !== undefined) found.push({ scenario, ...work });
        }
        return found;
      } finally {
        await driver.close();
      }
    } finally {
      await close();
    }
  } finally {
    await database.end();
    await postgres.stop();
  }
}

async function count(
  driver: Driver,
  database: pg.Client,
  scenario: string,
  prepared: number,
): Promise<Omit<DatabaseWork, 'scenario'>> {
  await driver.prepare(scenario, prepared);
  await sleep(settleMillis);
  const before = await readBooks(database);
  const { units } = await driver.drive(millis);
  const after = await readBooks(database);
  await driver.check();
  return { statements: (after.calls - before.calls) / units, walBytes: (after.bytes - before.bytes) / units };
}

interface Books {
  readonly calls: number;
  readonly bytes: number;
}

/** What was asked by others since the server began, and how far its log has come. */
async function readBooks(database: pg.Client): Promise<Books> {
  const text = `SELECT (SELECT coalesce(sum(calls), 0) FROM pg_stat_statements WHERE query NOT LIKE '%pg_stat_statements%')::float8 AS calls,
    pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::float8 AS bytes`;
  const { rows } = await database.query<Books>(text);
  const [books] = rows;
  if (books === undefined) throw new Error('PostgreSQL keeps no books');
  return books;
}
