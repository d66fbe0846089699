// What nobody may make the admin API do by size, number or depth (security catalogue H13, H14).
import type { clientV1 } from '@cardea/rpc';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { StartedAdmin } from './admin.fixture.js';
import { startAdmin } from './admin.fixture.js';

let admin: StartedAdmin;
const asked: clientV1.ListClientsRequest[] = [];
beforeAll(async () => {
  admin = await startAdmin({
    clients: {
      createClient: async ({ client }) => ({ client, clientSecret: '', registrationAccessToken: '' }),
      listClients: async (request) => {
        asked.push(request);
        return { clients: [], nextPageToken: '', firstPageToken: '' };
      },
    },
  });
});
afterAll(() => admin.stop());

const nested = (open: string, close: string, depth: number) => `${open.repeat(depth)}1${close.repeat(depth)}`;

test.each<[string, string, number]>([
  ['more than 1 MiB', JSON.stringify({ client_name: 'x'.repeat(1024 * 1024) }), 413],
  ['a list of 50,000', JSON.stringify({ contacts: Array(50_000).fill('a') }), 201],
  ['a number of a million digits', `{"default_max_age":${'9'.repeat(1_000_000)}}`, 400],
  ['lists in lists, 100,000 deep', `{"contacts":${nested('[', ']', 100_000)}}`, 400],
  [
    'names that look like numbers',
    JSON.stringify(Object.fromEntries(Array.from({ length: 50_000 }, (_, i) => [i * 65_536, 0]))),
    201,
  ],
  ['a prototype', '{"__proto__":{"client_id":"x"},"constructor":{"prototype":{"x":1}}}', 201],
])('H14: %s', async (_what, body, status) => {
  expect((await admin.call('POST', '/admin/clients', body)).status).toBe(status);
  expect(({} as Record<string, unknown>)['x']).toBeUndefined();
});

test('H13: a page has 500 items at most', async () => {
  expect((await admin.call('GET', '/admin/clients?page_size=1000000000')).status).toBe(200);
  expect(asked.at(-1)?.pageSize).toBe(500);
});
