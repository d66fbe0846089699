// The worker role's queue: one job that cleans up, registered anew whenever Redis has forgotten it (ARCHITECTURE §6).
import type { Log, Metrics } from '@cardea/service';
import { Queue, Worker } from 'bullmq';
import { timeOf } from './jobs/database-time.js';
import { prune } from './jobs/prune.js';
import { connectQueue } from './queue-connection.js';
import type { Database } from './storage/database.js';

export interface PruneWorker {
  /** Settles when the schedule stands in Redis. */
  ready(): Promise<void>;
  /** Runs one round now, whatever the schedule says. */
  runNow(): Promise<void>;
  close(): Promise<void>;
}

const queueName = 'cardea-cleaning';
const everyMillis = 5 * 60_000;
const registerMillis = 60_000;

export function createPruneWorker(options: {
  redisUrl: string;
  database: Database;
  log: Log;
  metrics: Metrics;
}): PruneWorker {
  const { database, log } = options;
  const runs = options.metrics.counter('cardea_prune_total', 'Rounds of cleaning up.', ['result']);

  const round = async (): Promise<void> => {
    try {
      const result = await prune(database, await timeOf(database));
      runs.inc({ result: 'done' });
      log.info({ ...result }, 'cleaned up');
    } catch (error) {
      runs.inc({ result: 'failed' });
      log.warn({ err: (error as Error).message }, 'cleaning up failed; the next round goes on');
      throw error;
    }
  };

  const connections = [connectQueue(options.redisUrl, log), connectQueue(options.redisUrl, log)] as const;
  const queue = new Queue(queueName, { connection: connections[0] });
  const worker = new Worker(queueName, round, { connection: connections[1], concurrency: 1 });
  // Both report what their connections have already said.
  queue.on('error', () => undefined);
  worker.on('error', () => undefined);

  const register = async (): Promise<void> => {
    await queue.upsertJobScheduler(
      'prune',
      { every: everyMillis },
      { name: 'prune', data: {}, opts: { removeOnComplete: 10, removeOnFail: 10 } },
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
