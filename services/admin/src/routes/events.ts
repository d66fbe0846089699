// GET /admin/events: the audit stream as it goes on, for whoever watches; asked again and again from where the last answer ended
// (docs/events.md; ours, Hydra has none).
import type { FormParameter, Route } from '@cardea/http';
import { callOptions, readQuery, valueOf } from '@cardea/http';
import { OAuthError } from '@cardea/oauth';
import type { ClientOf } from '@cardea/rpc';
import type { eventStreamV1 } from '@cardea/rpc';
import { setTimeout } from 'node:timers/promises';
import { instantOf } from '../instant-parameter.js';

type Stream = Pick<ClientOf<typeof eventStreamV1.EventStreamServiceService>, 'readEvents'>;

const path = '/admin/events';
/** Proxies give up after half a minute or later. */
const longestWait = 25;
const lookMillis = 500;

/** @param draining whether the service stops: nobody waits any longer then */
export function eventRoutes(stream: Stream, draining: () => boolean): Route[] {
  return [
    {
      path,
      get: async (request, response) => {
        const query = readQuery(request);
        const asked = {
          after: valueOf(query, 'after') ?? '',
          types: listOf(valueOf(query, 'type')),
          clientId: valueOf(query, 'client_id') ?? '',
          since: instantOf(query, 'since'),
          limit: numberOf(query, 'limit', 500),
        };
        const until = Date.now() + numberOf(query, 'wait', longestWait) * 1000;
        let after = asked.after;
        for (;;) {
          const found = await stream.readEvents({ ...asked, after }, callOptions(request, response));
          after = found.next;
          const told = found.eventsJson.length > 0;
          if (told || Date.now() >= until || response.destroyed || draining()) {
            response.writeHead(200, { 'Content-Type': 'application/json; charset=utf-8', 'Cache-Control': 'no-store' });
            const { next, more } = found;
            response.end(`{"events":[${found.eventsJson.join(',')}],${JSON.stringify({ next, more }).slice(1)}`);
            return;
          }
          if (!found.more) await setTimeout(lookMillis);
        }
      },
    },
  ];
}

const listOf = (text: string | undefined): string[] =>
  (text ?? '')
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');

function numberOf(query: readonly FormParameter[], name: string, most: number): number {
  const text = valueOf(query, name) ?? '0';
  if (/^\d{1,4}$/.test(text) && Number(text) <= most) return Number(text);
  throw new OAuthError('invalid_request', `The parameter ${name} must be a number up to ${String(most)}.`);
}
