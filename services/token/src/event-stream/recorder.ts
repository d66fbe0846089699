// Writes events behind the answers they are about: many at once and a moment later, so that no token waits for them. What must not
// be lost is written by the transaction of the change itself instead (docs/events.md).
import type { EventType, Log, Metrics } from '@cardea/service';
import { randomUUID } from 'node:crypto';
import type { Database } from '../storage/database.js';
import type { NewEvent } from '../storage/event-outbox.js';
import { insertEvents } from '../storage/event-outbox.js';

export interface EventRecorder {
  /** Whether anybody wants such events. */
  wants(type: EventType): boolean;
  /** Keeps an event, if it is wanted. */
  record(type: EventType, data: NewEvent['data']): void;
  /** Writes what was kept so far. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

const flushMillis = 250;
const together = 2_000;
/** A database that is away stops what events are about; some seconds of it are kept here. */
const mostKept = 50_000;

export function createEventRecorder(options: {
  database: Database;
  wants: (type: EventType) => boolean;
  log: Log;
  metrics: Metrics;
  /** Milliseconds since the epoch. */
  now: () => number;
}): EventRecorder {
  const { database, wants, log, now } = options;
  const lost = options.metrics.counter('cardea_events_lost_total', 'Events that could not be kept.', []);
  let kept: NewEvent[] = [];
  let flushing: Promise<void> | undefined;
  let said = '';

  const write = async (): Promise<void> => {
    while (kept.length > 0) {
      const batch = kept.slice(0, together);
      await insertEvents(database, batch);
      kept = kept.slice(batch.length);
    }
    said = '';
  };
  const flush = (): Promise<void> => {
    flushing ??= write()
      .catch((error: unknown) => {
        const { message } = error as Error;
        if (message !== said) log.warn({ err: message }, 'events cannot be written yet; it is tried again');
        said = message;
      })
      .finally(() => (flushing = undefined));
    return flushing;
  };
  const timer = setInterval(() => void (kept.length > 0 && flush()), flushMillis).unref();

  return {
    wants,
    record(type, data) {
      if (!wants(type)) return;
      if (kept.length >= mostKept) {
        lost.inc();
        if (said !== 'full') log.error({ kept: mostKept }, 'events are lost: the database is away too long');
        said = 'full';
        return;
      }
      kept.push({ id: randomUUID(), type, occurredAt: now(), data });
    },
    flush,
    async close() {
      clearInterval(timer);
      await flushing;
      await flush();
    },
  };
}
