// What an operator sees of the workers' queues, and may do with their dead letters (issue 6 "Queues").
import { OAuthError } from '@cardea/oauth';
import type { jobV1 } from '@cardea/rpc';
import type { Log } from '@cardea/service';
import type { Job, Queue } from 'bullmq';
import { connectQueue } from '../queue-connection.js';
import { queuePrefix } from '../redis-cluster.js';
import { queueNames } from './queues.js';

export type StateName = 'waiting' | 'active' | 'delayed' | 'completed' | 'failed';

export interface JobDesk {
  /** @returns every queue in alphabetical order, with its jobs by state */
  queues(): Promise<readonly { readonly name: string; readonly counts: Readonly<Record<StateName, number>> }[]>;
  /** Since when the oldest job that nothing holds up waits, milliseconds since the epoch. @throws {OAuthError} not_found */
  waitingSince(queue: string): Promise<number | undefined>;
  /** @returns `limit` jobs from the `from`th on, the newest first @throws {OAuthError} not_found: no such queue */
  list(queue: string, state: StateName, from: number, limit: number): Promise<readonly DeskJob[]>;
  /** @throws {OAuthError} not_found */
  find(queue: string, id: string): Promise<DeskJob>;
  /** @throws {OAuthError} not_found; conflict when it did not fail */
  retry(queue: string, id: string): Promise<void>;
  /** @returns how many are tried again */
  retryFailed(queue: string): Promise<number>;
  /** @returns how many are forgotten */
  drainFailed(queue: string): Promise<number>;
  close(): Promise<void>;
}

/** A job without its stack traces, which are the log's business. */
export type DeskJob = Omit<jobV1.Job, 'state'> & { readonly state: StateName | undefined };

/** By BullMQ's own names of lists; jobs with a priority wait in one of their own. */
const lists = {
  waiting: ['wait', 'prioritized'],
  active: ['active'],
  delayed: ['delayed'],
  completed: ['completed'],
  failed: ['failed'],
} as const;
const stateNames = Object.keys(lists) as StateName[];
const timeoutMillis = 3_000;
const longestReason = 500;

/**
 * Nothing is sent to Redis before somebody asks, and BullMQ is not loaded: where it runs no jobs, most processes never need it.
 *
 * @param redisUrl of the queues; without one there are none
 */
export function createJobDesk(redisUrl: string | undefined, log: Log): JobDesk {
  const names: readonly string[] = redisUrl === undefined ? [] : Object.values(queueNames).sort();
  const opened = new Map<string, Queue>();
  let connection: ReturnType<typeof connectQueue> | undefined;

  const queueOf = async (name: string): Promise<Queue> => {
    if (redisUrl === undefined || !names.includes(name))
      throw new OAuthError('not_found', 'There is no queue of that name.');
    const { Queue } = await import('bullmq');
    const known = opened.get(name);
    if (known !== undefined) return known;
    connection ??= connectQueue(redisUrl, log);
    const queue = new Queue(name, { connection, prefix: queuePrefix(redisUrl) });
    queue.on('error', () => undefined);
    opened.set(name, queue);
    return queue;
  };
  const counts = async (queue: Queue): Promise<Record<StateName, number>> => {
    const found = await queue.getJobCounts(...stateNames.flatMap((state) => lists[state]));
    const sum = (state: StateName) => lists[state].reduce((total, list) => total + (found[list] ?? 0), 0);
    return Object.fromEntries(stateNames.map((state) => [state, sum(state)])) as Record<StateName, number>;
  };
  const jobOf = async (name: string, id: string): Promise<Job> => {
    const queue = await queueOf(name);
    const job = (await queue.getJob(id)) as Job | undefined;
    if (job === undefined) throw new OAuthError('not_found', 'There is no job of that id in this queue.');
    return job;
  };

  return {
    queues: () =>
      inTime(async () => Promise.all(names.map(async (name) => ({ name, counts: await counts(await queueOf(name)) })))),
    waitingSince: (name) =>
      inTime(async () => {
        const queue = await queueOf(name);
        const [oldest] = (await queue.getJobs(['wait'], 0, 0, true)) as (Job | undefined)[];
        return oldest && oldest.timestamp + oldest.delay;
      }),
    list: (name, state, from, limit) =>
      inTime(async () => {
        const queue = await queueOf(name);
        // Each of several lists has a beginning of its own; none of them is long where anybody turns pages.
        const all = (await queue.getJobs([...lists[state]], 0, from + limit - 1)) as (Job | undefined)[];
        const jobs = all.slice(from, from + limit);
        // One may have gone between its name and its content.
        return jobs.filter((job) => job !== undefined).map((job) => deskJob(job, state));
      }),
    find: (name, id) =>
      inTime(async () => {
        const job = await jobOf(name, id);
        const state = await job.getState();
        return deskJob(
          job,
          stateNames.find((each) => (lists[each] as readonly string[]).concat(each).includes(state)),
        );
      }),
    retry: (name, id) =>
      inTime(async () => {
        const job = await jobOf(name, id);
        if (!(await job.isFailed()))
          throw new OAuthError('conflict', 'This job did not fail, or is tried again already.');
        await job.retry('failed', { resetAttemptsMade: true });
      }),
    retryFailed: (name) =>
      inTime(async () => {
        const queue = await queueOf(name);
        const count = await queue.getFailedCount();
        if (count > 0) await queue.retryJobs({ state: 'failed' });
        return count;
      }),
    drainFailed: (name) => inTime(async () => (await (await queueOf(name)).clean(0, 0, 'failed')).length),
    async close() {
      const closing = Promise.all([...opened.values()].map((queue) => queue.close())).catch(() => undefined);
      await Promise.race([closing, new Promise((resolve) => setTimeout(resolve, 1_000).unref())]);
      connection?.disconnect();
    },
  };
}

/** A Redis that is away keeps nobody waiting: whatever was asked of it may or may not happen, which 503 says. */
async function inTime<T>(work: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const error = new OAuthError('temporarily_unavailable', 'The job queue did not answer.');
    timer = setTimeout(() => reject(error), timeoutMillis);
  });
  try {
    return await Promise.race([work(), late]);
  } catch (cause) {
    if (cause instanceof OAuthError) throw cause;
    throw new OAuthError('temporarily_unavailable', 'The job queue did not answer.', { cause });
  } finally {
    clearTimeout(timer);
  }
}

const instant = (millis: number | undefined) => (millis === undefined ? undefined : new Date(millis));

function deskJob(job: Job, state: StateName | undefined): DeskJob {
  const data = (job.data ?? {}) as Readonly<Record<string, unknown>>;
  return {
    id: job.id ?? '',
    name: job.name,
    state,
    data: Object.fromEntries(Object.entries(data).map(([name, value]) => [name, plain(value)])),
    attempts: job.attemptsMade,
    failedReason: ((job.failedReason as string | undefined) ?? '').slice(0, longestReason),
    createdAt: instant(job.timestamp),
    startedAt: instant(job.processedOn),
    finishedAt: instant(job.finishedOn),
  };
}

const plain = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value)).slice(0, 200);
