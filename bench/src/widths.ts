// How the rate depends on how many callers there are at once: the same scenarios with fewer and with more connections.
import { startDriver } from './load/driver.js';
import type { Measurement, Watch } from './measure.js';
import { attempt, measure } from './measure.js';
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

/** What fails is told to the watch. */
export async function measureWidths(
  target: Target,
  plan: {
    readonly widths: readonly number[];
    readonly scenarios: readonly string[];
    readonly millis: number;
    readonly units: number;
  },
  watch: Watch,
): Promise<Width[]> {
  const found: Width[] = [];
  const all = plan.widths.length * plan.scenarios.length;
  for (const connections of plan.widths) {
    const driver = await startDriver(target, connections, watch.signal);
    try {
      for (const name of plan.scenarios) {
        const who = `${String(connections)} connections`;
        watch.progress(`${who}: ${name}`, found.length / all);
        const slice = await attempt(watch, { who, scenario: name }, () =>
          measure(driver, target.pids, { name, millis: plan.millis, units: plan.units }),
        );
        if (slice !== undefined) found.push({ connections, ...widthOf(name, slice) });
      }
    } finally {
      await driver.close();
    }
  }
  return found;
}

const widthOf = (scenario: string, { units, seconds, p99Millis, cpuMicros, checked }: Measurement) => ({
  ...{ scenario, p99Millis, checked },
  unitsPerSecond: units / seconds,
  cpuMicros: Object.values(cpuMicros).reduce((sum, micros) => sum + micros, 0),
});
