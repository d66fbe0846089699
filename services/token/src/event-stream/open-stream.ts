// The audit stream as one process writes it: what is wanted, and the one who writes behind answers.
import type { Config, Host } from '@cardea/service';
import type { Database } from '../storage/database.js';
import type { EventRecorder } from './recorder.js';
import { createEventRecorder } from './recorder.js';
import type { EventSettings } from './settings.js';
import { eventSettings } from './settings.js';

export interface EventStream extends EventSettings {
  readonly recorder: EventRecorder;
}

/** Writes what it still has when the service stops. */
export function openEventStream(config: Config, host: Host, database: Database): EventStream {
  const settings = eventSettings(config);
  const { log, metrics, now } = host;
  const recorder = createEventRecorder({ database, wants: settings.wants, log, metrics, now });
  host.onStop(() => recorder.close());
  return { ...settings, recorder };
}
