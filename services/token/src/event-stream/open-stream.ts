// The audit stream as one process writes it: what is wanted, and the one who writes behind answers.
import type { Config, Host } from '@cardea/service';
import type { Database } from '../storage/database.js';
import { beginSink } from '../storage/event-sinks.js';
import type { EventRecorder } from './recorder.js';
import { createEventRecorder } from './recorder.js';
import type { EventSettings } from './settings.js';
import { eventSettings } from './settings.js';

export interface EventStream extends EventSettings {
  readonly recorder: EventRecorder;
}

/**
 * Writes what it still has when the service stops. Sinks begin here at the latest: a worker that is slow to start, or not there yet,
 * misses nothing of what this process tells.
 */
export async function openEventStream(
  config: Config,
  host: Pick<Host, 'log' | 'metrics' | 'now' | 'onStop'>,
  database: Database,
): Promise<EventStream> {
  const settings = eventSettings(config);
  const { log, metrics, now } = host;
  for (const name of settings.sinks) await beginSink(database, name);
  const recorder = createEventRecorder({ database, wants: settings.wants, log, metrics, now });
  host.onStop(() => recorder.close());
  return { ...settings, recorder };
}
