// Carries what is due from PostgreSQL to whichever worker is free, through BullMQ. What Redis forgets is still due and is put into
// the queue again; what it has twice is claimed once (ARCHITECTURE §6).
import { OAuthError } from '@cardea/oauth';
import type { Log, Tracing } from '@cardea/service';
import { noTracing, tracedAlone } from '@cardea/service';
import { Queue, UnrecoverableError, Worker } from 'bullmq';
import { connectQueue } from '../queue-connection.js';
import { queuePrefix } from '../redis-cluster.js';
import type { DueDelivery } from '../storage/due-deliveries.js';
import { deadLetters, stalling } from './queues.js';

export interface DueWorker {
  /** Looks for what is due now, whatever the clock says. Settles when it is queued, not when it is delivered. */
  sweepNow(): Promise<void>;
  close(): Promise<void>;
}

const sweepMillis = 1_000;
const mostAtOnce = 500;

/**
 * @param options.queue the queue's own name
 * @param options.what what is due, for logs: `logout notification`
 * @param options.due looks for what is due, those that wait the longest first
 * @param options.deliver an UnrecoverableError makes a dead letter of it
 * @param options.concurrency how many at once in this process
 */
export function createDueWorker(options: {
  redisUrl: string;
  queue: string;
  what: string;
  due: (now: number, limit: number) => Promise<readonly DueDelivery[]>;
  deliver: (id: string, attempts: number) => Promise<void>;
  concurrency: number;
  log: Log;
  /** A job is a trace of its own: what was owed outlives the request that owed it, and a job carries ids only. */
  tracing?: Tracing | undefined;
  /** Milliseconds since the epoch. */
  now: () => number;
}): DueWorker {
  const { redisUrl, what, due, deliver, concurrency, log, tracing = noTracing, now } = options;
  const connections = [connectQueue(redisUrl, log), connectQueue(redisUrl, log)] as const;
  const prefix = queuePrefix(redisUrl);
  const queue = new Queue<DueDelivery>(options.queue, { connection: connections[0], prefix });
  const work = async ({ data }: { readonly data: unknown }): Promise<void> => {
    const { id, attempts } = dueOf(data, what);
    try {
      await tracedAlone(tracing, `job ${options.queue}`, () => deliver(id, attempts));
    } catch (error) {
      // What is away comes back: it is still due, and the next look puts it here again.
      if (OAuthError.from(error).status !== 503) throw error;
      log.warn({ delivery: id, err: (error as Error).message }, `a ${what} could not be tried; it stays due`);
    }
  };
  const worker = new Worker<unknown>(options.queue, work, {
    ...{ connection: connections[1], prefix, concurrency, ...stalling },
  });
  // Both report what their connections have already said.
  queue.on('error', () => undefined);
  worker.on('error', () => undefined);
  worker.on('failed', (job, error) => {
    if (job?.finishedOn === undefined) return;
    log.error(
      { queue: options.queue, job: job.id, err: error.message },
      `a ${what} is a dead letter: see \`cardea jobs list\``,
    );
  });

  const sweep = async (): Promise<void> => {
    const found = await due(now(), mostAtOnce);
    if (found.length === 0) return;
    await queue.addBulk(found.map((data) => ({ name: 'deliver', data, opts: jobOptions(data) })));
  };
  let sweeping: Promise<void> | undefined;
  let said = '';
  const tick = (): void => {
    sweeping ??= sweep()
      .then(
        () => (said = ''),
        (error: unknown) => {
          const { message } = error as Error;
          if (message !== said) log.warn({ queue: options.queue, err: message }, 'what is due could not be read');
          said = message;
        },
      )
      .then(() => (sweeping = undefined));
  };
  const timer = setInterval(tick, sweepMillis).unref();

  return {
    sweepNow: sweep,
    async close() {
      clearInterval(timer);
      // A Redis that is away must not hold up the end.
      const closing = Promise.all([worker.close(), queue.close()]).catch(() => undefined);
      await Promise.race([closing, new Promise((resolve) => setTimeout(resolve, 8_000).unref())]);
      for (const connection of connections) connection.disconnect();
    },
  };
}

/**
 * What a job carries: ids, and whoever can write to Redis could have put anything there.
 *
 * @throws {UnrecoverableError} when it is none: it is a dead letter at once
 */
function dueOf(data: unknown, what: string): DueDelivery {
  const { id, attempts } = (data ?? {}) as Partial<Record<keyof DueDelivery, unknown>>;
  if (typeof id !== 'string' || !/^\d{1,18}$/.test(id) || !Number.isSafeInteger(attempts))
    throw new UnrecoverableError(`this job names no ${what}`);
  return { id, attempts: attempts as number };
}

/**
 * The id names the attempt: what is in the queue already, or among its dead letters, is not put there twice, by whichever
 * worker. What is new goes before what has failed already.
 */
const jobOptions = ({ id, attempts }: DueDelivery) => ({
  jobId: `${id}-${String(attempts)}`,
  ...(attempts > 0 && { priority: attempts }),
  attempts: 3,
  backoff: { type: 'exponential', delay: 1_000 },
  removeOnComplete: true,
  removeOnFail: deadLetters,
});
