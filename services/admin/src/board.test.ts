// /admin/board: bull-board's page and files as they are served, what it shows and may order, and who gets to it.
import type { auditV1 } from '@cardea/rpc';
import { jobV1 } from '@cardea/rpc';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { StartedAdmin } from './admin.fixture.js';
import { startAdmin } from './admin.fixture.js';
import { makeApiKey } from './authentication/api-keys.js';

let admin: StartedAdmin;
afterEach(() => admin.stop());

const counts = { waiting: 0, active: 0, delayed: 1, completed: 0, failed: 3 };
const letters = ['a', 'b', 'c'].map((id) =>
  jobV1.Job.create({ id, name: 'deliver', state: jobV1.JobState.FAILED, data: { id: '7' }, failedReason: 'it broke' }),
);

/** The admin service before queues with three dead letters. */
async function start(env: Record<string, string> = {}) {
  const orders: string[] = [];
  const recorded: auditV1.AuditEvent[] = [];
  let listed = 0;
  admin = await startAdmin(
    {
      audit: {
        recordEvent: async ({ event }) => {
          recorded.push(event!);
          return {};
        },
      },
      jobs: {
        listQueues: async () => {
          listed++;
          return { queues: [{ name: 'cardea-cleaning', counts }] };
        },
        listJobs: async ({ state, pageSize, pageToken }) => {
          if (state !== jobV1.JobState.FAILED) return { jobs: [], nextPageToken: '' };
          const from = Number(pageToken);
          const next = from + pageSize < letters.length ? String(from + pageSize) : '';
          return { jobs: letters.slice(from, from + pageSize), nextPageToken: next };
        },
        getJob: async ({ id }) => ({ job: letters.find((job) => job.id === id) }),
        retryJob: async ({ queue, id }) => {
          orders.push(`retry ${queue} ${id}`);
          return {};
        },
        drainFailedJobs: async ({ queue }) => {
          orders.push(`drain ${queue}`);
          return { count: 3 };
        },
      },
    },
    env,
  );
  const ask = async (path: string, init: RequestInit = {}) => {
    const headers = new Headers(init.headers);
    // Who keeps connections has the service wait for a second when it stops.
    headers.set('connection', 'close');
    const response = await fetch(`${admin.url}/admin/board${path}`, { ...init, headers });
    return { status: response.status, headers: response.headers, text: await response.text() };
  };
  return { ask, orders, recorded, listed: () => listed };
}
const put = { method: 'PUT' };
const json = (text: string) => JSON.parse(text) as Record<string, unknown>;

describe('the page', () => {
  test('is whole: every file it names is served, from here, and nothing inline runs', async () => {
    const { ask } = await start();
    const { status, headers, text } = await ask('');
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'; script-src 'self';/);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(text).toContain('<base href="/admin/board/">');
    expect(text).not.toMatch(/https?:|<%|<script>|onload=/);
    const files = [...text.matchAll(/(?:src|href)="(static\/[^"]+)"/g)].map(([, file]) => file ?? '');
    expect(files.filter((file) => file.endsWith('.js')).length).toBeGreaterThan(0);
    for (const file of files) {
      const served = await ask(`/${file}`);
      expect([file, served.status]).toEqual([file, 200]);
      expect(served.headers.get('x-content-type-options')).toBe('nosniff');
      if (/\.(?:js|css)$/.test(file)) expect(served.headers.get('cache-control')).toContain('immutable');
    }
    expect((await ask('/queue/cardea-cleaning')).text).toBe(text);
  });

  test.each([
    '/static/nothing.js',
    '/static/../package.json',
    '/static/..%2f..%2fpackage.json',
    '/static/%2e%2e/index.ejs',
  ])('has no file %s', async (path) => {
    const { ask } = await start();
    const { status, text } = await ask(path);
    if (status === 200) expect(text).toContain('<base href="/admin/board/">');
    else expect(status).toBe(404);
  });

  test('is not loaded before somebody looks, and is not there where it is switched off', async () => {
    const shown = await start();
    expect(shown.listed()).toBe(0);
    await admin.stop();
    const { ask } = await start({ SERVE_ADMIN_BOARD: 'false' });
    expect((await ask('')).status).toBe(404);
    expect((await ask('/api/queues')).status).toBe(404);
  });
});

describe('its orders', () => {
  test('queues and jobs are shown, in pages', async () => {
    const { ask } = await start();
    const { text } = await ask('/api/queues?activeQueue=cardea-cleaning&status=failed&page=1&jobsPerPage=2');
    const { queues } = json(text) as { queues: Record<string, unknown>[] };
    expect(queues).toMatchObject([{ name: 'cardea-cleaning', counts, pagination: { pageCount: 2 } }]);
    expect(queues[0]?.['jobs']).toMatchObject([
      { id: 'a', name: 'deliver', data: { id: '7' }, failedReason: 'it broke' },
      { id: 'b' },
    ]);
    const second = json((await ask('/api/queues?activeQueue=cardea-cleaning&status=failed&page=2&jobsPerPage=2')).text);
    expect(second).toMatchObject({ queues: [{ jobs: [{ id: 'c' }] }] });
    expect(json((await ask('/api/queues/cardea-cleaning/b')).text)).toMatchObject({
      ...{ status: 'failed', job: { id: 'b' } },
    });
  });

  test('dead letters are tried again and drained, which is on record', async () => {
    const { ask, orders, recorded } = await start();
    expect((await ask('/api/queues/cardea-cleaning/b/retry', put)).status).toBe(204);
    expect((await ask('/api/queues/cardea-cleaning/retry/failed', put)).status).toBe(200);
    expect((await ask('/api/queues/cardea-cleaning/clean/failed', put)).status).toBe(200);
    expect(orders).toEqual([
      ...['b', 'a', 'b', 'c'].map((id) => `retry cardea-cleaning ${id}`),
      'drain cardea-cleaning',
    ]);
    expect(recorded.map(({ target, status }) => [target, status])).toEqual([
      ['/admin/board/api/queues/cardea-cleaning/b/retry', 204],
      ['/admin/board/api/queues/cardea-cleaning/retry/failed', 200],
      ['/admin/board/api/queues/cardea-cleaning/clean/failed', 200],
    ]);
  });

  test.each([
    ['PUT', '/api/queues/cardea-cleaning/pause'],
    ['PUT', '/api/queues/cardea-cleaning/obliterate'],
    ['PUT', '/api/queues/cardea-cleaning/empty'],
    ['PUT', '/api/queues/pause'],
    ['GET', '/api/redis/stats'],
    ['GET', '/api/metrics/history'],
  ])('%s %s is not offered', async (method, path) => {
    const { ask, orders } = await start();
    expect((await ask(path, { method })).status).toBe(403);
    expect((await ask('/api/queues/cardea-cleaning/add', { method: 'POST' })).status).toBe(405);
    expect(orders).toEqual([]);
  });
});

describe('who gets to it', () => {
  const keys = (['operator', 'auditor'] as const).map((role, at) => ({
    role,
    ...makeApiKey(Buffer.alloc(32, at + 1)),
  }));
  const env = {
    SERVE_ADMIN_AUTHENTICATION_API_KEYS: JSON.stringify(
      keys.map(({ role, hash }) => ({ name: role, hash, roles: [role] })),
    ),
  };
  const basic = (key: string) => ({
    headers: { authorization: `Basic ${Buffer.from(`x:${key}`).toString('base64')}` },
  });

  test('an operator, by bearer token or as a browser asks for it; nobody else', async () => {
    const { ask } = await start(env);
    const [operator, auditor] = keys.map(({ key }) => key) as [string, string];
    const stranger = await ask('');
    expect([stranger.status, stranger.headers.get('www-authenticate')]).toEqual([401, 'Basic realm="cardea admin"']);
    expect((await ask('', basic(operator))).status).toBe(200);
    expect((await ask('', { headers: { authorization: `Bearer ${operator}` } })).status).toBe(200);
    expect((await ask('', basic(auditor))).status).toBe(403);
    expect((await ask('/static/images/logo.svg')).status).toBe(401);
    for (const wrong of ['', 'x', `${operator}x`]) expect((await ask('', basic(wrong))).status).toBe(401);
  });

  test('a password is a credential there only', async () => {
    await start(env);
    const [operator] = keys.map(({ key }) => key) as [string];
    const response = await fetch(`${admin.url}/admin/clients`, basic(operator));
    expect([response.status, response.headers.get('www-authenticate')]).toEqual([401, 'Bearer realm="cardea admin"']);
  });

  test('no page of another site gives orders by it', async () => {
    const { ask, orders } = await start(env);
    const [operator] = keys.map(({ key }) => key) as [string];
    const headers = { ...basic(operator).headers, 'sec-fetch-site': 'cross-site' };
    expect((await ask('/api/queues/cardea-cleaning/clean/failed', { method: 'PUT', headers })).status).toBe(403);
    expect(orders).toEqual([]);
  });
});
