// A Redis Cluster of three masters and a replica: cache, limits and queues lie over all of it, and a replica that takes over with
// what it missed brings nothing back (security F10-F14, INV2).
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TestDatabase } from '../database.fixture.js';
import { createTestDatabase, needed, quietLog } from '../database.fixture.js';
import { scheduleJob } from '../jobs/scheduled.js';
import { createCounters } from '../rate-limit/counters.js';
import { redisCluster } from '../redis-cluster.js';
import type { TokenService } from '../tokens.fixture.js';
import { createTokenService } from '../tokens.fixture.js';
import { openCacheRedis } from './redis.js';

jest.setTimeout(120_000);

const url = needed('CARDEA_TEST_REDIS_CLUSTER_URL');
let database: TestDatabase;
let services: [TokenService, TokenService];
let auth: string;
/** A connection to each node; the last is the first one's replica. */
let nodes: Redis[];

/** Whoever is what now: an earlier run may have changed it. */
async function inOrder(all: readonly Redis[]): Promise<Redis[]> {
  const roles = await Promise.all(all.map(async (node) => ({ node, said: await node.role() })));
  const masters = roles.filter(({ said }) => said[0] === 'master');
  const followed = ({ said }: { said: unknown[] }) => Number((said[2] as unknown[]).length > 0);
  masters.sort((a, b) => followed(b) - followed(a));
  return [...masters, ...roles.filter(({ said }) => said[0] !== 'master')].map(({ node }) => node);
}

beforeAll(async () => {
  database = await createTestDatabase();
  const all = (redisCluster(url)?.nodes ?? []).map((node) => new Redis(node as { host: string; port: number }));
  nodes = await inOrder(all);
  const open = () => createTokenService({ database, redisUrl: url });
  services = [await open(), await open()];
  const { clientSecret } = await services[0].client({ clientId: 'app' });
  auth = services[0].basic('app', clientSecret);
});
afterAll(async () => {
  await Promise.all(services.map((service) => service.close()));
  for (const node of nodes) node.disconnect();
  await database.drop();
});

const issue = async () => (await services[0].token({ grant_type: 'client_credentials' }, auth)).accessToken;
const entries = (node: Redis) => node.keys('cardea:at:*');
const everywhere = async (token: string) => Promise.all(services.map((service) => service.active(token)));

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 60_000; !(await holds()); await sleep(20)) {
    if (Date.now() > end) throw new Error('it did not come to pass');
  }
}

test('entries lie on every master, are believed, and end with a revocation by another process', async () => {
  const tokens = await Promise.all(Array.from({ length: 24 }, issue));
  await until(async () => {
    await Promise.all(tokens.map((token) => services[0].active(token)));
    const sizes = await Promise.all(
      nodes.slice(0, 3).map(async (node) => Promise.all((await entries(node)).map((name) => node.strlen(name)))),
    );
    // Leases are shorter.
    const filled = sizes.map((each) => each.filter((size) => size > 40).length);
    return filled.every((count) => count > 0) && filled.reduce((sum, count) => sum + count, 0) >= tokens.length;
  });
  await database.pool.query('CREATE TABLE parked AS SELECT * FROM cardea.access_token');
  await database.pool.query('DELETE FROM cardea.access_token');
  // Without PostgreSQL's rows only the cache knows them, for whoever believes it by now.
  await until(async () => (await Promise.all(tokens.map(everywhere))).flat().every(Boolean));
  await database.pool.query('INSERT INTO cardea.access_token SELECT * FROM parked');
  await Promise.all(tokens.map((token) => services[1].revoke({ token }, auth)));
  expect(new Set((await Promise.all(tokens.map(everywhere))).flat())).toEqual(new Set([false]));
});

test('failures are counted over processes, whichever node has the count', async () => {
  const redis = openCacheRedis(url, quietLog, { commandTimeoutMillis: 5_000 });
  await once(redis.client, 'ready');
  const counters = createCounters(redis.client, Date.now);
  const mark = randomBytes(6).toString('hex');
  const counts = await Promise.all(
    Array.from({ length: 30 }, async (_, index) => {
      return counters.increment(`${mark}-${String(index % 10)}`, 60_000);
    }),
  );
  redis.close();
  expect(counts.map(({ count }) => count).sort()).toEqual([1, 2, 3].flatMap((count) => Array<number>(10).fill(count)));
});

test('jobs are scheduled and run: the keys of a queue lie together', async () => {
  let rounds = 0;
  const queue = `test-${randomBytes(6).toString('hex')}`;
  const round = async () => void rounds++;
  const job = scheduleJob({ redisUrl: url, queue, job: 'round', round, everyMillis: 500, log: quietLog });
  await job.ready();
  await until(async () => rounds >= 2);
  await job.close();
});

test('a replica that missed a deletion and takes its master’s place brings no token back', async () => {
  const [master, , , replica] = nodes as [Redis, Redis, Redis, Redis];
  let token = '';
  let name = '';
  await replica.readonly();
  // One whose entry lies where there is a replica, and is deleted there and nowhere else.
  for (let deleted = false; !deleted;) {
    const before = await entries(master);
    token = await issue();
    await until(async () => (await services[0].active(token)) && (await services[1].active(token)));
    await sleep(50);
    name = (await entries(master)).find((each) => !before.includes(each)) ?? '';
    if (name === '' || (await master.strlen(name)) <= 40) continue;
    await until(async () => (await replica.exists(name)) === 1);
    // The way between the two breaks; nobody else notices.
    await master.call('ACL', 'SETUSER', 'default', '-psync');
    await master.call('CLIENT', 'KILL', 'TYPE', 'replica');
    await services[0].revoke({ token }, auth);
    deleted = (await master.exists(name)) === 0;
    if (deleted) break;
    await master.call('ACL', 'SETUSER', 'default', '+psync');
    await until(async () => (await replica.info('replication')).includes('master_link_status:up'));
  }
  expect(await replica.exists(name)).toBe(1);
  await replica.call('CLUSTER', 'FAILOVER', 'TAKEOVER');

  await master.call('ACL', 'SETUSER', 'default', '+psync');
  const answers: boolean[] = [];
  for (const end = Date.now() + 4_000; Date.now() < end;) answers.push(...(await everywhere(token)));
  expect(new Set(answers)).toEqual(new Set([false]));
  // The danger was real, and it is over: what took over had it, and is believed again under another epoch.
  expect(await replica.exists(name)).toBe(1);
  nodes = await inOrder(nodes);
  await until(async () => {
    await services[0].active(await issue());
    const now = (await Promise.all(nodes.slice(0, 3).map(entries))).flat();
    const epoch = Number(name.split(':')[2]);
    return now.some((each) => Number(each.split(':')[2]) > epoch);
  });
});
