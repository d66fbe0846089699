// The audit stream in the OpenAPI document.
import { eventTypeNames } from '@cardea/service';
import type { Operation } from './operation.js';
import { answer } from './operation.js';
import type { Schema } from './schema.js';
import { described, flag, instant, list, object, oneOf, ref, text, whole } from './schema.js';

export const eventSchemas: Readonly<Record<string, Schema>> = {
  cloudEvent: object({
    specversion: oneOf('1.0'),
    id: described(text, 'The same however often the event comes.'),
    source: described(text, 'The issuer.'),
    type: oneOf(...eventTypeNames),
    time: instant,
    datacontenttype: oneOf('application/json'),
    sequence: described(text, 'Its place in the stream: later ones are greater, letter by letter.'),
    data: described(
      { type: 'object', additionalProperties: { type: ['string', 'number', 'boolean'] } },
      'By type: see docs/events.md.',
    ),
  }),
  eventPage: object({
    events: list(ref('cloudEvent')),
    next: described(text, 'What `after` is next.'),
    more: described(flag, 'Whether there may be more at once, even if there is no event in this answer.'),
  }),
};

export const eventOperations: readonly Operation[] = [
  {
    id: 'readEvents',
    method: 'get',
    path: '/admin/events',
    summary: 'Read the audit stream, the oldest first, from a place in it on (CloudEvents 1.0)',
    query: {
      after: described(text, '`next` of an answer before; `end` is behind the newest. Without it from the oldest on.'),
      type: described(text, 'Only these types, or beginnings like `cardea.key.*`; several are separated by commas.'),
      client_id: described(text, 'Only about this client.'),
      since: described(instant, 'Not earlier than this.'),
      limit: described(whole, 'How many at most: 100 by default, 500 at most.'),
      wait: described(whole, 'Seconds to wait for an event when there is none yet: 0 by default, 25 at most.'),
    },
    answers: { 200: answer('Events, and where to go on', ref('eventPage')) },
  },
];
