// One batch on one session: each caller learns what came of its job, and what a stuck or dead session did not do is given back
// for another to do (security F16, F17). Of two signatures for one job only the first is ever seen.
import type { WaitingJob } from './job-queue.js';
import { settle } from './job-queue.js';
import type { JobResult } from './messages.js';
import { TokenError } from './return-codes.js';
import type { Batch, SessionThread } from './session-thread.js';

export interface BatchEnd {
  /** Sessions destroyed on the way. */
  readonly sessionsLost: number;
  /** Why this thread is of no use any more. */
  readonly died: TokenError | undefined;
  /** Why the token is gone. */
  readonly lost: TokenError | undefined;
}

/** Never rejects. */
export async function runBatch(
  thread: SessionThread,
  batch: readonly WaitingJob[],
  on: { readonly giveBack: (jobs: readonly WaitingJob[]) => void; readonly stuck: () => void },
): Promise<BatchEnd> {
  // What nobody else has; a key pair that may have been made is not made twice.
  let ours = batch;
  const giveBack = (which: (waiting: WaitingJob, index: number) => boolean): void => {
    const given = ours.filter((waiting, index) => repeatable(waiting) && which(waiting, index));
    ours = ours.filter((waiting) => !given.includes(waiting));
    on.giveBack(given);
  };
  try {
    const answer = await thread.run(batch, () => {
      giveBack(() => true);
      on.stuck();
    });
    return settleAll(answer, batch, { isOurs: (waiting) => ours.includes(waiting), giveBack });
  } catch (error) {
    const died = error as TokenError;
    giveBack(() => true);
    for (const { reject } of ours) reject(died);
    return { sessionsLost: 0, died, lost: undefined };
  }
}

function settleAll(
  { results, sessionsLost, lost }: Batch,
  batch: readonly WaitingJob[],
  owner: { isOurs: (waiting: WaitingJob) => boolean; giveBack: (which: (waiting: WaitingJob) => boolean) => void },
): BatchEnd {
  const error = lost && new TokenError(lost.code, lost.message, lost.remedy);
  // The token goes on with the sessions it has; this thread has none, and what it could not do another can.
  const sessionless = error?.remedy === 'full' ? error : undefined;
  const resultOf = new Map<WaitingJob, JobResult | undefined>(batch.map((waiting, index) => [waiting, results[index]]));
  if (sessionless !== undefined) owner.giveBack((waiting) => failedFor(resultOf.get(waiting), sessionless));
  for (const [waiting, result] of resultOf) {
    // Late, but here: another session may still be at it, and then it is the first.
    if (owner.isOurs(waiting) || (result !== undefined && 'value' in result)) settle(waiting, result);
  }
  return { sessionsLost, died: sessionless, lost: sessionless === undefined ? error : undefined };
}

function failedFor(result: JobResult | undefined, { code }: TokenError): boolean {
  return result !== undefined && 'failure' in result && result.failure.code === code;
}

function repeatable({ job }: WaitingJob): boolean {
  return job.kind !== 'generate' && job.kind !== 'adopt' && job.kind !== 'destroy';
}
