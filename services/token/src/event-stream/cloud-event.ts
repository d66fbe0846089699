// An event as CloudEvents 1.0 JSON has it. `subject` is left out on purpose: elsewhere it is the person.
import type { EventType } from '@cardea/service';
import { eventTypes } from '@cardea/service';
import type { StoredEvent } from '../storage/event-outbox.js';
import { placeText } from './place.js';

/** @param source of all events: the issuer */
export const cloudEvent = (source: string, { id, type, occurredAt, data, place }: StoredEvent): string =>
  JSON.stringify({
    specversion: '1.0',
    id,
    source,
    type,
    time: new Date(occurredAt).toISOString(),
    datacontenttype: 'application/json',
    // An extension attribute: later in the stream is greater, in the order of letters.
    sequence: placeText(place),
    data: inOrder(type, data),
  });

/** jsonb forgets in which order members were written: they come as the table of events has them. */
const inOrder = (type: EventType, data: StoredEvent['data']): StoredEvent['data'] =>
  Object.fromEntries(
    Object.keys(eventTypes[type].data).flatMap((name) => {
      const value = data[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
