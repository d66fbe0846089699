// How late answers are at a given rate, asked whether or not those before have come: what people feel, below what a machine can do.
import type { Driver } from './load/driver.js';
import type { Measurement, Watch } from './measure.js';
import { attempt, measure } from './measure.js';
import type { Pids } from './processes/processes.js';
import { promisedShare } from './report/promises.js';
import { median } from './report/statistics.js';

/** One scenario at one rate: medians of its slices. */
export interface Lateness {
  readonly scenario: string;
  /** How many there were. */
  readonly slices?: number;
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

/**
 * Shares of what the scenario reached in a closed loop, a list for each round. What is promised is asked three times, minutes apart: a moment
 * in which the disk or the host stood still makes one answer in a hundred of its slice late, and would be all that the slice tells.
 */
const rounds = [[0.3, promisedShare, 0.8], [promisedShare], [promisedShare]];
/** Slices of each scenario. */
export const openLoopSlices = rounds.flat().length;

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
  const wanted = wantedOf(capacity, perSecond);
  const taken = new Map<string, { readonly what: Wanted; readonly slices: Measurement[] }>();
  for (const [index, what] of wanted.entries()) {
    const { name, share, asked } = what;
    const who = `open loop, ${asked.toFixed(0)} a second`;
    watch.progress(`${who}: ${name}`, index / wanted.length);
    const units = Math.ceil((asked * millis) / 1000) + 100;
    const slice = await attempt(watch, { who, scenario: name }, () =>
      measure(driver, pids, { name, millis, units, perSecond: asked }),
    );
    if (slice === undefined) continue;
    const key = `${name} ${String(share)}`;
    const known = taken.get(key) ?? { what, slices: [] };
    known.slices.push(slice);
    taken.set(key, known);
  }
  const order = [...capacity.keys()];
  return [...taken.values()]
    .map(({ what, slices }) => latenessOf(what, slices))
    .toSorted((a, b) => order.indexOf(a.scenario) - order.indexOf(b.scenario));
}

function wantedOf(capacity: OpenLoopPlan['capacity'], perSecond: number | undefined): Wanted[] {
  if (perSecond !== undefined) {
    return [...capacity.keys()].map((name) => ({ name, share: undefined, asked: perSecond }));
  }
  return rounds.flatMap((shares) =>
    [...capacity].flatMap(([name, reached]) => shares.map((share) => ({ name, share, asked: share * reached }))),
  );
}

/** @param slices at least one */
export function latenessOf({ name, share, asked }: Wanted, slices: readonly Measurement[]): Lateness {
  const middle = (of: (slice: Measurement) => number): number => median(slices.map(of));
  return {
    ...{ scenario: name, slices: slices.length, asked, ...(share !== undefined && { share }) },
    perSecond: middle(({ units, seconds }) => units / seconds),
    p50Millis: middle(({ p50Millis }) => p50Millis),
    p99Millis: middle(({ p99Millis }) => p99Millis),
    p999Millis: middle(({ p999Millis }) => p999Millis),
    cpuMicros: middle(({ cpuMicros }) => Object.values(cpuMicros).reduce((sum, micros) => sum + micros, 0)),
    checked: slices.reduce((sum, { checked }) => sum + checked, 0),
  };
}
