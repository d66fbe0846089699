// Carries due notifications from PostgreSQL to whichever worker is free, through BullMQ. What Redis forgets is still due and
// is put into the queue again; what it has twice is claimed once (ARCHITECTURE §6).
import { OAuthError } from '@cardea/oauth';
import type { Log } from '@cardea/service';
import { Queue, UnrecoverableError, Worker } from 'bullmq';
import { deadLetters, queueNames, stalling } from '../jobs/queues.js';
import { connectQueue } from '../queue-connection.js';
import { queuePrefix } from '../redis-cluster.js';
import type { LogoutDeliveries } from '../storage/logout-deliveries.js';

export interface LogoutDeliveryWorker {
  /** Looks for what is due now, whatever the clock says. Settles when it is queued, not when it is delivered. */
  sweepNow(): Promise<void>;
  close(): Promise<void>;
}

interface Job {
  readonly id: string;
  readonly attempts: number;
}

const sweepMillis = 1_000;
const mostAtOnce = 500;
/** Below what the way out lets through for clients, so that none waits there while its time runs. */
const concurrency = 32;

export function createLogoutDeliveryWorker(options: {
  redisUrl: string;
  deliveries: Pick<LogoutDeliveries, 'due'>;
  deliver: (id: string, attempts: number) => Promise<void>;
  log: Log;
  /** Milliseconds since the epoch. */
  now: () => number;
}): LogoutDeliveryWorker {
  const { redisUrl, deliveries, deliver, log, now } = options;
  const connections = [connectQueue(redisUrl, log), connectQueue(redisUrl, log)] as const;
  const prefix = queuePrefix(redisUrl);
  const queue = new Queue<Job>(queueNames.logout, { connection: connections[0], prefix });
  const work = async ({ data }: { readonly data: unknown }): Promise<void> => {
    const { id, attempts } = jobOf(data);
    try {
      await deliver(id, attempts);
    } catch (error) {
      // What is away comes back: the notification is still due, and the next look puts it here again.
      if (OAuthError.from(error).status !== 503) throw error;
      log.warn(
        { delivery: id, err: (error as Error).message },
        'a logout notification could not be tried; it stays due',
      );
    }
  };
  const worker = new Worker<unknown>(queueNames.logout, work, {
    ...{ connection: connections[1], prefix, concurrency, ...stalling },
  });
  // Both report what their connections have already said.
  queue.on('error', () => undefined);
  worker.on('error', () => undefined);
  worker.on('failed', (job, error) => {
    if (job?.finishedOn === undefined) return;
    log.error(
      { job: job.id, err: error.message },
      'a job of the logout queue is a dead letter: see `cardea jobs list`',
    );
  });

  const sweep = async (): Promise<void> => {
    const due = await deliveries.due(now(), mostAtOnce);
    if (due.length === 0) return;
    await queue.addBulk(due.map((data) => ({ name: 'deliver', data, opts: jobOptions(data) })));
  };
  let sweeping: Promise<void> | undefined;
  let said = '';
  const tick = (): void => {
    sweeping ??= sweep()
      .then(
        () => (said = ''),
        (error: unknown) => {
          const { message } = error as Error;
          if (message !== said) log.warn({ err: message }, 'due logout notifications could not be read');
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
 * @throws {UnrecoverableError} when it is no notification: it is a dead letter at once
 */
function jobOf(data: unknown): Job {
  const { id, attempts } = (data ?? {}) as Partial<Record<keyof Job, unknown>>;
  if (typeof id !== 'string' || !/^\d{1,18}$/.test(id) || !Number.isSafeInteger(attempts))
    throw new UnrecoverableError('this job names no logout notification');
  return { id, attempts: attempts as number };
}

/**
 * The id names the attempt: what is in the queue already, or among its dead letters, is not put there twice, by whichever
 * worker. New notifications go before those whose clients have failed already.
 */
const jobOptions = ({ id, attempts }: Job) => ({
  jobId: `${id}-${String(attempts)}`,
  ...(attempts > 0 && { priority: attempts }),
  attempts: 3,
  backoff: { type: 'exponential', delay: 1_000 },
  removeOnComplete: true,
  removeOnFail: deadLetters,
});
