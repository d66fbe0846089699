// Condenses what was measured into the results of a run: what `--json` writes and the table shows.
import os from 'node:os';
import type { Correctness } from '../correctness/correctness.js';
import type { Failure, Measurement, Rounds } from '../measure.js';
import type { Lateness } from '../open-loop.js';
import { byService } from '../processes/by-service.js';
import type { Limits, Scenario } from '../scenarios/scenario.js';
import type { DatabaseWork } from '../statements.js';
import type { KeysPlace } from '../target.js';
import type { Width } from '../widths.js';
import type { Spread } from './statistics.js';
import { median, spreadOf } from './statistics.js';

export interface ScenarioResult {
  readonly name: string;
  /** CPU microseconds a unit over all server processes. */
  readonly cpuMicros: Spread;
  /** The same by service, medians. */
  readonly processMicros: Readonly<Record<string, number>>;
  /** `cpuMicros.median` in calibration loops: comparable between machines and busy hours. */
  readonly ratio: number;
  readonly limits?: Limits;
  readonly unitsPerSecond: number;
  readonly p50Millis: number;
  readonly p99Millis: number;
  /** Units of all rounds, and answers that were looked into; all were right. */
  readonly units: number;
  readonly checked: number;
}

/** Scenarios of somebody else. */
export interface OthersResult {
  readonly name: string;
  readonly scenarios: readonly ScenarioResult[];
  /** Ours in the same rounds, where these were not those of the run. */
  readonly beside?: readonly ScenarioResult[];
}

/** Of what is written to files. */
export const version = 3;

export interface Results {
  readonly version: typeof version;
  readonly at: string;
  readonly machine: { readonly cpus: number; readonly model: string; readonly node: string };
  readonly connections: number;
  readonly rounds: number;
  readonly keys: KeysPlace;
  readonly calibrationMicros: Spread;
  readonly scenarios: readonly ScenarioResult[];
  /** Other providers. */
  readonly peers: readonly OthersResult[];
  /** Installations of ours that differ in one thing. */
  readonly variants: readonly OthersResult[];
  /** Bytes by process, before anybody asked anything, and the most there were after a slice. */
  readonly idleBytes: Readonly<Record<string, number>>;
  readonly residentBytes: Readonly<Record<string, number>>;
  /** Milliseconds from spawn to ready, by service. */
  readonly coldStartMillis: Readonly<Record<string, number>>;
  /** In an open loop, where that was asked for. */
  readonly lateness: readonly Lateness[];
  /** With other numbers of connections, where that was asked for. */
  readonly widths: readonly Width[];
  /** Statements and bytes of PostgreSQL's log, where that was asked for. */
  readonly database: readonly DatabaseWork[];
  /** Whether answers stayed right while services were killed, where that was asked for. */
  readonly correctness?: Correctness;
  /** Slices that came to nothing, and why. */
  readonly failures: readonly Failure[];
  /** What else could not be measured, and why; empty when all is well. */
  readonly problems: readonly string[];
}

const sum = (values: Readonly<Record<string, number>>): number => Object.values(values).reduce((a, b) => a + b, 0);

export function resultOf(
  { name, limits }: Pick<Scenario, 'name' | 'limits'>,
  taken: readonly Measurement[],
  calibrationMicros: number,
): ScenarioResult {
  const cpuMicros = spreadOf(taken.map((measurement) => sum(measurement.cpuMicros)));
  const services = taken.map((measurement) => byService(measurement.cpuMicros));
  const medianOf = (value: (measurement: Measurement) => number): number => median(taken.map(value));
  return {
    name,
    cpuMicros,
    processMicros: Object.fromEntries(
      Object.keys(services[0] ?? {}).map((name) => [name, median(services.map((micros) => micros[name] ?? 0))]),
    ),
    ratio: cpuMicros.median / calibrationMicros,
    ...(limits && { limits }),
    unitsPerSecond: medianOf(({ units, seconds }) => units / seconds),
    p50Millis: medianOf(({ p50Millis }) => p50Millis),
    p99Millis: medianOf(({ p99Millis }) => p99Millis),
    units: taken.reduce((units, measurement) => units + measurement.units, 0),
    checked: taken.reduce((checked, measurement) => checked + measurement.checked, 0),
  };
}

/** What we are called among those that are measured. */
export const ours = 'Cardea';

/** What one of those that were measured reached; nothing where it failed in each round. */
function scenariosOf(
  name: string,
  scenarios: readonly Pick<Scenario, 'name' | 'limits'>[],
  { measurements, calibration }: Rounds,
): ScenarioResult[] {
  return scenarios.flatMap((scenario) => {
    const taken = measurements.get(name)?.get(scenario.name) ?? [];
    return taken.length === 0 ? [] : [resultOf(scenario, taken, median(calibration))];
  });
}

/** A variant of ours, and ours in the rounds it was measured in. */
export function variantOf(name: string, scenarios: readonly Scenario[], rounds: Rounds): OthersResult {
  const named = scenarios.map((scenario) => ({ name: scenario.name }));
  return { name, scenarios: scenariosOf(name, named, rounds), beside: scenariosOf(ours, named, rounds) };
}

/** What is not made of the rounds of a run. */
export type Facts = Omit<
  Results,
  'version' | 'residentBytes' | 'machine' | 'calibrationMicros' | 'scenarios' | 'peers'
>;

/** @throws when nothing was measured */
export function resultsOf(scenarios: readonly Scenario[], rounds: Rounds, facts: Facts): Results {
  const cpus = os.cpus();
  const named = scenarios.map(({ name }) => ({ name }));
  if (rounds.calibration.length === 0) throw new Error('nothing could be measured');
  return {
    version,
    machine: { cpus: cpus.length, model: cpus[0]?.model ?? '', node: process.version },
    ...facts,
    residentBytes: rounds.residentBytes,
    calibrationMicros: spreadOf(rounds.calibration),
    scenarios: scenariosOf(ours, scenarios, rounds),
    peers: [...rounds.measurements.keys()]
      .filter((name) => name !== ours)
      .map((name) => ({ name, scenarios: scenariosOf(name, named, rounds) })),
  };
}
