// Where this service's schema lives; `cardea migrate` brings it up to date, and readiness checks that somebody did.
import type { Host } from '@cardea/service';
import { migrationStatus } from '@cardea/service';
import { fileURLToPath } from 'node:url';
import type { Database } from './storage/database.js';
import { createPartitions } from './storage/partitions.js';

/** The plain SQL files of the token service, in order of their names. */
export const migrations = {
  namespace: 'token',
  directory: fileURLToPath(new URL('../migrations/', import.meta.url)),
};

class SchemaOutdated extends Error {}

async function checkSchema(database: Database): Promise<void> {
  const missing = (await migrationStatus(database, migrations)).filter(({ applied }) => !applied);
  if (missing.length === 0) return;
  throw new SchemaOutdated(`the schema lacks ${missing.map(({ name }) => name).join(', ')}: run \`cardea migrate up\``);
}

/**
 * Makes readiness depend on PostgreSQL and its schema. A server that is away is waited for, whatever it takes.
 *
 * @param accessMillis how long access tokens are configured to live, for whoever issues them
 * @throws when the server answers and the schema is older than this program
 */
export async function requireSchema(host: Host, database: Database, accessMillis = 0): Promise<void> {
  let checked = false;
  const probe = async (): Promise<void> => {
    if (checked) {
      await database.query('SELECT 1');
      return;
    }
    await checkSchema(database);
    // Rows find their partition from the first one on; without it they would do in the default partition.
    await createPartitions(database, host.now(), { accessMillis });
    checked = true;
  };
  host.checks.add('database', probe);
  await probe().catch((error: unknown) => {
    if (error instanceof SchemaOutdated) throw error;
    host.log.warn({ err: (error as Error).message }, 'PostgreSQL does not answer yet; not ready until it does');
  });
}
