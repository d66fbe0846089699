// Behind pgbouncer in transaction mode (`database.pooler: transaction`): every statement may meet another connection, none of
// them was prepared for it, and nothing is announced.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createTestDatabase, quietLog } from './database.fixture.js';
import type { TestDatabase } from './database.fixture.js';
import { openDatabase, transaction } from './storage/database.js';
import type { TokenService } from './tokens.fixture.js';
import { createTokenService, verdict } from './tokens.fixture.js';

let database: TestDatabase;
let services: TokenService[];
let auth: string;
const at = (index: number) => services[index % services.length]!;

beforeAll(async () => {
  database = await createTestDatabase(8, { pooled: true });
  const clock = { millis: Date.now() };
  const over = { database, clock, deaf: true };
  services = [await createTokenService(over), await createTokenService(over)];
  await at(0).client({ clientId: 'app' }, 'app-secret');
  auth = at(0).basic('app', 'app-secret');
});
afterAll(async () => {
  await Promise.all(services.map((service) => service.close()));
  await database.drop();
});

test('codes, refreshes, revocations and introspection, sixteen at once over five connections, time and again', async () => {
  const walk = async (number: number): Promise<string[]> => {
    const first = await at(number).redeemed('app', auth);
    const form = { grant_type: 'refresh_token', refresh_token: first.refreshToken };
    const second = await at(number + 1).token(form, auth);
    const before = await at(number).active(second.accessToken);
    await at(number + 1).revoke({ token: second.refreshToken }, auth);
    const after = await at(number).active(second.accessToken);
    return [
      String(before),
      String(after),
      await verdict(at(number).token({ ...form, refresh_token: second.refreshToken }, auth)),
    ];
  };
  for (let round = 0; round < 10; round++) {
    const walks = await Promise.all(Array.from({ length: 16 }, (_, index) => walk(index)));
    expect(new Set(walks.map(String))).toEqual(new Set(['true,false,invalid_grant']));
  }
}, 60_000);

test('a code that twenty redeem at once has one winner', async () => {
  const { code } = await at(0).code('app', { pkce: false });
  const form = { grant_type: 'authorization_code', code, redirect_uri: 'https://app.example/cb' };
  const verdicts = await Promise.all(Array.from({ length: 20 }, (_, index) => verdict(at(index).token(form, auth))));
  expect(verdicts.filter((one) => one === 'ok')).toHaveLength(1);
});

test('a client that another process changed is known within a second, though nobody announced it', async () => {
  await at(0).client({ clientId: 'gone' }, 'gone-secret');
  const form = { grant_type: 'client_credentials' };
  const basic = at(1).basic('gone', 'gone-secret');
  expect(await verdict(at(1).token(form, basic))).toBe('ok');
  await at(0).rooms.clientHandlers.deleteClient({ clientId: 'gone' }, {} as never);
  const clock = at(1).clock;
  clock.millis += 600;
  expect(await verdict(at(1).token(form, basic))).toBe('invalid_client');
});

test('a transaction that fails leaves nothing on the connection that somebody else gets next', async () => {
  const one = openDatabase(database.pooledDsn, quietLog, { max: 1, pooler: 'transaction' });
  try {
    const failing = transaction(one, async (connection) => {
      await connection.query(`SET LOCAL statement_timeout = '1ms'`);
      await connection.query('SELECT pg_sleep(1)');
    });
    await expect(failing).rejects.toThrow('The database did not answer.');
    const { rows } = await one.query<{ setting: string }>(`SELECT current_setting('statement_timeout') AS setting`);
    expect(rows[0]?.setting).not.toBe('1ms');
  } finally {
    await one.end();
  }
});

test('without the setting nothing is even begun: the pooler refuses what a connection would be given', async () => {
  const unaware = openDatabase(database.pooledDsn, quietLog, { max: 1 });
  try {
    await expect(unaware.query('SELECT 1')).rejects.toThrow(/unsupported startup parameter/);
  } finally {
    await unaware.end();
  }
});
