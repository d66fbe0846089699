// What waits for a session: bounded, first come first served, handed out in batches; what is late never reaches the token.
import type { JsonWebKey } from 'node:crypto';
import { busy, cannotSign, late } from '../unavailable.js';
import type { Job, JobResult, TokenKey } from './messages.js';
import { TokenError } from './return-codes.js';

export type JobValue = Uint8Array | JsonWebKey | undefined;

export interface WaitingJob {
  readonly job: Job;
  readonly key: TokenKey | undefined;
  readonly resolve: (value: JobValue) => void;
  readonly reject: (error: Error) => void;
}

export interface JobQueue {
  /** @throws {OAuthError} temporarily_unavailable at once when the queue is full */
  add(job: Job, key: TokenKey | undefined): Promise<JobValue>;
  /** @param threads how many share the queue */
  takeBatch(threads: number): WaitingJob[];
  /** Fails all that wait. */
  clear(reason: string): void;
  size(): number;
}

/** Enough to make the hand-over cheap, and little enough that a slow token still answers in between. */
const longestBatch = 8;

export function createJobQueue(options: { longest: number; now: () => number }): JobQueue {
  const { longest, now } = options;
  let waiting: WaitingJob[] = [];
  return {
    add: (job, key) =>
      new Promise((resolve, reject) => {
        if (waiting.length >= longest) reject(busy());
        else waiting.push({ job, key, resolve, reject });
      }),
    takeBatch(threads) {
      const at = now();
      const batch: WaitingJob[] = [];
      const share = Math.min(longestBatch, Math.ceil(waiting.length / threads));
      let taken = 0;
      for (const next of waiting) {
        if (batch.length === share) break;
        taken++;
        if (next.job.deadline <= at) next.reject(late());
        else batch.push(next);
      }
      waiting = waiting.slice(taken);
      return batch;
    },
    clear(reason) {
      const all = waiting;
      waiting = [];
      for (const { reject } of all) reject(cannotSign(reason));
    },
    size: () => waiting.length,
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
