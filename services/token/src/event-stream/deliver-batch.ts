// Posts one batch of events to the webhook, and says what becomes of it: done, tried again later, or a dead letter after a day.
import { judgeDelivery } from '@cardea/oauth';
import type { EventType } from '@cardea/service';
import { UnrecoverableError } from 'bullmq';
import type { Outbound } from '../outbound/index.js';
import { OutboundError } from '../outbound/index.js';
import type { Database } from '../storage/database.js';
import type { EventDeliveries } from '../storage/event-deliveries.js';
import { readEvents } from '../storage/event-outbox.js';
import { cloudEvent } from './cloud-event.js';
import { webhookHeaders } from './webhook-signature.js';

/** Events of one request. */
export const batchSize = 100;

const timeoutMillis = 10_000;
/** Longer than an attempt takes. */
const leaseMillis = 15_000;
const mostAnswerBytes = 64 * 1024;

export function createDeliverBatch(options: {
  database: Database;
  deliveries: EventDeliveries;
  outbound: Pick<Outbound, 'post'>;
  webhook: { readonly url: string; readonly secret: string };
  types: readonly EventType[];
  /** `source` of the events. */
  source: string;
  count: (result: 'delivered' | 'failed' | 'given_up') => void;
  /** Milliseconds since the epoch. */
  now: () => number;
  /** Between 0 and 1. */
  jitter: () => number;
}): (id: string, attempts: number) => Promise<void> {
  const { database, deliveries, outbound, webhook, types, source, count, now, jitter } = options;

  const post = async (id: string, body: string): Promise<number | 'no_answer'> => {
    const seconds = Math.floor(now() / 1000);
    try {
      const { status } = await outbound.post(webhook.url, {
        ...{ body, contentType: 'application/cloudevents-batch+json; charset=UTF-8' },
        ...{ maxBytes: mostAnswerBytes, timeoutMillis, purpose: 'event webhook', trust: 'operator' },
        headers: webhookHeaders(webhook.secret, { id: `cardea_${id}`, seconds, body }),
      });
      return status;
    } catch (error) {
      if (error instanceof OutboundError) return 'no_answer';
      throw error;
    }
  };

  return async (id, attempts) => {
    const batch = await deliveries.claim(id, attempts, now(), leaseMillis);
    if (batch === undefined) return;
    const { events } = await readEvents(database, {
      ...{ after: batch.from, upTo: batch.to, limit: batchSize },
      filter: { types, clientId: '', since: undefined },
    });
    // None are left of a batch that waited for longer than events are kept.
    const answer =
      events.length === 0 ? 204 : await post(id, `[${events.map((event) => cloudEvent(source, event)).join(',')}]`);
    // What its receiver does not take today it may take tomorrow: a mistake on its side loses no events.
    const delivered = answer !== 'no_answer' && answer >= 200 && answer < 300;
    const age = Math.max(0, (now() - batch.createdAt) / 1000);
    const verdict = judgeDelivery(delivered ? answer : 'no_answer', age, jitter());
    if (verdict.state === 'delivered') {
      await deliveries.delivered(id);
      count('delivered');
    } else if (verdict.state === 'pending') {
      await deliveries.later(id, attempts + 1, now() + verdict.retryInSeconds * 1000);
      count('failed');
    } else {
      await deliveries.givenUp(id, attempts + 1);
      count('given_up');
      throw new UnrecoverableError(`the event webhook did not take it for a day; last: ${String(answer)}`);
    }
  };
}
