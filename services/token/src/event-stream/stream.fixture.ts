// Audit streams for tests: one that nobody listens to, and one as settings say.
import type { Metrics } from '@cardea/service';
import { loadConfig } from '@cardea/service';
import { quietLog } from '../database.fixture.js';
import type { Database } from '../storage/database.js';
import type { NewEvent } from '../storage/event-outbox.js';
import type { EventStream } from './open-stream.js';
import { createEventRecorder } from './recorder.js';
import { eventSettings } from './settings.js';

export const quietStream: EventStream = {
  source: 'https://as.test',
  types: [],
  sinks: [],
  wants: () => false,
  personOf: () => undefined,
  recorder: {
    wants: () => false,
    record: () => undefined,
    flush: () => Promise.resolve(),
    close: () => Promise.resolve(),
  },
};

const counter: object = { inc: () => undefined, labels: () => counter };

/** @param env settings, by the names of the environment */
export function openTestStream(database: Database, env: Readonly<Record<string, string>>): EventStream {
  const settings = eventSettings(loadConfig({ env: { URLS_SELF_ISSUER: 'https://as.test', ...env } }));
  const metrics = { counter: () => counter } as unknown as Metrics;
  const recorder = createEventRecorder({ database, wants: settings.wants, log: quietLog, metrics, now: Date.now });
  return { ...settings, recorder };
}

/** Everything that stands in the stream, in its order, whatever transactions are open elsewhere on the server. */
export async function allEvents(database: Database): Promise<readonly Omit<NewEvent, 'occurredAt'>[]> {
  const { rows } = await database.query<Omit<NewEvent, 'occurredAt'>>(
    'SELECT id, type, data FROM cardea.event ORDER BY xid, sequence',
  );
  return rows;
}

/** Waits for something that comes by itself, on a machine that may be busy. */
export async function until(holds: () => Promise<boolean> | boolean): Promise<void> {
  for (const from = Date.now(); Date.now() - from < 100_000; await new Promise((resolve) => setTimeout(resolve, 20)))
    if (await holds()) return;
  throw new Error('not within 100 s');
}
