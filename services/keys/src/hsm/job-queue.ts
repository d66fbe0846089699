// What waits for a session: bounded, first come first served, handed out in batches; what is late never reaches the token.
import { busy, cannotSign, late } from '../unavailable.js';
import type { Job, JobResult, JobValue, TokenKey } from './messages.js';
import { TokenError } from './return-codes.js';

export interface WaitingJob {
  readonly job: Job;
  readonly key: TokenKey | undefined;
  /** Whether its caller was told already: by a session that took it first and came free late. */
  readonly settled: () => boolean;
  readonly resolve: (value: JobValue) => void;
  readonly reject: (error: Error) => void;
}

export interface JobQueue {
  /** @throws {OAuthError} temporarily_unavailable at once when the queue is full */
  add(job: Job, key: TokenKey | undefined): Promise<JobValue>;
  /** @param threads how many share the queue */
  takeBatch(threads: number): WaitingJob[];
  /**
   * Puts in front what a session took and did not do.
   *
   * @returns those that came back before, which stay where they are: a job that breaks sessions breaks two
   */
  giveBack(jobs: readonly WaitingJob[]): readonly WaitingJob[];
  /** Refuses those that are late, though no session asks for them. */
  expire(): void;
  /** Refuses the signatures that wait for a key which was ended meanwhile. */
  drop(kid: string): void;
  /** Fails all that wait. */
  clear(reason: string): void;
  size(): number;
}

/** Enough to make the hand-over cheap, and little enough that a slow token still answers in between. */
const longestBatch = 8;

export function createJobQueue(options: { longest: number; now: () => number }): JobQueue {
  const { longest, now } = options;
  let waiting: WaitingJob[] = [];
  const cameBack = new WeakSet<WaitingJob>();
  return {
    add: (job, key) =>
      new Promise((resolve, reject) => {
        if (waiting.length >= longest) reject(busy());
        else waiting.push(waitingJob(job, key, { resolve, reject }));
      }),
    takeBatch(threads) {
      const at = now();
      const batch: WaitingJob[] = [];
      const share = Math.min(longestBatch, Math.ceil(waiting.length / threads));
      let taken = 0;
      for (const next of waiting) {
        if (batch.length === share) break;
        taken++;
        if (next.settled()) continue;
        if (next.job.deadline <= at) next.reject(late());
        else batch.push(next);
      }
      waiting = waiting.slice(taken);
      return batch;
    },
    giveBack(jobs) {
      const first = jobs.filter((job) => !cameBack.has(job));
      const again = jobs.filter((job) => cameBack.has(job));
      for (const job of first) cameBack.add(job);
      waiting = [...first, ...waiting];
      return again;
    },
    expire() {
      const at = now();
      const [dead, alive] = [waiting.filter(isLate), waiting.filter((next) => !isLate(next))];
      if (dead.length > 0) waiting = alive;
      for (const { reject } of dead) reject(late());
      function isLate({ job }: WaitingJob): boolean {
        return job.deadline <= at;
      }
    },
    drop(kid) {
      const dropped = waiting.filter(({ job }) => job.kind === 'sign' && job.kid === kid);
      if (dropped.length > 0) waiting = waiting.filter((next) => !dropped.includes(next));
      for (const { reject } of dropped) reject(cannotSign(`key ${kid} was ended`));
    },
    clear(reason) {
      const all = waiting;
      waiting = [];
      for (const { reject } of all) reject(cannotSign(reason));
    },
    size: () => waiting.length,
  };
}

function waitingJob(
  job: Job,
  key: TokenKey | undefined,
  caller: { readonly resolve: (value: JobValue) => void; readonly reject: (error: Error) => void },
): WaitingJob {
  let settled = false;
  return {
    job,
    key,
    settled: () => settled,
    resolve(value) {
      settled = true;
      caller.resolve(value);
    },
    reject(error) {
      settled = true;
      caller.reject(error);
    },
  };
}

/** Tells one caller what came of its job. */
export function settle({ resolve, reject }: WaitingJob, result: JobResult | undefined): void {
  if (result === undefined) reject(new TokenError('no_result', 'the session thread said nothing about it'));
  else if ('late' in result) reject(late());
  else if ('failure' in result) {
    const { code, message, remedy } = result.failure;
    reject(new TokenError(code, message, remedy));
  } else resolve(result.value);
}
