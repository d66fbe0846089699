// cardea.audit.v1.EventStreamService: the audit stream for whoever watches, and whom the admin service turned away.
import { OAuthError } from '@cardea/oauth';
import type { eventStreamV1, Handlers } from '@cardea/rpc';
import type { EventType } from '@cardea/service';
import { eventTypeNames, eventTypesOf } from '@cardea/service';
import { cloudEvent } from '../event-stream/cloud-event.js';
import { placeOf, placeText } from '../event-stream/place.js';
import type { EventRecorder } from '../event-stream/recorder.js';
import type { Database } from '../storage/database.js';
import { readEvents, streamBeginning, streamEnd } from '../storage/event-outbox.js';

const defaultPage = 100;
const largestPage = 500;
/** The admin service counts those who are alike; more kinds of them than this in a moment are not told apart. */
const mostRefusals = 100;

export function createEventStreamHandlers(options: {
  database: Database;
  recorder: Pick<EventRecorder, 'record'>;
  /** `source` of the events. */
  source: string;
}): Handlers<typeof eventStreamV1.EventStreamServiceService> {
  const { database, recorder, source } = options;
  return {
    async readEvents({ after, types, clientId, since, limit }) {
      if (after === 'end') return { eventsJson: [], next: placeText(await streamEnd(database)), more: false };
      const from = after === '' ? streamBeginning : placeOf(after);
      if (from === undefined) throw new OAuthError('invalid_request', 'That is no place in the stream.');
      const { events, next, more } = await readEvents(database, {
        after: from,
        filter: { types: namedTypes(types), clientId, since: since?.getTime() },
        limit: Math.min(limit > 0 ? limit : defaultPage, largestPage),
      });
      return { eventsJson: events.map((event) => cloudEvent(source, event)), next: placeText(next), more };
    },

    async reportRefusals({ refusals }) {
      for (const { reason, actor, method, count } of refusals.slice(0, mostRefusals)) {
        recorder.record('cardea.admin.refused.v1', { reason, method, count, ...(actor !== '' && { actor }) });
      }
      return Promise.resolve({});
    },
  };
}

function namedTypes(patterns: readonly string[]): readonly EventType[] {
  if (patterns.length === 0) return eventTypeNames;
  const types = eventTypesOf(patterns);
  if (types === undefined) throw new OAuthError('invalid_request', 'There is no event of that type.');
  return types;
}
