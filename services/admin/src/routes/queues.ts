// /admin/queues: the workers' queues and their dead letters, which an operator has tried again or forgotten (issue 6 "Queues";
// ours, Hydra has no workers).
import type { FormParameter, Handler, Request, Route } from '@cardea/http';
import { callOptions, readQuery, sendJson, valueOf } from '@cardea/http';
import { OAuthError } from '@cardea/oauth';
import type { ClientOf } from '@cardea/rpc';
import { jobV1 } from '@cardea/rpc';
import { linkHeader, readPage } from '../pagination.js';

export type JobClient = ClientOf<typeof jobV1.JobServiceService>;

const base = '/admin/queues';

export function queueRoutes(jobs: JobClient): Route[] {
  const listQueues: Handler = async (request, response) => {
    const { queues } = await jobs.listQueues({}, callOptions(request, response));
    sendJson(response, 200, queues);
  };

  const listJobs: Handler = async (request, response) => {
    const query = readQuery(request);
    const page = readPage(query);
    const queue = named(request, 'queue');
    const { jobs: found, nextPageToken } = await jobs.listJobs(
      { queue, state: stateOf(query), pageSize: page.size, pageToken: page.token },
      callOptions(request, response),
    );
    const own = { state: valueOf(query, 'state') ?? '' };
    const path = `${base}/${encodeURIComponent(queue)}/jobs`;
    sendJson(response, 200, found.map(jobJson), { Link: linkHeader(path, own, page, nextPageToken) });
  };

  const getJob: Handler = async (request, response) => {
    const asked = { queue: named(request, 'queue'), id: named(request, 'id') };
    const { job } = await jobs.getJob(asked, callOptions(request, response));
    if (job === undefined) throw new OAuthError('not_found');
    sendJson(response, 200, jobJson(job));
  };

  const retryJob: Handler = async (request, response) => {
    const asked = { queue: named(request, 'queue'), id: named(request, 'id') };
    await jobs.retryJob(asked, callOptions(request, response));
    sendJson(response, 202, { count: 1 });
  };

  const retryFailed: Handler = async (request, response) => {
    const { count } = await jobs.retryFailedJobs({ queue: named(request, 'queue') }, callOptions(request, response));
    sendJson(response, 202, { count });
  };

  const drainFailed: Handler = async (request, response) => {
    const { count } = await jobs.drainFailedJobs({ queue: named(request, 'queue') }, callOptions(request, response));
    sendJson(response, 200, { count });
  };

  return [
    { path: base, get: listQueues },
    { path: `${base}/:queue/jobs`, get: listJobs },
    { path: `${base}/:queue/jobs/:id`, get: getJob },
    { path: `${base}/:queue/jobs/:id/retry`, post: retryJob },
    { path: `${base}/:queue/retry`, post: retryFailed },
    { path: `${base}/:queue/drain`, post: drainFailed },
  ];
}

const named = (request: Request, name: string) => String(request.params[name]);

const states: Readonly<Record<string, jobV1.JobState>> = {
  waiting: jobV1.JobState.WAITING,
  active: jobV1.JobState.ACTIVE,
  delayed: jobV1.JobState.DELAYED,
  completed: jobV1.JobState.COMPLETED,
  failed: jobV1.JobState.FAILED,
};
const stateNames = new Map(Object.entries(states).map(([name, state]) => [state, name]));

/** Dead letters when nothing is said. @throws {OAuthError} invalid_request for a state there is none of */
function stateOf(query: readonly FormParameter[]): jobV1.JobState {
  const text = valueOf(query, 'state') ?? 'failed';
  const state = Object.hasOwn(states, text) ? states[text] : undefined;
  if (state !== undefined) return state;
  throw new OAuthError(
    'invalid_request',
    `The query parameter 'state' must be one of ${Object.keys(states).join(', ')}.`,
  );
}

const jobJson = (job: jobV1.Job) => ({
  id: job.id,
  name: job.name,
  state: stateNames.get(job.state) ?? null,
  data: job.data,
  attempts: job.attempts,
  failed_reason: job.failedReason === '' ? null : job.failedReason,
  created_at: job.createdAt?.toISOString() ?? null,
  started_at: job.startedAt?.toISOString() ?? null,
  finished_at: job.finishedAt?.toISOString() ?? null,
});
