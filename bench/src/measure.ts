// Measures rounds of scenarios: every scenario once a round, so that a busy minute of the machine falls on all of them alike.
import { setTimeout as sleep } from 'node:timers/promises';
import { calibrate } from './calibration.js';
import type { Driver } from './load/driver.js';
import type { Slice } from './load/slice.js';
import type { Pids } from './processes/processes.js';
import { cpuNanos } from './processes/processes.js';

/** One slice of one scenario, with what it cost. */
export interface Measurement extends Slice {
  /** CPU microseconds a unit, by process. */
  readonly cpuMicros: Readonly<Record<string, number>>;
  /** Answers that were looked into. */
  readonly checked: number;
}

export interface Rounds {
  readonly measurements: ReadonlyMap<string, readonly Measurement[]>;
  /** CPU microseconds of the calibration loop, taken between the slices. */
  readonly calibration: readonly number[];
}

export interface Plan {
  readonly scenarios: readonly string[];
  readonly rounds: number;
  readonly sliceMillis: number;
  readonly warmUpMillis: number;
  /** Single-use work a slice at most. */
  readonly units: number;
}

/** How long the servers get to finish what they do after an answer. */
const settleMillis = 150;
const calibrations = 6;

/** @param progress is told what runs now */
export async function measureRounds(
  driver: Driver,
  pids: Pids,
  plan: Plan,
  progress: (text: string) => void,
): Promise<Rounds> {
  const measurements = new Map<string, Measurement[]>(plan.scenarios.map((name) => [name, []]));
  const calibration: number[] = [];
  calibrate(calibrations);
  for (let round = 0; round <= plan.rounds; round++) {
    for (const [name, taken] of measurements) {
      const warmUp = round === 0;
      progress(warmUp ? `warming up: ${name}` : `round ${String(round)} of ${String(plan.rounds)}: ${name}`);
      const measurement = await measure(driver, pids, {
        name,
        millis: warmUp ? plan.warmUpMillis : plan.sliceMillis,
        // What is made ready has warmed most of the way already.
        units: warmUp ? Math.ceil(plan.units / 3) : plan.units,
      });
      if (warmUp) continue;
      taken.push(measurement);
      calibration.push(...calibrate(calibrations));
    }
  }
  return { measurements, calibration };
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
