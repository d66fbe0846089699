// The one connection that `cardea migrate` brings every schema up to date with; the driver stays in this room.
import type { MigrationConnection } from '@cardea/service';
import { reachPostgres } from '@cardea/service';
import pg from 'pg';

/** One session, because migrations hold an advisory lock. */
export interface MigrationSession extends MigrationConnection {
  end(): Promise<void>;
}

/** @throws when PostgreSQL cannot be reached within five seconds */
export async function connectForMigrations(dsn: string): Promise<MigrationSession> {
  const { Client, connectionString } = reachPostgres(pg.Client, dsn);
  const client = new Client({
    connectionString,
    connectionTimeoutMillis: 5_000,
    application_name: 'cardea-migrate',
  });
  // A lost connection fails the statement that runs; without a listener it would end the process first.
  client.on('error', () => undefined);
  await client.connect();
  return client;
}
