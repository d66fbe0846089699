// Takes a sink through the stream: events in order, batch by batch, the sink's place moved in the transaction that read them. Whoever
// breaks off between the two writes them again: each event comes at least once.
import type { EventType, Log } from '@cardea/service';
import type { Connection, Database } from '../storage/database.js';
import type { StoredEvent, StreamPlace } from '../storage/event-outbox.js';
import { readEvents } from '../storage/event-outbox.js';
import { advanceSink, beginSink } from '../storage/event-sinks.js';

export interface Pump {
  /** Takes the sink as far as it goes now. */
  pumpNow(): Promise<void>;
  close(): Promise<void>;
}

const everyMillis = 500;

/**
 * @param options.take events that stand behind a place, up to another
 * @param options.batch how many at a time
 */
export function createPump(options: {
  database: Database;
  /** The sink's own name. */
  name: string;
  types: readonly EventType[];
  batch: number;
  take: (
    events: readonly StoredEvent[],
    places: { connection: Connection; after: StreamPlace; next: StreamPlace },
  ) => Promise<void>;
  log: Log;
}): Pump {
  const { database, name, types, batch, take, log } = options;
  const filter = { types, clientId: '', since: undefined };
  let begun = false;
  let closed = false;
  let pumping: Promise<void> | undefined;
  let said = '';

  const pump = async (): Promise<void> => {
    if (!begun) await beginSink(database, name);
    begun = true;
    let more = true;
    while (more && !closed) {
      more = await advanceSink(database, name, async (connection, after) => {
        const { events, next, more: further } = await readEvents(connection, { after, filter, limit: batch });
        if (events.length > 0) await take(events, { connection, after, next });
        return { kept: events.length > 0 || further, next, more: further };
      });
    }
    said = '';
  };
  const pumpNow = (): Promise<void> => (pumping ??= pump().finally(() => (pumping = undefined)));
  const timer = setInterval(() => {
    pumpNow().catch((error: unknown) => {
      const cause = (error as Error).cause instanceof Error ? ((error as Error).cause as Error) : (error as Error);
      if (cause.message !== said)
        log.error(
          { sink: name, err: cause.message },
          'events cannot be handed on; it is tried again from the same place',
        );
      said = cause.message;
    });
  }, everyMillis).unref();

  return {
    pumpNow,
    async close() {
      closed = true;
      clearInterval(timer);
      await pumping?.catch(() => undefined);
    },
  };
}
