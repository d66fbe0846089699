// Dead letters: jobs that fail for good are kept, seen, tried again and forgotten as an operator says, and no others; schedules
// stand again by themselves after Redis lost everything (security catalogue F25).
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { OAuthError } from '@cardea/oauth';
import { Queue } from 'bullmq';
import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { needed, quietLog } from '../database.fixture.js';
import type { LogoutDeliveryWorker } from '../logout/delivery-worker.js';
import { createLogoutDeliveryWorker } from '../logout/delivery-worker.js';
import { createPageTokens } from '../page-tokens.js';
import { createJobHandlers } from '../rpc/job.js';
import { createSeal } from '../seal.js';
import { call, verdict } from '../tokens.fixture.js';
import type { JobDesk } from './job-desk.js';
import { createJobDesk } from './job-desk.js';
import { queueNames } from './queues.js';
import type { ScheduledJob } from './scheduled.js';
import { scheduleJob } from './scheduled.js';

// For busy machines; nothing here depends on how fast anything is.
jest.setTimeout(60_000);

const redisUrl = `${needed('CARDEA_TEST_REDIS_URL').replace(/\/\d*$/, '')}/11`;
let direct: Redis;
let desk: JobDesk;
const open: { close(): Promise<void> }[] = [];

beforeAll(async () => {
  direct = new Redis(redisUrl, { maxRetriesPerRequest: null });
  await direct.flushdb();
  desk = createJobDesk(redisUrl, quietLog);
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()));
  await direct.flushdb();
});
afterAll(async () => {
  await desk.close();
  direct.disconnect();
});

const until = async (holds: () => Promise<boolean> | boolean): Promise<void> => {
  for (const from = Date.now(); Date.now() - from < 25_000; await new Promise((resolve) => setTimeout(resolve, 20)))
    if (await holds()) return;
  throw new Error('not within 25 s');
};
const opened = <T extends { close(): Promise<void> }>(one: T): T => {
  open.push(one);
  return one;
};
const handlers = () =>
  createJobHandlers({
    desk,
    pageTokens: createPageTokens(createSeal(['a-secret-of-16-characters'], 'test', randomBytes), Date.now),
  });

/** A worker for notifications that are due as `due` says. */
function deliveries(
  deliver: (id: string, attempts: number) => Promise<void>,
  due: readonly { id: string; attempts: number }[] = [],
): LogoutDeliveryWorker {
  const source = { due: async () => due };
  return opened(createLogoutDeliveryWorker({ redisUrl, deliveries: source, deliver, log: quietLog, now: Date.now }));
}
const failed = async () => (await desk.list(queueNames.logout, 'failed', 0, 100)).map(({ id }) => id).sort();

describe('a job of the logout queue', () => {
  test('F25: that names no notification is a dead letter at once, and nothing is done for it', async () => {
    const asked: string[] = [];
    deliveries(async (id) => void asked.push(id));
    const queue = opened(new Queue(queueNames.logout, { connection: { url: redisUrl } }));
    const payloads = [
      {},
      null,
      { id: "1' OR 1=1", attempts: 0 },
      { id: 'http://evil.example', attempts: 0 },
      { id: '7' },
    ];
    await queue.addBulk(
      payloads.map((data, at) => ({ name: 'deliver', data, opts: { jobId: `poison-${String(at)}`, attempts: 3 } })),
    );
    await queue.add('deliver', { id: '8', attempts: 0 }, { removeOnComplete: true });
    await until(async () => (await failed()).length === payloads.length && asked.length === 1);
    expect(asked).toEqual(['8']);
    expect(await desk.find(queueNames.logout, 'poison-2')).toMatchObject({
      state: 'failed',
      attempts: 1,
      failedReason: 'this job names no logout notification',
      data: { id: "1' OR 1=1", attempts: '0' },
    });
  });

  test('F25: that always fails is tried three times, then waits for an operator, however often it is due', async () => {
    let tried = 0;
    let broken = true;
    const worker = deliveries(async () => {
      tried++;
      if (broken) throw new Error('a bug of ours');
    }, [{ id: '9', attempts: 0 }]);
    await until(async () => (await failed()).length === 1);
    for (let round = 0; round < 3; round++) await worker.sweepNow();
    expect([tried, await failed()]).toEqual([3, ['9-0']]);
    broken = false;
    await handlers().retryJob({ queue: queueNames.logout, id: '9-0' }, call);
    await until(() => tried > 3);
    await until(async () => (await failed()).length === 0);
  });

  test('whose storage is away is no dead letter: it is tried again until it is back', async () => {
    let tried = 0;
    deliveries(async () => {
      if (tried++ < 2) throw new OAuthError('temporarily_unavailable');
    }, [{ id: '10', attempts: 0 }]);
    await until(() => tried > 2);
    expect(await failed()).toEqual([]);
  });
});

describe('an operator', () => {
  const { logout } = queueNames;
  /** Puts jobs among the dead letters, without a worker. */
  const bury = async (count: number) => {
    const worker = deliveries(async () => undefined);
    const queue = opened(new Queue(logout, { connection: { url: redisUrl } }));
    for (let at = 0; at < count; at++) await queue.add('deliver', { id: 'none' }, { jobId: `dead-${String(at)}` });
    await until(async () => (await failed()).length === count);
    await worker.close();
    open.splice(open.indexOf(worker), 1);
    return queue;
  };

  test('sees every queue, and dead letters in pages, the newest first', async () => {
    await bury(5);
    const { queues } = await handlers().listQueues({}, call);
    expect(queues.map(({ name }) => name)).toEqual(Object.values(queueNames).sort());
    expect(queues.find(({ name }) => name === logout)?.counts).toEqual({
      ...{ waiting: 0, active: 0, delayed: 0, completed: 0, failed: 5 },
    });
    const asked = { queue: logout, state: 'JOB_STATE_FAILED', pageSize: 2 } as const;
    const seen: string[] = [];
    const them = handlers();
    for (let pageToken = '', pages = 0; pages === 0 || pageToken !== ''; pages++) {
      const { jobs, nextPageToken } = await them.listJobs({ ...asked, pageToken }, call);
      expect(jobs.length).toBeLessThanOrEqual(2);
      seen.push(...jobs.map(({ id }) => id));
      pageToken = nextPageToken;
    }
    expect(seen).toHaveLength(5);
    expect(new Set(seen).size).toBe(5);
    const { job } = await them.getJob({ queue: logout, id: 'dead-3' }, call);
    expect(job).toMatchObject({ id: 'dead-3', state: 'JOB_STATE_FAILED', data: { id: 'none' }, attempts: 1 });
  });

  test('tries all of them again, or forgets them; jobs that did not fail stay', async () => {
    const queue = await bury(3);
    await queue.add('deliver', { id: '11', attempts: 0 }, { jobId: 'waits' });
    expect(await handlers().retryFailedJobs({ queue: logout }, call)).toEqual({ count: 3 });
    expect(await queue.getWaitingCount()).toBe(4);
    deliveries(async () => undefined);
    await until(async () => (await failed()).length === 3);
    await until(async () => (await queue.getWaitingCount()) === 0);
    expect(await handlers().drainFailedJobs({ queue: logout }, call)).toEqual({ count: 3 });
    expect(await failed()).toEqual([]);
  });

  test('is told what is not there, and what did not fail', async () => {
    const queue = await bury(0);
    await queue.add('deliver', { id: '12', attempts: 0 }, { jobId: 'waits' });
    const them = handlers();
    expect(await verdict(them.getJob({ queue: logout, id: 'no-such' }, call))).toBe('not_found');
    expect(await verdict(them.retryJob({ queue: 'bull', id: 'waits' }, call))).toBe('not_found');
    expect(await verdict(them.retryJob({ queue: logout, id: 'waits' }, call))).toBe('conflict');
    const unreachable = opened(createJobDesk('redis://127.0.0.1:1', quietLog));
    expect(await verdict(unreachable.queues())).toBe('temporarily_unavailable');
    expect(await createJobDesk(undefined, quietLog).queues()).toEqual([]);
  });
});

describe('a schedule', () => {
  const schedule = (round: () => Promise<void>): ScheduledJob =>
    opened(scheduleJob({ redisUrl, queue: queueNames.cleaning, job: 'prune', round, log: quietLog }));

  test('F25: stands again by itself when Redis lost everything, and runs', async () => {
    let runs = 0;
    await schedule(async () => void runs++).ready();
    await until(() => runs === 1);
    await direct.flushdb();
    await until(() => runs > 1);
  });

  test('F25: a round that failed is a dead letter that an operator can have run at once', async () => {
    let runs = 0;
    await schedule(async () => {
      if (runs++ === 0) throw new Error('the first round fails');
    }).ready();
    const dead = () => desk.list(queueNames.cleaning, 'failed', 0, 10);
    await until(async () => (await dead()).length === 1);
    const [letter] = await dead();
    expect(letter).toMatchObject({ name: 'prune', data: {}, failedReason: 'the first round fails' });
    await desk.retry(queueNames.cleaning, letter!.id);
    await until(async () => runs === 2 && (await dead()).length === 0);
  });
});
