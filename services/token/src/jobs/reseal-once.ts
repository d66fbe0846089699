// Resealing without a worker, for `cardea migrate reseal`.
import type { Config, Log } from '@cardea/service';
import { required } from '@cardea/service';
import { randomBytes } from 'node:crypto';
import { systemSecrets } from '../settings.js';
import { openDatabase } from '../storage/database.js';
import type { Resealed } from './reseal.js';
import { reseal } from './reseal.js';

/** @throws when PostgreSQL cannot be reached, or has no schema yet */
export async function resealOnce(
  config: Config,
  log: Log,
  progress: (sofar: Resealed) => void,
): Promise<readonly Resealed[]> {
  const secrets = systemSecrets(config);
  const { pooler } = config.database;
  const name = 'cardea-reseal';
  const database = openDatabase(required(config.dsn, 'dsn'), log, { max: 1, name, sweeps: true, pooler });
  try {
    return await reseal(database, { secrets, random: randomBytes, progress });
  } finally {
    await database.end();
  }
}
