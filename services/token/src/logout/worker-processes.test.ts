// Workers that freeze, die and come twice, as real processes over real PostgreSQL, Redis and gRPC: every notification arrives, and
// twice only what a worker had on its way when it was lost (security catalogue F25; Back-Channel Logout 1.0 §2.5).
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { emptyClient } from '@cardea/oauth';
import { implement, serveRpc, sessionV1 } from '@cardea/rpc';
import { runMigrations } from '@cardea/service';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { needed, quietLog } from '../database.fixture.js';
import { queueNames } from '../jobs/queues.js';
import { connectForMigrations } from '../migration-session.js';
import { migrations } from '../migrations.js';
import type { Database } from '../storage/database.js';
import { openDatabase } from '../storage/database.js';
import { createLogoutDeliveries } from '../storage/logout-deliveries.js';
import { createPrepareDelivery } from './prepare-delivery.js';

// For busy machines; nothing here depends on how fast anything is.
jest.setTimeout(240_000);

const redisUrl = `${needed('CARDEA_TEST_REDIS_URL').replace(/\/\d*$/, '')}/14`;
/** Built, for plain Node: `npm test` sees to it. */
const script = fileURLToPath(new URL('../../dist/worker-main.js', import.meta.url));
const ends: (() => Promise<unknown>)[] = [];
let dsn: string;
let database: Database;
let redis: Redis;
let tokenAddress: string;

/** The relying party: who was told how often, and answers that wait for a word. */
const told = new Map<string, number>();
let hold = false;
let held: (() => void)[] = [];

beforeAll(async () => {
  const name = `cardea_workers_${randomBytes(6).toString('hex')}`;
  const server = await connectForMigrations(needed('CARDEA_TEST_DSN'));
  await server.query(`CREATE DATABASE ${name}`);
  ends.push(() => server.query(`DROP DATABASE ${name} WITH (FORCE)`).then(() => server.end()));
  dsn = Object.assign(new URL(needed('CARDEA_TEST_DSN')), { pathname: `/${name}` }).toString();
  const session = await connectForMigrations(dsn);
  await runMigrations(session, migrations);
  await session.end();
  database = openDatabase(dsn, quietLog);
  ends.push(() => database.end());
  redis = new Redis(redisUrl, { maxRetriesPerRequest: null });
  await redis.flushdb();
  ends.push(async () => redis.disconnect());

  const party = createServer((request, response) => {
    request.resume().on('end', () => {
      const session = (request.url ?? '').slice(1);
      told.set(session, (told.get(session) ?? 0) + 1);
      const answer = () => void response.writeHead(200).end();
      if (hold) held.push(answer);
      else answer();
    });
  });
  await once(party.listen(0, '127.0.0.1'), 'listening');
  ends.push(async () => void party.close().closeAllConnections());
  const url = `http://127.0.0.1:${String((party.address() as AddressInfo).port)}`;

  // The token service's part, without keys: it decides as the real one does whether a notification is still to be sent.
  const deliveries = createLogoutDeliveries(database);
  const prepare = createPrepareDelivery({
    deliveries,
    clients: {
      find: async () => ({ client: { ...emptyClient(), clientId: 'app', backchannelLogoutUri: url } }) as never,
    },
    keys: { signLogoutToken: async ({ sessionId }) => ({ jwt: sessionId, keyId: 'k' }) as never },
    encrypt: () => Promise.reject(new Error('nothing is encrypted here')),
    now: Date.now,
    random: randomBytes,
  });
  const prepareLogoutDelivery = async (request: sessionV1.PrepareLogoutDeliveryRequest) => {
    const prepared = await prepare(request);
    // The session in the path says whom the party was told of.
    return { ...prepared, uri: `${url}/${prepared.logoutToken}` };
  };
  const rpc = await serveRpc({
    ...{ address: '127.0.0.1:0', security: { kind: 'plain' }, reflection: false, log: quietLog },
    services: [implement(sessionV1.LogoutDeliveryServiceService, { prepareLogoutDelivery })],
    health: () => Promise.resolve(true),
  });
  tokenAddress = rpc.address;
  ends.push(() => rpc.close());
});
afterAll(async () => {
  for (const end of ends.reverse()) await end();
});

const until = async (what: string, holds: () => Promise<boolean> | boolean): Promise<void> => {
  for (const from = Date.now(); !(await holds()); await new Promise((resolve) => setTimeout(resolve, 50)))
    if (Date.now() - from > 100_000) throw new Error(`not within 100 s: ${what}`);
};

/** A worker as a process of its own. */
function startWorker(): ChildProcess {
  const child = spawn(process.execPath, [script], {
    env: {
      ...{ PATH: process.env['PATH'], DSN: dsn, REDIS_URL: redisUrl, PEERS_TOKEN_ADDRESSES: tokenAddress },
      ...{ SERVE_MANAGEMENT_WORKER: '0', LOG_LEVEL: 'error', PROFILE: 'hydra-compat' },
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  ends.push(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  });
  return child;
}

/** Sessions that ended, and whose ends are owed to a client. */
async function owe(count: number): Promise<string[]> {
  const sessions = Array.from({ length: count }, () => randomUUID());
  await database.query(
    `INSERT INTO cardea.logout_delivery (client_id, uri, session_id, subject, created_at, begun_at, next_at)
      SELECT 'app', '', unnest($1::uuid[]), 'ann', now(), now(), now()`,
    [sessions],
  );
  return sessions;
}
const times = (sessions: readonly string[]) => sessions.map((session) => told.get(session) ?? 0);
const toldOnce = (sessions: readonly string[]) =>
  until('each is told', () => times(sessions).every((count) => count >= 1));
const statesOf = async (sessions: readonly string[]) => {
  const { rows } = await database.query<{ state: string }>(
    'SELECT DISTINCT state FROM cardea.logout_delivery WHERE session_id = ANY($1::uuid[])',
    [sessions],
  );
  return rows.map(({ state }) => state);
};
const delivered = (sessions: readonly string[]) =>
  until('all are delivered', async () => (await statesOf(sessions)).join() === 'delivered');

test('F25: a worker freezes, one dies, Redis forgets everything, jobs come twice: each client is told, and no job is left', async () => {
  hold = true;
  const frozen = startWorker();
  const first = await owe(3);
  await toldOnce(first);
  frozen.kill('SIGSTOP');
  held = [];

  // What the frozen one had on its way, another tries again; and dies over it.
  const dying = startWorker();
  await until('each is told again', () => times(first).every((count) => count >= 2));
  const exited = once(dying, 'exit');
  dying.kill('SIGKILL');
  await exited;
  // Who was answered nothing for long enough may have been tried a third time before another was tried twice.
  const tried = times(first);
  held = [];
  await redis.flushdb();

  hold = false;
  startWorker();
  startWorker();
  await delivered(first);
  expect(times(first)).toEqual(tried.map((count) => count + 1));

  // Nobody but these two is awake; each job is in the queue five times more, under other names.
  const second = await owe(20);
  const queue = new Queue(queueNames.logout, { connection: redis });
  const { rows } = await database.query<{ id: number }>(
    'SELECT id FROM cardea.logout_delivery WHERE session_id = ANY($1::uuid[])',
    [second],
  );
  for (let again = 0; again < 5; again++)
    await queue.addBulk(rows.map(({ id }) => ({ name: 'deliver', data: { id: String(id), attempts: 0 } })));
  await delivered(second);
  await until('no job waits', async () => (await queue.getJobCountByTypes('wait', 'active', 'prioritized')) === 0);
  expect(times(second)).toEqual(second.map(() => 1));

  // It wakes with answers to attempts that are no longer its own, does its share of what comes, and leaves in order.
  frozen.kill('SIGCONT');
  const third = await owe(60);
  await delivered(third);
  const left = once(frozen, 'exit');
  frozen.kill('SIGTERM');
  expect(await left).toEqual([0, null]);
  expect(times(third)).toEqual(third.map(() => 1));
  expect(times(first)).toEqual(tried.map((count) => count + 1));
  expect(await statesOf([...first, ...second, ...third])).toEqual(['delivered']);
  expect(await queue.getFailedCount()).toBe(0);
  await queue.close();
});
