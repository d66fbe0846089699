// What the worker does: opens what its jobs need, and begins them one after the other.
import type { Peer } from '@cardea/rpc';
import { sessionV1, signatureRecordV1 } from '@cardea/rpc';
import type { ClockWatch, Config, Host } from '@cardea/service';
import { required, watchClock } from '@cardea/service';
import { startSinks } from './event-stream/start-sinks.js';
import { createEvents } from './events.js';
import { createJobDesk } from './jobs/job-desk.js';
import { watchQueues } from './jobs/queue-metrics.js';
import { createReconciliation } from './jobs/reconciliation.js';
import { createResealing } from './jobs/resealing.js';
import { createDeliver } from './logout/deliver.js';
import type { LogoutDeliveryWorker } from './logout/delivery-worker.js';
import { createLogoutDeliveryWorker } from './logout/delivery-worker.js';
import { createEndIdentityProviderSession } from './logout/identity-provider.js';
import { requireSchema } from './migrations.js';
import { createOutbound, outboundPolicy } from './outbound/index.js';
import type { Database } from './storage/database.js';
import { openDatabase } from './storage/database.js';
import { createLogoutDeliveries } from './storage/logout-deliveries.js';
import { createPruneWorker } from './worker.js';

export async function startWorker(config: Config, host: Host): Promise<void> {
  const { log, metrics, tracing } = host;
  const redisUrl = required(config.redis.queueUrl ?? config.redis.url, 'redis.url');
  const database = openDatabase(required(config.dsn, 'dsn'), log, {
    ...{ max: 4, name: 'cardea-worker', sweeps: true, pooler: config.database.pooler, host },
  });
  host.onStop(() => database.end());
  await requireSchema(host, database);
  const clock = await watchClock(host, database);
  host.onStop(() => clock.close());
  const pruning = createPruneWorker({ redisUrl, database, log, metrics, tracing });
  host.onStop(() => pruning.close());
  host.checks.add('queue', () => pruning.ready());
  const desk = createJobDesk(redisUrl, log);
  host.onStop(() => desk.close());
  const queues = watchQueues({ desk, metrics, now: host.now });
  host.onStop(() => queues.close());
  const token = host.connect('token');
  const delivering = await startDelivering(host, { database, redisUrl, token, clock });
  host.onStop(() => delivering.close());
  startSinks(config, host, { database, redisUrl });
  const record = token.client(signatureRecordV1.SignatureRecordServiceService);
  const reconciliation = createReconciliation({
    ...{ redisUrl, database, list: record.listSignatures, events: createEvents(log, metrics), log, metrics, tracing },
  });
  host.onStop(() => reconciliation.close());
  await host.follow((current, onEnd) => {
    const resealing = createResealing(current, { redisUrl, database, random: host.random, log, metrics, tracing });
    if (resealing !== undefined) onEnd(() => resealing.close());
  });
}

/** The token service being away stops no worker: what cannot be signed now is tried again later. */
async function startDelivering(
  host: Host,
  parts: { database: Database; redisUrl: string; token: Peer; clock: Pick<ClockWatch, 'demand'> },
): Promise<LogoutDeliveryWorker> {
  const { log, metrics, tracing, now, random } = host;
  const { database, redisUrl, clock } = parts;
  const token = parts.token.client(sessionV1.LogoutDeliveryServiceService);
  const deliveries = createLogoutDeliveries(database);
  const counter = metrics.counter('cardea_logout_deliveries_total', 'Attempts to tell of a logout.', ['state']);
  const deliver = await host.follow((config, onEnd) => {
    const outbound = createOutbound(outboundPolicy(config), { log, tracing });
    onEnd(() => outbound.close());
    return createDeliver({
      deliveries,
      token,
      outbound,
      endIdentityProviderSession: createEndIdentityProviderSession(config.urls.identityProvider, outbound),
      log,
      count: (state) => counter.inc({ state }),
      now,
      jitter: () => random(4).readUInt32BE() / 2 ** 32,
    });
  });
  return createLogoutDeliveryWorker({
    ...{ redisUrl, deliveries, log, tracing, now },
    async deliver(id, attempts) {
      // When it is to be tried again is written down by this clock; who refuses leaves it due.
      clock.demand();
      await deliver()(id, attempts);
    },
  });
}
