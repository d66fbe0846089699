// Measures how long a service takes from its spawn to the first time it says it is ready: one more replica of each is
// started beside the running one, with the same configuration and ports of its own, and ended again.
import { median } from '../report/statistics.js';
import type { Pids } from './processes.js';
import { freePort, replicables, startReplica } from './replica.js';

export interface ColdStarts {
  /** Milliseconds by service, the median of its starts. */
  readonly millis: Readonly<Record<string, number>>;
  /** Why a service could not be measured. */
  readonly problems: readonly string[];
}

/** @param pids the services that run; others than Cardea's are passed over */
export async function measureColdStarts(pids: Pids, times: number): Promise<ColdStarts> {
  const millis: Record<string, number> = {};
  const problems: string[] = [];
  for (const name of replicables.filter((each) => pids[each] !== undefined)) {
    const took: number[] = [];
    try {
      for (let time = 0; time < times; time++) {
        const { readyMillis, close } = await startReplica(name, pids, await freePort());
        took.push(readyMillis);
        await close();
      }
      millis[name] = median(took);
    } catch (error) {
      problems.push(error instanceof Error ? error.message : String(error));
    }
  }
  return { millis, problems };
}
