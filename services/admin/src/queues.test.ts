// /admin/queues over real HTTP, before a stand-in for the token service that is real gRPC: what operators see of the workers'
// queues, and that what they do there is on record.
import { OAuthError } from '@cardea/oauth';
import type { auditV1 } from '@cardea/rpc';
import { jobV1 } from '@cardea/rpc';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { StartedAdmin } from './admin.fixture.js';
import { startAdmin } from './admin.fixture.js';

const dead = jobV1.Job.create({
  id: 'repeat:prune:1',
  name: 'prune',
  state: jobV1.JobState.FAILED,
  data: { id: '7' },
  attempts: 3,
  failedReason: 'it broke',
  createdAt: new Date(0),
  finishedAt: new Date(1_000),
});
let asked: unknown[];
let recorded: auditV1.AuditEvent[];
let admin: StartedAdmin;

beforeEach(async () => {
  asked = [];
  recorded = [];
  const answer =
    <T>(value: T) =>
    async (request: unknown): Promise<T> => {
      asked.push(request);
      return value;
    };
  admin = await startAdmin({
    audit: {
      recordEvent: async ({ event }) => {
        recorded.push(event!);
        return {};
      },
    },
    jobs: {
      listQueues: answer({
        queues: [{ name: 'cardea-cleaning', counts: { waiting: 0, active: 1, delayed: 1, completed: 2, failed: 3 } }],
      }),
      listJobs: answer({ jobs: [dead], nextPageToken: 'next' }),
      getJob: ({ id }) =>
        id === dead.id ? Promise.resolve({ job: dead }) : Promise.reject(new OAuthError('not_found')),
      retryJob: answer({}),
      retryFailedJobs: answer({ count: 3 }),
      drainFailedJobs: answer({ count: 2 }),
    },
  });
});
afterEach(() => admin.stop());

const told = {
  id: 'repeat:prune:1',
  name: 'prune',
  state: 'failed',
  data: { id: '7' },
  attempts: 3,
  failed_reason: 'it broke',
  created_at: '1970-01-01T00:00:00.000Z',
  started_at: null,
  finished_at: '1970-01-01T00:00:01.000Z',
};

test('queues are listed with their jobs by state', async () => {
  expect((await admin.call('GET', '/admin/queues')).json).toEqual([
    { name: 'cardea-cleaning', counts: { waiting: 0, active: 1, delayed: 1, completed: 2, failed: 3 } },
  ]);
});

test('jobs are listed in pages: dead letters, or those of another state', async () => {
  const { json, headers } = await admin.call('GET', '/admin/queues/cardea-cleaning/jobs?page_size=1');
  expect(json).toEqual([told]);
  expect(headers.get('link')).toContain('</admin/queues/cardea-cleaning/jobs?page_size=1&page_token=next>; rel="next"');
  await admin.call('GET', '/admin/queues/cardea-cleaning/jobs?state=delayed&page_token=next');
  expect(asked).toEqual([
    { queue: 'cardea-cleaning', state: jobV1.JobState.FAILED, pageSize: 1, pageToken: '' },
    { queue: 'cardea-cleaning', state: jobV1.JobState.DELAYED, pageSize: 100, pageToken: 'next' },
  ]);
  for (const state of ['stuck', 'constructor', ''])
    expect((await admin.call('GET', `/admin/queues/cardea-cleaning/jobs?state=${state}`)).status).toBe(400);
});

test('one job is read by its id, whatever letters that has', async () => {
  expect((await admin.call('GET', '/admin/queues/cardea-cleaning/jobs/repeat%3Aprune%3A1')).json).toEqual(told);
  expect((await admin.call('GET', '/admin/queues/cardea-cleaning/jobs/2')).status).toBe(404);
});

test('what is tried again or forgotten is on record; who reads leaves no trace', async () => {
  const base = '/admin/queues/cardea-cleaning';
  expect(await admin.call('POST', `${base}/jobs/7/retry`)).toMatchObject({ status: 202, json: { count: 1 } });
  expect(await admin.call('POST', `${base}/retry`)).toMatchObject({ status: 202, json: { count: 3 } });
  expect(await admin.call('POST', `${base}/drain`)).toMatchObject({ status: 200, json: { count: 2 } });
  await admin.call('GET', `${base}/jobs`);
  expect(asked.slice(0, 3)).toEqual([
    { queue: 'cardea-cleaning', id: '7' },
    { queue: 'cardea-cleaning' },
    { queue: 'cardea-cleaning' },
  ]);
  expect(recorded.map(({ action, target, status }) => [action, target, status])).toEqual([
    ['POST /admin/queues/:queue/jobs/:id/retry', `${base}/jobs/7/retry`, 202],
    ['POST /admin/queues/:queue/retry', `${base}/retry`, 202],
    ['POST /admin/queues/:queue/drain', `${base}/drain`, 200],
  ]);
});
