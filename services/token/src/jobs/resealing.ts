// Resealing by itself, while more than one system secret is configured.
import type { Config, Log, Metrics, Tracing } from '@cardea/service';
import { systemSecrets } from '../settings.js';
import type { Database } from '../storage/database.js';
import { queueNames } from './queues.js';
import { reseal } from './reseal.js';
import type { ScheduledJob } from './scheduled.js';
import { scheduleJob } from './scheduled.js';

/** It reads every key; what is left to do after the first round is what services of before a restart still wrote. */
const hourMillis = 3_600_000;

/** @returns undefined where there is one secret, or none is told to the worker: then nothing can be sealed anew */
export function createResealing(
  config: Config,
  options: {
    readonly redisUrl: string;
    readonly database: Database;
    readonly random: (bytes: number) => Buffer;
    readonly log: Log;
    readonly metrics: Metrics;
    readonly tracing?: Tracing;
  },
): ScheduledJob | undefined {
  if (config.secrets.system.length < 2) return undefined;
  const { redisUrl, database, random, log, metrics, tracing } = options;
  const secrets = systemSecrets(config);
  const counter = metrics.counter('cardea_resealed_rows_total', 'Rows sealed anew under the newest system secret.', [
    'rows',
  ]);
  const round = async (): Promise<void> => {
    for (const { rows, seen, renewed, lost } of await reseal(database, { secrets, random })) {
      counter.inc({ rows }, renewed);
      if (renewed > 0) log.info({ rows, seen, renewed }, 'sealed anew under the newest system secret');
      if (lost > 0) log.error({ rows, lost }, 'no secret of secrets.system opens these rows');
    }
  };
  return scheduleJob({
    ...{ redisUrl, queue: queueNames.resealing, job: 'reseal', round, everyMillis: hourMillis, log, tracing },
  });
}
