// Measures how long a service takes from its spawn to the first time it says it is ready: one more replica of each is
// started beside the running one, with the same configuration and ports of its own, and ended again.
import type { Watch } from '../measure.js';
import { attempt } from '../measure.js';
import { median } from '../report/statistics.js';
import type { Pids } from './processes.js';
import { freePort, replicables, startReplica } from './replica.js';

/**
 * What fails is told to the watch.
 *
 * @param pids the services that run; others than Cardea's are passed over
 * @returns milliseconds by service, the median of its starts
 */
export async function measureColdStarts(pids: Pids, times: number, watch: Watch): Promise<Record<string, number>> {
  const millis: Record<string, number> = {};
  const those = replicables.filter((each) => pids[each] !== undefined);
  for (const [index, name] of those.entries()) {
    watch.progress(`cold starts: ${name}`, index / those.length);
    const middle = await attempt(watch, { who: name, scenario: 'cold start' }, async () => {
      const took: number[] = [];
      for (let time = 0; time < times; time++) {
        const { readyMillis, close } = await startReplica(name, pids, await freePort(), watch.signal);
        took.push(readyMillis);
        await close();
      }
      return median(took);
    });
    if (middle !== undefined) millis[name] = middle;
  }
  return millis;
}
