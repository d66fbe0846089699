// The worker that tells clients of logouts: what is due is in PostgreSQL (OpenID Connect Back-Channel Logout 1.0 §2.5).
import type { Log, Tracing } from '@cardea/service';
import type { DueWorker } from '../jobs/due-worker.js';
import { createDueWorker } from '../jobs/due-worker.js';
import { queueNames } from '../jobs/queues.js';
import type { LogoutDeliveries } from '../storage/logout-deliveries.js';

export type LogoutDeliveryWorker = DueWorker;

/** Below what the way out lets through for clients, so that none waits there while its time runs. */
const concurrency = 32;

export function createLogoutDeliveryWorker(options: {
  redisUrl: string;
  deliveries: Pick<LogoutDeliveries, 'due'>;
  deliver: (id: string, attempts: number) => Promise<void>;
  log: Log;
  tracing?: Tracing;
  /** Milliseconds since the epoch. */
  now: () => number;
}): LogoutDeliveryWorker {
  const { deliveries, ...rest } = options;
  return createDueWorker({
    ...rest,
    ...{ queue: queueNames.logout, what: 'logout notification', concurrency },
    due: (now, limit) => deliveries.due(now, limit),
  });
}
