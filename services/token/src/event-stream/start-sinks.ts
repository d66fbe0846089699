// The sinks that a worker serves: its standard output, a file, a webhook (docs/events.md).
import type { Config, Host } from '@cardea/service';
import { required } from '@cardea/service';
import { createDueWorker } from '../jobs/due-worker.js';
import { queueNames } from '../jobs/queues.js';
import { createOutbound, outboundPolicy } from '../outbound/index.js';
import type { Database } from '../storage/database.js';
import { createEventDeliveries, sendBatch } from '../storage/event-deliveries.js';
import { cloudEvent } from './cloud-event.js';
import { batchSize, createDeliverBatch } from './deliver-batch.js';
import type { LineSink } from './line-sink.js';
import { fileSink, stdoutSink } from './line-sink.js';
import { createPump } from './pump.js';
import type { SinkName } from './settings.js';
import { eventSettings } from './settings.js';

const linesAtOnce = 500;
const concurrency = 4;

/** Registers what is to be closed with the host. @throws {ConfigError} for a webhook without a secret */
export function startSinks(
  config: Config,
  host: Pick<Host, 'log' | 'metrics' | 'tracing' | 'now' | 'random' | 'onStop'>,
  { database, redisUrl }: { readonly database: Database; readonly redisUrl: string },
): void {
  const { log, tracing, now, random } = host;
  const { events } = config;
  const { types, source } = eventSettings(config);

  const lines = (name: SinkName, sink: LineSink): void => {
    const pump = createPump({
      ...{ database, name, types, batch: linesAtOnce, log },
      take: (batch) => sink.write(batch.map((event) => `${cloudEvent(source, event)}\n`).join('')),
    });
    host.onStop(async () => {
      await pump.close();
      await sink.close();
    });
  };
  if (events.stdout) lines('stdout', stdoutSink());
  if (events.file !== undefined) lines('file', fileSink(events.file));

  const { url } = events.webhook;
  if (url === undefined) return;
  const secret = required(events.webhook.secret, 'events.webhook.secret');
  const counter = host.metrics.counter('cardea_event_batches_total', 'Attempts to hand events to the webhook.', [
    'result',
  ]);
  const pump = createPump({
    ...{ database, name: 'webhook', types, batch: batchSize, log },
    take: (batch, { connection, after, next }) => sendBatch(connection, after, batch.at(-1)?.place ?? next),
  });
  host.onStop(() => pump.close());
  const outbound = createOutbound(outboundPolicy(config), { log, tracing });
  host.onStop(() => outbound.close());
  const deliveries = createEventDeliveries(database);
  const worker = createDueWorker({
    ...{ redisUrl, queue: queueNames.events, what: 'batch of events', concurrency, log, tracing, now },
    due: deliveries.due,
    deliver: createDeliverBatch({
      ...{ database, deliveries, outbound, webhook: { url, secret }, types, source, now },
      count: (result) => counter.inc({ result }),
      jitter: () => random(4).readUInt32BE() / 2 ** 32,
    }),
  });
  host.onStop(() => worker.close());
}
