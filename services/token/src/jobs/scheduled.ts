// A job that runs every few minutes through BullMQ, registered anew whenever Redis has forgotten it (ARCHITECTURE §6).
import type { Log } from '@cardea/service';
import { Queue, Worker } from 'bullmq';
import { connectQueue } from '../queue-connection.js';

export interface ScheduledJob {
  /** Settles when the schedule stands in Redis. */
  ready(): Promise<void>;
  /** Runs one round now, whatever the schedule says. */
  runNow(): Promise<void>;
  close(): Promise<void>;
}

const everyMillis = 5 * 60_000;
const registerMillis = 60_000;

/**
 * @param options.queue the queue's own name
 * @param options.round one round; of all workers, one runs it at a time
 */
export function scheduleJob(options: {
  redisUrl: string;
  queue: string;
  job: string;
  round: () => Promise<void>;
  log: Log;
}): ScheduledJob {
  const { redisUrl, job, round, log } = options;
  const connections = [connectQueue(redisUrl, log), connectQueue(redisUrl, log)] as const;
  const queue = new Queue(options.queue, { connection: connections[0] });
  const worker = new Worker(options.queue, round, { connection: connections[1], concurrency: 1 });
  // Both report what their connections have already said.
  queue.on('error', () => undefined);
  worker.on('error', () => undefined);

  const register = async (): Promise<void> => {
    await queue.upsertJobScheduler(
      job,
      { every: everyMillis },
      { name: job, data: {}, opts: { removeOnComplete: 10, removeOnFail: 10 } },
    );
  };
  const first = register();
  first.catch(() => undefined);
  const timer = setInterval(() => void register().catch(() => undefined), registerMillis).unref();

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
