// Writes events behind the answers they are about: many at once and a moment later, so that no token waits for them. What must not
// be lost is written by the transaction of the change itself instead (docs/events.md).
import type { EventType, Log, Metrics } from '@cardea/service';
import { randomUUID } from 'node:crypto';
import type { Database } from '../storage/database.js';
import type { NewEvent } from '../storage/event-outbox.js';
import { insertEvents } from '../storage/event-outbox.js';
import { createWriteBehind } from '../storage/write-behind.js';

export interface EventRecorder {
  /** Whether anybody wants such events. */
  wants(type: EventType): boolean;
  /** Keeps an event, if it is wanted. */
  record(type: EventType, data: NewEvent['data']): void;
  /** Writes what was kept so far. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

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
  const behind = createWriteBehind<NewEvent>({
    write: (events) => insertEvents(database, events),
    ...{ mostKept, log },
    late: 'events cannot be written yet; it is tried again',
    full: 'events are lost: the database is away too long',
  });

  return {
    wants,
    record(type, data) {
      if (!wants(type)) return;
      if (!behind.keep({ id: randomUUID(), type, occurredAt: now(), data })) lost.inc();
    },
    flush: () => behind.flush(),
    close: () => behind.close(),
  };
}
