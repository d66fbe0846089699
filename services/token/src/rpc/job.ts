// cardea.job.v1.JobService: the workers' queues, for operators (issue 6 "Queues").
import type { Handlers } from '@cardea/rpc';
import { jobV1 } from '@cardea/rpc';
import type { DeskJob, JobDesk, StateName } from '../jobs/job-desk.js';
import type { PageTokens } from '../page-tokens.js';

const defaultPage = 100;
const largestPage = 500;

export function createJobHandlers(options: {
  desk: JobDesk;
  pageTokens: PageTokens;
}): Handlers<typeof jobV1.JobServiceService> {
  const { desk, pageTokens } = options;
  return {
    listQueues: async () => ({ queues: (await desk.queues()).map(({ name, counts }) => ({ name, counts })) }),
    async listJobs({ queue, state, pageSize, pageToken }) {
      const limit = Math.min(pageSize > 0 ? pageSize : defaultPage, largestPage);
      const name = stateNames[state] ?? 'failed';
      const list = `jobs ${queue} ${name}`;
      const from = pageToken === '' ? 0 : Number(pageTokens.open(list, pageToken));
      const jobs = await desk.list(queue, name, from, limit + 1);
      const more = jobs.length > limit;
      return {
        jobs: jobs.slice(0, limit).map(told),
        nextPageToken: more ? pageTokens.seal(list, String(from + limit)) : '',
      };
    },
    getJob: async ({ queue, id }) => ({ job: told(await desk.find(queue, id)) }),
    async retryJob({ queue, id }) {
      await desk.retry(queue, id);
      return {};
    },
    retryFailedJobs: async ({ queue }) => ({ count: await desk.retryFailed(queue) }),
    drainFailedJobs: async ({ queue }) => ({ count: await desk.drainFailed(queue) }),
  };
}

const states: Readonly<Record<StateName, jobV1.JobState>> = {
  waiting: jobV1.JobState.WAITING,
  active: jobV1.JobState.ACTIVE,
  delayed: jobV1.JobState.DELAYED,
  completed: jobV1.JobState.COMPLETED,
  failed: jobV1.JobState.FAILED,
};
const stateNames = Object.fromEntries(Object.entries(states).map(([name, state]) => [state, name])) as Readonly<
  Partial<Record<jobV1.JobState, StateName>>
>;

const told = (job: DeskJob): jobV1.Job => ({
  ...job,
  state: job.state === undefined ? jobV1.JobState.UNSPECIFIED : states[job.state],
});
