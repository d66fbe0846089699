// A database for a test suite of its own: real PostgreSQL with the key registry in it, dropped in the end.
import type { Log } from '@cardea/service';
import { loadConfig, runMigrations } from '@cardea/service';
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { migrations } from './index.js';

export const quietLog: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

export function needed(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set: run these tests through \`npm test\``);
  return value;
}

export const newKek = () => randomBytes(32).toString('base64');

export interface TestDatabase {
  readonly dsn: string;
  readonly client: pg.Client;
  /** Lets nobody in any more and throws out who is in, but for `client`; or lets them in again. */
  admit(open: boolean): Promise<void>;
  drop(): Promise<void>;
}

export async function createTestDatabase(): Promise<TestDatabase> {
  const name = `cardea_keys_${randomBytes(6).toString('hex')}`;
  const admin = new pg.Client({ connectionString: needed('CARDEA_TEST_DSN') });
  await admin.connect();
  await admin.query(`CREATE DATABASE ${name}`);
  const own = new URL(needed('CARDEA_TEST_DSN'));
  own.pathname = `/${name}`;
  const client = new pg.Client({ connectionString: own.toString() });
  await client.connect();
  await runMigrations(client, migrations);
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  return {
    dsn: own.toString(),
    client,
    async admit(open) {
      await admin.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS ${String(open)}`);
      if (open) return;
      await admin.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND pid <> $2', [
        name,
        rows[0]?.pid,
      ]);
    },
    async drop() {
      await client.end();
      await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
      await admin.end();
    },
  };
}

/** The settings of a keys service with sealed software keys. */
export function sealedConfig(dsn: string, keks: readonly string[]) {
  return loadConfig({ env: { DSN: dsn, KEYS_KEK: keks.join(','), URLS_SELF_ISSUER: 'https://id.example/' } });
}
