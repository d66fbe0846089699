// Migrations that move data, over rows as an older version left them.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { clientV1 } from '@cardea/rpc';
import { readFileSync } from 'node:fs';
import type { TestDatabase } from './database.fixture.js';
import { createTestDatabase } from './database.fixture.js';
import { createClients } from './storage/clients.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const again = (file: string) =>
  database.pool.query(readFileSync(new URL(`../migrations/${file}`, import.meta.url), 'utf8'));

test('0011 finds the origins in the metadata of clients that were stored without a column for them', async () => {
  const clients = createClients(database.pool);
  const origins = {
    none: [],
    one: ['https://one.example'],
    two: ['https://a.example', `https://${'ä'.repeat(90)}.example`],
  };
  for (const [clientId, allowedCorsOrigins] of Object.entries(origins)) {
    const client = clientV1.Client.create({
      clientId,
      allowedCorsOrigins,
      clientName: 'x'.repeat(300),
      redirectUris: ['https://app.example/cb'],
      metadataJson: Buffer.from('{"a":1}'),
      skipConsent: true,
      frontchannelLogoutSessionRequired: true,
      lifespans: { refreshTokenGrantRefreshTokenMillis: 2 ** 40 },
    });
    await clients.insert({ client, secretHashes: [], registrationKey: Buffer.alloc(32) });
  }
  const stored = async () => {
    const { rows } = await database.pool.query<{ id: string; allowed_origins: string[] }>(
      'SELECT id, allowed_origins FROM cardea.client',
    );
    return Object.fromEntries(rows.map((row) => [row.id, row.allowed_origins]));
  };
  await database.pool.query(`UPDATE cardea.client SET allowed_origins = '{}'`);
  expect(await stored()).toEqual({ none: [], one: [], two: [] });
  await again('0011_client_origins.sql');
  expect(await stored()).toEqual(origins);
});
