// How late answers are at a given rate, asked whether or not those before have come: what people feel, below what a machine can do.
import type { Driver } from './load/driver.js';
import { measure } from './measure.js';
import type { Pids } from './processes/processes.js';

/** One scenario at one rate. */
export interface Lateness {
  readonly scenario: string;
  /** Asked a second, and how many of those came in time to be counted. */
  readonly asked: number;
  readonly perSecond: number;
  readonly p50Millis: number;
  readonly p99Millis: number;
  readonly p999Millis: number;
  readonly cpuMicros: number;
  readonly checked: number;
}

/** Shares of what the scenario reached in a closed loop. */
const shares = [0.3, 0.6, 0.8];

export interface OpenLoopPlan {
  /** Requests a second by scenario: those a closed loop reached, or the one that was asked for. */
  readonly capacity: ReadonlyMap<string, number>;
  /** Asked for by the command line; undefined takes shares of the capacity. */
  readonly perSecond: number | undefined;
  readonly millis: number;
}

/** @throws when an answer is wrong */
export async function measureLateness(
  driver: Driver,
  pids: Pids,
  { capacity, perSecond, millis }: OpenLoopPlan,
  progress: (text: string) => void,
): Promise<Lateness[]> {
  const found: Lateness[] = [];
  for (const [name, reached] of capacity) {
    for (const asked of perSecond === undefined ? shares.map((share) => share * reached) : [perSecond]) {
      progress(`open loop: ${name}, ${asked.toFixed(0)} a second`);
      const units = Math.ceil((asked * millis) / 1000) + 100;
      const slice = await measure(driver, pids, { name, millis, units, perSecond: asked });
      const { p50Millis, p99Millis, p999Millis, checked } = slice;
      const cpuMicros = Object.values(slice.cpuMicros).reduce((sum, micros) => sum + micros, 0);
      const reachedNow = slice.units / slice.seconds;
      found.push({
        scenario: name,
        asked,
        perSecond: reachedNow,
        p50Millis,
        p99Millis,
        p999Millis,
        cpuMicros,
        checked,
      });
    }
  }
  return found;
}
