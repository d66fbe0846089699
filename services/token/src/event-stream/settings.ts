// Reads what the audit stream is to say, and where, out of the product's configuration.
import type { Config, EventType } from '@cardea/service';
import { eventTypeNames, eventTypes, eventTypesOf } from '@cardea/service';
import { createHmac, createSecretKey } from 'node:crypto';

/** Where events go, by the name under which its place in the stream is kept. */
export type SinkName = 'stdout' | 'file' | 'webhook';

export interface EventSettings {
  /** `source` of the events: the issuer. */
  readonly source: string;
  /** What sinks get. */
  readonly types: readonly EventType[];
  readonly sinks: readonly SinkName[];
  /** Whether an event is written at all. */
  wants(type: EventType): boolean;
  /** The pseudonym of a person; undefined where there are to be none. */
  personOf(subject: string): string | undefined;
}

export function eventSettings({ events, urls }: Config): EventSettings {
  const asked = events.types === undefined ? eventTypeNames : (eventTypesOf(events.types) ?? []);
  const sinks: SinkName[] = [
    ...(events.stdout ? ['stdout' as const] : []),
    ...(events.file === undefined ? [] : ['file' as const]),
    ...(events.webhook.url === undefined ? [] : ['webhook' as const]),
  ];
  const onlyIfAsked = sinks.length > 0 || events.types !== undefined ? asked : [];
  const wanted = new Set<EventType>([
    ...onlyIfAsked,
    ...eventTypeNames.filter((type) => !eventTypes[type].keeping.includes('asked for')),
  ]);
  return {
    source: urls.self.issuer ?? 'cardea',
    types: asked,
    sinks,
    wants: (type) => wanted.has(type),
    personOf: createPersonOf(events.pseudonymKey),
  };
}

const pseudonymBytes = 16;

/** HMAC-SHA-256 under a key of its own: events of one person can be told to belong together, and by who has the key whose they are. */
function createPersonOf(key: string | undefined): EventSettings['personOf'] {
  if (key === undefined) return () => undefined;
  const secret = createSecretKey(Buffer.from(key));
  return (subject) =>
    createHmac('sha256', secret).update(subject).digest().subarray(0, pseudonymBytes).toString('base64url');
}
