// A database for a test suite of its own, and connections to it: real PostgreSQL, dropped in the end.
import { randomBytes } from 'node:crypto';
import pg from 'pg';

export interface TestDatabase {
  /** Opens one more connection. */
  connect(): Promise<pg.Client>;
  drop(): Promise<void>;
}

export async function createTestDatabase(): Promise<TestDatabase> {
  const dsn = process.env['CARDEA_TEST_DSN'];
  if (dsn === undefined) throw new Error('CARDEA_TEST_DSN is not set: run these tests through `npm test`');
  const name = `cardea_service_${randomBytes(6).toString('hex')}`;
  const admin = new pg.Client({ connectionString: dsn });
  await admin.connect();
  await admin.query(`CREATE DATABASE ${name}`);
  const own = new URL(dsn);
  own.pathname = `/${name}`;
  const clients: pg.Client[] = [];
  return {
    async connect() {
      const client = new pg.Client({ connectionString: own.toString() });
      clients.push(client);
      await client.connect();
      return client;
    },
    async drop() {
      await Promise.all(clients.map((client) => client.end()));
      await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
      await admin.end();
    },
  };
}
