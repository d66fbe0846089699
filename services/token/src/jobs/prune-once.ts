// One round of cleaning without a worker, for `cardea janitor`.
import type { Log, Pooler } from '@cardea/service';
import { openDatabase } from '../storage/database.js';
import { timeOf } from './database-time.js';
import type { Pruned } from './prune.js';
import { prune } from './prune.js';

/** @throws when PostgreSQL cannot be reached, or has no schema yet */
export async function pruneOnce(dsn: string, log: Log, pooler: Pooler): Promise<Pruned> {
  const database = openDatabase(dsn, log, { max: 1, name: 'cardea-janitor', sweeps: true, pooler });
  try {
    return await prune(database, await timeOf(database));
  } finally {
    await database.end();
  }
}
