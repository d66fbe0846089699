// Measures rounds of scenarios: every scenario once a round, so that a busy minute of the machine falls on all of them alike.
import { setTimeout as sleep } from 'node:timers/promises';
import { calibrate } from './calibration.js';
import type { Driver } from './load/driver.js';
import type { Slice } from './load/slice.js';
import type { Pids } from './processes/processes.js';
import { cpuNanos, residentBytes } from './processes/processes.js';

/** One slice of one scenario, with what it cost. */
export interface Measurement extends Slice {
  /** CPU microseconds a unit, by process. */
  readonly cpuMicros: Readonly<Record<string, number>>;
  /** Answers that were looked into. */
  readonly checked: number;
}

/** Who is measured: ours alone, or others beside it. */
export interface Contestant {
  readonly name: string;
  readonly driver: Driver;
  readonly pids: Pids;
  /** What it can do of the plan. */
  readonly scenarios: readonly string[];
}

/** A slice that came to nothing. */
export interface Failure {
  readonly who: string;
  readonly scenario: string;
  readonly why: string;
}

export interface Rounds {
  /** By contestant, then by scenario. */
  readonly measurements: ReadonlyMap<string, ReadonlyMap<string, readonly Measurement[]>>;
  /** CPU microseconds of the calibration loop, taken between the slices. */
  readonly calibration: readonly number[];
  /** The most bytes each process of the first contestant held after a slice. */
  readonly residentBytes: Readonly<Record<string, number>>;
}

export interface Plan {
  readonly scenarios: readonly string[];
  readonly rounds: number;
  readonly sliceMillis: number;
  /** Of a slice that warms up. */
  readonly warmUpMillis: number;
  /** How many of those a scenario has at most: it is warm when one is hardly cheaper than those before it. */
  readonly warmUps: number;
  /** Single-use work a slice at most. */
  readonly units: number;
  /** Requests a second by scenario, asked for in an open loop instead of as fast as answers come. */
  readonly rates?: ReadonlyMap<string, number>;
  /** Those that only every other round has. */
  readonly seldom?: readonly string[];
}

/** Whoever watches a measurement. */
export interface Watch {
  /** Ends it. */
  readonly signal: AbortSignal;
  /** @param share 0..1 of all slices that are done */
  progress(text: string, share?: number): void;
  /** Is told what came to nothing; to throw ends the measurement. */
  failed(failure: Failure): void;
  /** After each round, with what there is so far. */
  round?(rounds: Rounds): void;
}

/** @returns undefined where it failed, which the watch is told @throws when the watch's signal says so */
export async function attempt<T>(
  watch: Watch,
  what: Omit<Failure, 'why'>,
  act: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await act();
  } catch (error) {
    watch.signal.throwIfAborted();
    watch.failed({ ...what, why: error instanceof Error ? error.message : String(error) });
    return undefined;
  }
}

/** How long the servers get to finish what they do after an answer. */
const settleMillis = 150;
const calibrations = 6;
/** Whoever fails at something this often is not asked for it again. */
const mostFailures = 2;

/** What fails is told to the watch and ends nothing. @throws when the watch's signal says so */
export async function measureRounds(contestants: readonly Contestant[], plan: Plan, watch: Watch): Promise<Rounds> {
  const measurements = new Map<string, Map<string, Measurement[]>>(
    contestants.map(({ name, scenarios }) => [name, new Map(scenarios.map((scenario) => [scenario, []]))]),
  );
  const calibration: number[] = [];
  const most: Record<string, number> = {};
  const found: Rounds = { measurements, calibration, residentBytes: most };
  const failures = new Map<string, number>();
  calibrate(calibrations);
  const slices = slicesOf(contestants, plan);
  for (const [index, { round, scenario, contestant, last }] of slices.entries()) {
    const { name: who, driver, pids } = contestant;
    const what = contestants.length === 1 ? scenario : `${scenario} of ${who}`;
    const failed = failures.get(what) ?? 0;
    if (failed < mostFailures) {
      const when = round === 0 ? 'warming up' : `round ${String(round)} of ${String(plan.rounds)}`;
      watch.progress(`${when}: ${what}`, index / slices.length);
      const wanted = sliceOf(plan, round, scenario);
      const measurement = await attempt(watch, { who, scenario }, () =>
        round === 0 ? warm(driver, pids, wanted, plan.warmUps) : measure(driver, pids, wanted),
      );
      if (measurement === undefined) failures.set(what, failed + 1);
      else if (round > 0) {
        measurements.get(who)?.get(scenario)?.push(measurement);
        calibration.push(...calibrate(calibrations));
        if (contestant === contestants[0]) keepMost(most, residentBytes(pids));
      }
    }
    if (last && round > 0) watch.round?.(found);
  }
  return found;
}

/** What to ask of a driver in that round, of which number 0 warms up. */
function sliceOf({ units, sliceMillis, warmUpMillis, rates }: Plan, round: number, name: string): WantedSlice {
  const perSecond = rates?.get(name);
  return {
    name,
    millis: round === 0 ? warmUpMillis : sliceMillis,
    // What is made ready has warmed most of the way already.
    units: round === 0 ? Math.ceil(units / 3) : units,
    ...(perSecond !== undefined && { perSecond }),
  };
}

/** A slice that is not cheaper than this share of the cheapest before it says that there is nothing more to gain. */
const steady = 0.95;

/** @param costs of the slices that warmed up so far @param atMost how many there may be */
export function isWarm(costs: readonly number[], atMost: number): boolean {
  return costs.length >= atMost || (costs.at(-1) ?? 0) > steady * Math.min(...costs.slice(0, -1));
}

/**
 * Asks until what is asked is compiled, which for a login and consent is seven handlers: after one slice five rounds of it cost 1,519 to
 * 2,145 µs, 1,646 in the middle; warmed up like this 1,538 to 1,796, and 1,573.
 *
 * @returns the last slice
 */
async function warm(driver: Driver, pids: Pids, wanted: WantedSlice, atMost: number): Promise<Measurement> {
  const costs: number[] = [];
  for (;;) {
    const last = await measure(driver, pids, wanted);
    costs.push(Object.values(last.cpuMicros).reduce((sum, micros) => sum + micros, 0));
    if (isWarm(costs, atMost)) return last;
  }
}

interface PlannedSlice {
  readonly round: number;
  readonly scenario: string;
  readonly contestant: Contestant;
  /** Whether the round ends with it. */
  readonly last: boolean;
}

function slicesOf(contestants: readonly Contestant[], { rounds, scenarios, seldom = [] }: Plan): PlannedSlice[] {
  return Array.from({ length: rounds + 1 }, (_, round) => {
    // A B, then B A: what the machine does meanwhile falls on each of them first, in turn.
    const order = round % 2 === 0 ? contestants : contestants.toReversed();
    const now = scenarios.filter((name) => round === 0 || round % 2 === 1 || !seldom.includes(name));
    return now
      .flatMap((scenario) =>
        order
          .filter((contestant) => contestant.scenarios.includes(scenario))
          .map((contestant) => ({ round, scenario, contestant })),
      )
      .map((slice, index, all) => ({ ...slice, last: index === all.length - 1 }));
  }).flat();
}

function keepMost(most: Record<string, number>, now: Readonly<Record<string, number>>): void {
  for (const [process, bytes] of Object.entries(now)) most[process] = Math.max(most[process] ?? 0, bytes);
}

interface WantedSlice {
  readonly name: string;
  readonly millis: number;
  readonly units: number;
  readonly perSecond?: number;
}

/** Prepares, drives and checks one slice. @throws when an answer is wrong */
export async function measure(driver: Driver, pids: Pids, what: WantedSlice): Promise<Measurement> {
  try {
    await driver.prepare(what.name, what.units);
    await sleep(settleMillis);
    const before = cpuNanos(pids);
    const slice = await driver.drive(what.millis, what.perSecond);
    await sleep(settleMillis);
    const after = cpuNanos(pids);
    const cpuMicros = Object.fromEntries(
      Object.entries(after).map(([name, nanos]) => [name, (nanos - (before[name] ?? 0)) / 1000 / slice.units]),
    );
    return { ...slice, cpuMicros, checked: await driver.check() };
  } catch (error) {
    throw new Error(`${what.name}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}
