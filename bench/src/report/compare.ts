// Holds a run against an earlier one: by CPU time as it is, and by its ratio to the calibration loop, which takes out how fast the
// machine was.
import type { Results } from './results.js';
import type { Table } from './tables.js';

/** What is read of an earlier run, of any version. */
export type Earlier = Pick<Results, 'at' | 'scenarios' | 'calibrationMicros'>;

/** Scenarios that both have. */
export function compare(now: Results, before: Earlier): Table {
  const times = (value: number, base: number): string => `${(value / base).toFixed(2)} ×`;
  return {
    title: `Against ${before.at}`,
    head: ['scenario', 'CPU µs then', 'now', 'now by then', 'calibrated', 'per s by then', 'p99 by then'],
    rows: now.scenarios.flatMap((result) => {
      const former = before.scenarios.find(({ name }) => name === result.name);
      if (former === undefined) return [];
      const { name, cpuMicros, ratio, unitsPerSecond, p99Millis } = result;
      return [
        [
          ...[name, former.cpuMicros.median.toFixed(0), cpuMicros.median.toFixed(0)],
          times(cpuMicros.median, former.cpuMicros.median),
          times(ratio, former.ratio),
          times(unitsPerSecond, former.unitsPerSecond),
          times(p99Millis, former.p99Millis),
        ],
      ];
    }),
  };
}
