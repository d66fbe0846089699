// How late answers are at a given rate, asked whether or not those before have come: what people feel, below what a machine can do.
import type { Driver } from './load/driver.js';
import type { Watch } from './measure.js';
import { attempt, measure } from './measure.js';
import type { Pids } from './processes/processes.js';

/** One scenario at one rate. */
export interface Lateness {
  readonly scenario: string;
  /** Of the rate that a closed loop reached, where it was that; 0..1. */
  readonly share?: number;
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

interface Wanted {
  readonly name: string;
  readonly share: number | undefined;
  readonly asked: number;
}

/** What fails is told to the watch. */
export async function measureLateness(
  driver: Driver,
  pids: Pids,
  { capacity, perSecond, millis }: OpenLoopPlan,
  watch: Watch,
): Promise<Lateness[]> {
  const found: Lateness[] = [];
  const wanted = [...capacity].flatMap(([name, reached]): Wanted[] =>
    perSecond === undefined
      ? shares.map((share) => ({ name, share, asked: share * reached }))
      : [{ name, share: undefined, asked: perSecond }],
  );
  for (const [index, { name, share, asked }] of wanted.entries()) {
    const who = `open loop, ${asked.toFixed(0)} a second`;
    watch.progress(`${who}: ${name}`, index / wanted.length);
    const units = Math.ceil((asked * millis) / 1000) + 100;
    const slice = await attempt(watch, { who, scenario: name }, () =>
      measure(driver, pids, { name, millis, units, perSecond: asked }),
    );
    if (slice === undefined) continue;
    const { p50Millis, p99Millis, p999Millis, checked } = slice;
    found.push({
      ...{ scenario: name, asked, ...(share !== undefined && { share }), perSecond: slice.units / slice.seconds },
      ...{ p50Millis, p99Millis, p999Millis, checked },
      cpuMicros: Object.values(slice.cpuMicros).reduce((sum, micros) => sum + micros, 0),
    });
  }
  return found;
}
