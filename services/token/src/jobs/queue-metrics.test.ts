// What an operator sees of queues in metrics: how much is where, since when, and nothing at all of a Redis that is away.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Metrics } from '@cardea/service';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { needed, quietLog } from '../database.fixture.js';
import type { JobDesk } from './job-desk.js';
import { createJobDesk } from './job-desk.js';
import { watchQueues } from './queue-metrics.js';
import { queueNames } from './queues.js';

const redisUrl = `${needed('CARDEA_TEST_REDIS_URL').replace(/\/\d*$/, '')}/13`;
let direct: Redis;
let desk: JobDesk;

beforeAll(async () => {
  direct = new Redis(redisUrl, { maxRetriesPerRequest: null });
  await direct.flushdb();
  desk = createJobDesk(redisUrl, quietLog);
});
afterAll(async () => {
  await desk.close();
  await direct.flushdb();
  direct.disconnect();
});

/** Gauges as they stand, by name and labels. */
function gauges(): { metrics: Metrics; told: Map<string, number> } {
  const told = new Map<string, number>();
  const gauge = (name: string) => ({
    labels: (labels: Record<string, string>) => ({
      set: (value: number) => told.set([name, ...Object.values(labels)].join(' '), value),
    }),
    reset: () => {
      for (const key of [...told.keys()].filter((key) => key.startsWith(name))) told.delete(key);
    },
  });
  return { metrics: { gauge } as unknown as Metrics, told };
}

test('jobs are told by queue and state, and since when the oldest waits', async () => {
  const queue = new Queue(queueNames.logout, { connection: direct });
  const [first] = await queue.addBulk([
    { name: 'first', data: {} },
    { name: 'second', data: {} },
    { name: 'later', data: {}, opts: { delay: 3_600_000 } },
  ]);
  const { metrics, told } = gauges();
  const watch = watchQueues({ desk, metrics, now: () => (first?.timestamp ?? 0) + 90_000 });
  await watch.look();
  expect(told.get('cardea_queue_jobs cardea-logout waiting')).toBe(2);
  expect(told.get('cardea_queue_jobs cardea-logout delayed')).toBe(1);
  expect(told.get('cardea_queue_jobs cardea-logout failed')).toBe(0);
  expect(told.get('cardea_queue_oldest_waiting_seconds cardea-logout')).toBe(90);
  expect(told.get('cardea_queue_oldest_waiting_seconds cardea-cleaning')).toBe(0);
  watch.close();
  await queue.close();
});

test('of a Redis that is away nothing is told, not even what was', async () => {
  const { metrics, told } = gauges();
  told.set('cardea_queue_jobs cardea-logout waiting', 7);
  const away = createJobDesk('redis://127.0.0.1:1', quietLog);
  const watch = watchQueues({ desk: away, metrics, now: Date.now });
  await watch.look();
  expect(told.size).toBe(0);
  watch.close();
  await away.close();
});
