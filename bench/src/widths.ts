// How the rate depends on how many callers there are at once: the same scenarios with fewer and with more connections.
import { startDriver } from './load/driver.js';
import { measure } from './measure.js';
import type { Target } from './target.js';

/** One scenario with so many connections. */
export interface Width {
  readonly scenario: string;
  readonly connections: number;
  readonly unitsPerSecond: number;
  readonly p99Millis: number;
  readonly cpuMicros: number;
  readonly checked: number;
}

/** @throws when an answer is wrong */
export async function measureWidths(
  target: Target,
  plan: {
    readonly widths: readonly number[];
    readonly scenarios: readonly string[];
    readonly millis: number;
    readonly units: number;
  },
  progress: (text: string) => void,
): Promise<Width[]> {
  const found: Width[] = [];
  for (const connections of plan.widths) {
    const driver = await startDriver(target, connections);
    try {
      for (const scenario of plan.scenarios) {
        progress(`${String(connections)} connections: ${scenario}`);
        const slice = await measure(driver, target.pids, { name: scenario, millis: plan.millis, units: plan.units });
        found.push({
          ...{ scenario, connections },
          unitsPerSecond: slice.units / slice.seconds,
          p99Millis: slice.p99Millis,
          cpuMicros: Object.values(slice.cpuMicros).reduce((sum, micros) => sum + micros, 0),
          checked: slice.checked,
        });
      }
    } finally {
      await driver.close();
    }
  }
  return found;
}
