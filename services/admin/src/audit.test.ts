// Changes through the admin API are on record before their answer goes out; a change that could not be recorded is no success
// (security §2.5, catalogue J12).
import { OAuthError } from '@cardea/oauth';
import type { auditV1 } from '@cardea/rpc';
import { clientV1 } from '@cardea/rpc';
import { afterEach, expect, test } from '@jest/globals';
import type { StandIn, StartedAdmin } from './admin.fixture.js';
import { startAdmin } from './admin.fixture.js';
import { makeApiKey } from './authentication/api-keys.js';

const { key, hash } = makeApiKey(Buffer.alloc(32, 7));
const env = { SERVE_ADMIN_AUTHENTICATION_API_KEYS: JSON.stringify([{ name: 'ada', hash, roles: ['operator'] }]) };
const headers = { authorization: `Bearer ${key}` };
const body = { client_id: 'a', client_secret: 'a-secret-of-the-operator', client_name: 'A' };

let admin: StartedAdmin;
afterEach(() => admin.stop());

const recording = (events: auditV1.AuditEvent[], clients: StandIn['clients'] = {}): StandIn => ({
  audit: {
    recordEvent: async ({ event }) => {
      events.push(event!);
      return {};
    },
  },
  clients: {
    createClient: async ({ client }) => ({ client, clientSecret: 's', registrationAccessToken: '' }),
    getClient: async ({ clientId }) => ({ client: clientV1.Client.create({ clientId }), version: 1 }),
    deleteClient: async () => ({}),
    ...clients,
  },
});

test('J12: each change once, with who, what and the request id, and no secret', async () => {
  const events: auditV1.AuditEvent[] = [];
  admin = await startAdmin(recording(events), env);
  const created = await admin.call('POST', '/clients', body, headers);
  expect(created.status).toBe(201);
  expect(created.headers.get('location')).toContain('/admin/clients/a');
  expect((await admin.call('GET', '/admin/clients/a', undefined, headers)).status).toBe(200);
  expect((await admin.call('DELETE', '/admin/clients/a', undefined, headers)).status).toBe(204);
  expect(events).toEqual([
    {
      id: '',
      occurredAt: undefined,
      actor: 'ada',
      authentication: 'api_key',
      action: 'POST /admin/clients',
      target: expect.stringMatching(/\/admin\/clients\/a$/),
      status: 201,
      requestId: expect.stringMatching(/^[0-9a-f]{12}/),
    },
    expect.objectContaining({ action: 'DELETE /admin/clients/:id', target: '/admin/clients/a', status: 204 }),
  ]);
  expect(new Set(events.map(({ requestId }) => requestId)).size).toBe(2);
  expect(JSON.stringify(events)).not.toContain('secret');
});

test('who was refused, and what was not found, changed nothing', async () => {
  const events: auditV1.AuditEvent[] = [];
  const deleteClient = () => Promise.reject(new OAuthError('not_found'));
  admin = await startAdmin(recording(events, { deleteClient }), env);
  expect((await admin.call('DELETE', '/admin/clients/a')).status).toBe(401);
  expect((await admin.call('DELETE', '/admin/clients/a', undefined, headers)).status).toBe(404);
  expect(events).toEqual([]);
});

test('what may or may not have happened is on record as that', async () => {
  const events: auditV1.AuditEvent[] = [];
  const deleteClient = () => Promise.reject(new OAuthError('temporarily_unavailable'));
  admin = await startAdmin(recording(events, { deleteClient }), env);
  expect((await admin.call('DELETE', '/admin/clients/a', undefined, headers)).status).toBe(503);
  expect(events).toMatchObject([{ action: 'DELETE /admin/clients/:id', status: 503 }]);
});

test('without a record there is no success to tell', async () => {
  const recordEvent = () => Promise.reject(new OAuthError('temporarily_unavailable'));
  admin = await startAdmin({ ...recording([]), audit: { recordEvent } }, env);
  const answer = await admin.call('POST', '/admin/clients', body, headers);
  expect(answer.status).toBe(503);
  expect(answer.headers.get('location')).toBeNull();
  expect(answer.json).toMatchObject({ error: 'temporarily_unavailable' });
});

test('the record is read newest first, in pages', async () => {
  const asked: auditV1.ListEventsRequest[] = [];
  admin = await startAdmin({
    audit: {
      listEvents: async (request) => {
        asked.push(request);
        const event = { id: '9', occurredAt: new Date(0), actor: 'ada', authentication: 'api_key', action: 'POST /x' };
        return { events: [{ ...event, target: '/x', status: 201, requestId: 'r' }], nextPageToken: 'next' };
      },
    },
  });
  const { status, json, headers: said } = await admin.call('GET', '/admin/audit-events?page_size=1&actor=ada');
  expect(status).toBe(200);
  expect(json).toEqual([
    {
      id: '9',
      occurred_at: '1970-01-01T00:00:00.000Z',
      actor: 'ada',
      authentication: 'api_key',
      action: 'POST /x',
      target: '/x',
      status: 201,
      request_id: 'r',
    },
  ]);
  expect(said.get('link')).toContain('</admin/audit-events?actor=ada&page_size=1&page_token=next>; rel="next"');
  const whose = await admin.call('GET', '/admin/audit-events?subject=ann%40example.com');
  expect(whose.headers.get('link')).toContain('?page_size=100&page_token=next&subject=ann%40example.com>; rel="next"');
  expect(asked).toEqual([
    { pageSize: 1, pageToken: '', actor: 'ada', subject: '' },
    { pageSize: 100, pageToken: '', actor: '', subject: 'ann@example.com' },
  ]);
});
