// /admin/events over real HTTP, before a stand-in for the token service that is real gRPC: the stream is read on from where it ended,
// waited for, and told whom the API turned away, many alike as one.
import { OAuthError } from '@cardea/oauth';
import type { eventStreamV1 } from '@cardea/rpc';
import { afterEach, expect, jest, test } from '@jest/globals';
import type { StandIn, StartedAdmin } from './admin.fixture.js';
import { startAdmin } from './admin.fixture.js';
import { makeApiKey } from './authentication/api-keys.js';
import { createRefusals } from './refusals.js';

// For busy machines; nothing here depends on how fast anything is.
jest.setTimeout(60_000);

let admin: StartedAdmin | undefined;
afterEach(async () => {
  await admin?.stop();
  admin = undefined;
});
const start = async (events: NonNullable<StandIn['events']>, env: Record<string, string> = {}) =>
  (admin = await startAdmin({ events }, env));

const event = {
  specversion: '1.0',
  id: '5c4c1f5e-6a0b-4b0e-9d57-0d5a0f0c7a11',
  source: 'https://as.test',
  type: 'cardea.client.created.v1',
  time: '2026-01-31T12:00:00.000Z',
  datacontenttype: 'application/json',
  sequence: '1-1',
  data: { client_id: 'shop' },
};

test('events come with the place to read on from, and only those that are asked for', async () => {
  const asked: eventStreamV1.ReadEventsRequest[] = [];
  const { call } = await start({
    readEvents: async (request) => {
      asked.push(request);
      return { eventsJson: [JSON.stringify(event)], next: '1-1', more: false };
    },
  });
  const { json, headers } = await call('GET', '/admin/events');
  expect(json).toEqual({ events: [event], next: '1-1', more: false });
  expect(headers.get('cache-control')).toBe('no-store');
  const query =
    'after=1-1&type=cardea.key.*,cardea.client.created.v1&client_id=shop&since=2026-01-31T12:00:00Z&limit=7';
  await call('GET', `/admin/events?${query}`);
  const nothing = { after: '', types: [], clientId: '', since: undefined, limit: 0 };
  expect(asked).toEqual([
    nothing,
    {
      ...{ after: '1-1', types: ['cardea.key.*', 'cardea.client.created.v1'], clientId: 'shop', limit: 7 },
      since: new Date('2026-01-31T12:00:00Z'),
    },
  ]);
});

test('an answer waits for an event, reading on meanwhile', async () => {
  const places: string[] = [];
  const { call } = await start({
    readEvents: async ({ after }) => {
      places.push(after);
      const found = places.length === 3;
      return {
        eventsJson: found ? [JSON.stringify(event)] : [],
        next: String(places.length),
        more: places.length === 1,
      };
    },
  });
  expect((await call('GET', '/admin/events?after=0&wait=25')).json).toEqual({
    events: [event],
    next: '3',
    more: false,
  });
  expect(places).toEqual(['0', '1', '2']);
  expect((await call('GET', '/admin/events?after=9')).json).toEqual({ events: [], next: '4', more: false });
});

test('what cannot be asked is refused', async () => {
  const { call } = await start({ readEvents: () => Promise.reject(new OAuthError('invalid_request')) });
  for (const query of ['wait=26', 'wait=-1', 'limit=501', 'limit=x', 'since=yesterday', 'after=x'])
    expect((await call('GET', `/admin/events?${query}`)).status).toBe(400);
});

test('who was turned away is told when the service stops at the latest, those who are alike as one', async () => {
  const told: eventStreamV1.Refusals[] = [];
  const key = makeApiKey(Buffer.alloc(32, 7));
  const keys = JSON.stringify([{ name: 'watcher', hash: key.hash, roles: ['auditor'] }]);
  const { call, stop } = await start(
    {
      reportRefusals: async ({ refusals }) => {
        told.push(...refusals);
        return {};
      },
    },
    { SERVE_ADMIN_AUTHENTICATION_API_KEYS: keys },
  );
  for (let n = 0; n < 5; n++) expect((await call('GET', '/admin/clients?subject=a-canary')).status).toBe(401);
  const authorization = `Bearer ${key.key}`;
  expect((await call('DELETE', '/admin/clients/shop', undefined, { authorization })).status).toBe(403);
  await stop();
  admin = undefined;
  const counted = new Map<string, number>();
  for (const { reason, actor, method, count } of told) {
    const kind = `${reason} ${actor} ${method}`;
    counted.set(kind, (counted.get(kind) ?? 0) + count);
  }
  expect([...counted]).toEqual([
    ['unauthorized  GET', 5],
    ['forbidden watcher DELETE', 1],
  ]);
});

test('a flood of refusals of all kinds stays small, and none of them is lost', async () => {
  const told: eventStreamV1.Refusals[] = [];
  const quiet = () => undefined;
  const refusals = createRefusals({
    report: async ({ refusals: some }: { refusals: readonly eventStreamV1.Refusals[] }) => {
      told.push(...some);
      return {};
    },
    log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
  });
  for (let n = 0; n < 1_000; n++) refusals.add({ reason: 'forbidden', actor: `someone ${String(n)}`, method: 'GET' });
  await refusals.close();
  expect(told).toHaveLength(21);
  expect(told.reduce((sum, { count }) => sum + count, 0)).toBe(1_000);
  expect(told.at(-1)).toEqual({ reason: 'forbidden', actor: '', method: '', count: 980 });
});
