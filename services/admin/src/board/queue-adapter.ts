// A queue as bull-board wants one, over the token service: this process has no way to Redis (ARCHITECTURE §1).
import type { QueueJob, QueueJobJson } from '@bull-board/api/dist/types.js';
import { BaseAdapter } from '@bull-board/api/dist/queueAdapters/base.js';
import { jobV1 } from '@cardea/rpc';
import type { JobClient } from '../routes/queues.js';

const states = ['active', 'waiting', 'completed', 'failed', 'delayed'] as const;
type StateName = (typeof states)[number];

const stateOf: Readonly<Record<StateName, jobV1.JobState>> = {
  active: jobV1.JobState.ACTIVE,
  waiting: jobV1.JobState.WAITING,
  completed: jobV1.JobState.COMPLETED,
  failed: jobV1.JobState.FAILED,
  delayed: jobV1.JobState.DELAYED,
};
const nameOf = (state: jobV1.JobState) => states.find((name) => stateOf[name] === state) ?? 'unknown';
const isKnown = (name: string): name is StateName => (states as readonly string[]).includes(name);

/** What the board could ask for and is never let: `offered` in open-board.ts says what it may. */
const refuse = (): Promise<never> => Promise.reject(new Error('the board may not do that'));

/** bull-board asks for its own class; everything that it inherits from there is a display option. */
export class QueueAdapter extends BaseAdapter {
  readonly #name: string;
  readonly #jobs: JobClient;

  constructor(name: string, jobs: JobClient) {
    super('bullmq', { allowCompletedRetries: false });
    this.#name = name;
    this.#jobs = jobs;
  }

  getName = (): string => this.#name;
  getStatuses = () => ['latest' as const, ...states];
  getJobStatuses = () => [...states];

  async getJobCounts() {
    const { queues } = await this.#jobs.listQueues({});
    const counts = queues.find(({ name }) => name === this.#name)?.counts ?? {};
    const none = { latest: 0, 'waiting-children': 0, prioritized: 0, paused: 0 };
    return { ...none, ...Object.fromEntries(states.map((state) => [state, counts[state] ?? 0])) } as Awaited<
      ReturnType<BaseAdapter['getJobCounts']>
    >;
  }

  async getJobs(wanted: readonly string[], start = 0, end = start + 9): Promise<QueueJob[]> {
    const found = await Promise.all(wanted.filter(isKnown).map((state) => this.#range(state, start, end)));
    return found.flat().map((job) => this.#job(job));
  }

  async getJob(id: string): Promise<QueueJob | undefined> {
    const { job } = await this.#jobs.getJob({ queue: this.#name, id });
    return job === undefined ? undefined : this.#job(job);
  }

  async clean(state: string): Promise<void> {
    if (state !== 'failed') return refuse();
    await this.#jobs.drainFailedJobs({ queue: this.#name });
  }

  getJobLogs = async (): Promise<string[]> => [];
  getRedisInfo = async (): Promise<null> => null;
  isPaused = async (): Promise<boolean> => false;
  getJobSchedulers = async (): Promise<[]> => [];
  getJobSchedulersCount = async (): Promise<number> => 0;
  getGlobalConcurrency = async (): Promise<null> => null;
  addJob = refuse;
  getMetrics = refuse;
  pause = refuse;
  resume = refuse;
  empty = refuse;
  obliterate = refuse;
  promoteAll = refuse;
  removeJobScheduler = refuse;
  updateJobScheduler = refuse;
  runJobSchedulerNow = refuse;
  setGlobalConcurrency = refuse;

  /** Page by page: a dead-letter set is bounded, and nobody turns to the end of the others. */
  async #range(state: StateName, start: number, end: number): Promise<jobV1.Job[]> {
    const found: jobV1.Job[] = [];
    let pageToken = '';
    do {
      const asked = { queue: this.#name, state: stateOf[state], pageSize: Math.min(end + 1, 500), pageToken };
      const page = await this.#jobs.listJobs(asked);
      found.push(...page.jobs);
      pageToken = page.nextPageToken;
    } while (pageToken !== '' && found.length <= end);
    return found.slice(start, end + 1);
  }

  #job(job: jobV1.Job): QueueJob {
    const { id } = job;
    return {
      opts: {},
      toJSON: () => jobJson(job),
      getState: async () => nameOf(job.state),
      retry: async () => void (await this.#jobs.retryJob({ queue: this.#name, id })),
      promote: refuse,
      remove: refuse,
    };
  }
}

const jobJson = (job: jobV1.Job): QueueJobJson => ({
  id: job.id,
  name: job.name,
  progress: 0,
  attemptsMade: job.attempts,
  timestamp: job.createdAt?.getTime() ?? 0,
  processedOn: job.startedAt?.getTime() ?? null,
  finishedOn: job.finishedAt?.getTime() ?? null,
  failedReason: job.failedReason,
  stacktrace: [],
  data: job.data,
  returnvalue: null,
  opts: {},
});
