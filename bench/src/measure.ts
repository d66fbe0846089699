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
  readonly warmUpMillis: number;
  /** Single-use work a slice at most. */
  readonly units: number;
  /** Requests a second by scenario, asked for in an open loop instead of as fast as answers come. */
  readonly rates?: ReadonlyMap<string, number>;
}

/** How long the servers get to finish what they do after an answer. */
const settleMillis = 150;
const calibrations = 6;

/** @param progress is told what runs now */
export async function measureRounds(
  contestants: readonly Contestant[],
  plan: Plan,
  progress: (text: string) => void,
): Promise<Rounds> {
  const measurements = new Map<string, Map<string, Measurement[]>>(
    contestants.map(({ name, scenarios }) => [name, new Map(scenarios.map((scenario) => [scenario, []]))]),
  );
  const calibration: number[] = [];
  const most: Record<string, number> = {};
  const [first] = contestants;
  calibrate(calibrations);
  for (let round = 0; round <= plan.rounds; round++) {
    // A B, then B A: what the machine does meanwhile falls on each of them first, in turn.
    const order = round % 2 === 0 ? contestants : contestants.toReversed();
    for (const name of plan.scenarios) {
      for (const contestant of order.filter(({ scenarios }) => scenarios.includes(name))) {
        const warmUp = round === 0;
        const what = contestants.length === 1 ? name : `${name} of ${contestant.name}`;
        progress(warmUp ? `warming up: ${what}` : `round ${String(round)} of ${String(plan.rounds)}: ${what}`);
        const perSecond = plan.rates?.get(name);
        const measurement = await measure(contestant.driver, contestant.pids, {
          name,
          millis: warmUp ? plan.warmUpMillis : plan.sliceMillis,
          // What is made ready has warmed most of the way already.
          units: warmUp ? Math.ceil(plan.units / 3) : plan.units,
          ...(perSecond !== undefined && { perSecond }),
        });
        if (warmUp) continue;
        measurements.get(contestant.name)?.get(name)?.push(measurement);
        calibration.push(...calibrate(calibrations));
        if (contestant !== first) continue;
        for (const [process, bytes] of Object.entries(residentBytes(contestant.pids)))
          most[process] = Math.max(most[process] ?? 0, bytes);
      }
    }
  }
  return { measurements, calibration, residentBytes: most };
}

/** Prepares, drives and checks one slice. @throws when an answer is wrong */
export async function measure(
  driver: Driver,
  pids: Pids,
  what: { name: string; millis: number; units: number; perSecond?: number },
): Promise<Measurement> {
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
