// The worker's job that cleans up (ARCHITECTURE §6 "Cleaning").
import type { Log, Metrics, Tracing } from '@cardea/service';
import { fromZero } from '@cardea/service';
import { timeOf } from './jobs/database-time.js';
import { prune } from './jobs/prune.js';
import { queueNames } from './jobs/queues.js';
import type { ScheduledJob } from './jobs/scheduled.js';
import { scheduleJob } from './jobs/scheduled.js';
import type { Database } from './storage/database.js';

export function createPruneWorker(options: {
  redisUrl: string;
  database: Database;
  log: Log;
  metrics: Metrics;
  tracing?: Tracing;
}): ScheduledJob {
  const { redisUrl, database, log, tracing } = options;
  const runs = fromZero(
    options.metrics.counter('cardea_prune_total', 'Rounds of cleaning up.', ['result']),
    { result: 'done' },
    { result: 'failed' },
  );

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

  return scheduleJob({ redisUrl, queue: queueNames.cleaning, job: 'prune', round, log, tracing });
}
