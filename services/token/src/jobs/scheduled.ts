// A job that runs every so often through BullMQ, registered anew whenever Redis has forgotten it (ARCHITECTURE §6).
import type { Log, Tracing } from '@cardea/service';
import { noTracing, tracedAlone } from '@cardea/service';
import { Queue, Worker } from 'bullmq';
import { connectQueue } from '../queue-connection.js';
import { queuePrefix } from '../redis-cluster.js';
import { failedRounds, stalling } from './queues.js';

export interface ScheduledJob {
  /** Settles when the schedule stands in Redis. */
  ready(): Promise<void>;
  /** Runs one round now, whatever the schedule says. */
  runNow(): Promise<void>;
  close(): Promise<void>;
}

const usualMillis = 5 * 60_000;
/** How long a schedule that Redis lost is missed at most. */
const lookMillis = 5_000;
/** A round that is so late has lost its place in the queue, though its schedule may stand. */
const overdueMillis = 60_000;

/**
 * @param options.queue the queue's own name
 * @param options.round one round; of all workers, one runs it at a time. It takes nothing out of its job: there is nothing in it
 */
export function scheduleJob(options: {
  redisUrl: string;
  queue: string;
  job: string;
  round: () => Promise<void>;
  /** Five minutes when nothing is said. */
  everyMillis?: number;
  log: Log;
  /** Each round is a trace of its own. */
  tracing?: Tracing | undefined;
}): ScheduledJob {
  const { redisUrl, job, round, everyMillis = usualMillis, log, tracing = noTracing } = options;
  const connections = [connectQueue(redisUrl, log), connectQueue(redisUrl, log)] as const;
  const prefix = queuePrefix(redisUrl);
  const queue = new Queue(options.queue, { connection: connections[0], prefix });
  const worker = new Worker(options.queue, () => tracedAlone(tracing, `job ${options.queue}`, round), {
    connection: connections[1],
    prefix,
    concurrency: 1,
    ...stalling,
  });
  // Both report what their connections have already said.
  queue.on('error', () => undefined);
  worker.on('error', () => undefined);

  const register = async (): Promise<void> => {
    const { next = 0 } = (await queue.getJobScheduler(job)) ?? {};
    if (next > Date.now() - overdueMillis) return;
    await queue.upsertJobScheduler(
      job,
      { every: everyMillis },
      { name: job, data: {}, opts: { removeOnComplete: 10, removeOnFail: failedRounds } },
    );
  };
  const first = register();
  first.catch(() => undefined);
  let looking: Promise<void> | undefined;
  const look = (): void => {
    looking ??= register()
      .catch(() => undefined)
      .then(() => (looking = undefined));
  };
  const timer = setInterval(look, lookMillis).unref();

  return {
    ready: () => first,
    runNow: round,
    async close() {
      clearInterval(timer);
      // A Redis that is away must not hold up the end.
      const closing = Promise.all([worker.close(), queue.close()]).catch(() => undefined);
      await Promise.race([closing, new Promise((resolve) => setTimeout(resolve, 2_000).unref())]);
      for (const connection of connections) connection.disconnect();
    },
  };
}
