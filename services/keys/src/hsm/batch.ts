// One batch on one session: each caller learns what came of its job, and what a stuck or dead session did not do is given back
// for another to do (security F16, F17). Of two signatures for one job only the first is ever seen.
import type { JobQueue, WaitingJob } from './job-queue.js';
import { settle } from './job-queue.js';
import type { JobResult } from './messages.js';
import { TokenError } from './return-codes.js';
import type { SessionThread } from './session-thread.js';

export interface BatchEnd {
  /** Sessions destroyed on the way. */
  readonly sessionsLost: number;
  /** Why this thread is of no use any more. */
  readonly died: TokenError | undefined;
  /** Why the token is gone. */
  readonly lost: TokenError | undefined;
}

/**
 * Never rejects.
 *
 * @param on.giveBack answers those that stay where they are
 */
export async function runBatch(
  thread: SessionThread,
  batch: readonly WaitingJob[],
  on: { readonly giveBack: JobQueue['giveBack']; readonly stuck: () => void },
): Promise<BatchEnd> {
  /** What nobody else has. */
  let ours = new Set(batch);
  const giveBack = (jobs: readonly WaitingJob[]): void => {
    const offered = jobs.filter(repeatable);
    const kept = on.giveBack(offered);
    ours = new Set([...ours].filter((waiting) => !offered.includes(waiting) || kept.includes(waiting)));
  };
  try {
    const { results, sessionsLost, lost } = await thread.run(batch, () => {
      giveBack(batch);
      on.stuck();
    });
    const error = lost && new TokenError(lost.code, lost.message, lost.remedy);
    // The token goes on with the sessions it has; this thread has none, and what it could not do another can.
    const sessionless = error?.remedy === 'full' ? error : undefined;
    if (sessionless) giveBack(batch.filter((_, index) => failedFor(results[index], sessionless)));
    for (const [index, waiting] of batch.entries()) {
      const result = results[index];
      // Late, but here: another session may still be at it, and then this is the first.
      if (ours.has(waiting) || (result !== undefined && 'value' in result)) settle(waiting, result);
    }
    return { sessionsLost, died: sessionless, lost: sessionless ? undefined : error };
  } catch (error) {
    const died = error as TokenError;
    giveBack([...ours]);
    for (const { reject } of ours) reject(died);
    return { sessionsLost: 0, died, lost: undefined };
  }
}

function failedFor(result: JobResult | undefined, { code }: TokenError): boolean {
  return result !== undefined && 'failure' in result && result.failure.code === code;
}

/** A key pair that may have been made is not made twice. */
function repeatable({ job }: WaitingJob): boolean {
  return job.kind !== 'generate' && job.kind !== 'adopt' && job.kind !== 'destroy';
}
