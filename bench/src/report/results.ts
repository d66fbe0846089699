// Condenses what was measured into the results of a run: what `--json` writes and the table shows.
import os from 'node:os';
import type { Measurement, Rounds } from '../measure.js';
import type { Lateness } from '../open-loop.js';
import type { Scenario } from '../scenarios/scenario.js';
import type { Spread } from './statistics.js';
import { median, spreadOf } from './statistics.js';

export interface ScenarioResult {
  readonly name: string;
  /** CPU microseconds a unit over all server processes. */
  readonly cpuMicros: Spread;
  /** The same by process, medians. */
  readonly processMicros: Readonly<Record<string, number>>;
  /** `cpuMicros.median` in calibration loops: comparable between machines and busy hours. */
  readonly ratio: number;
  readonly aimMicros: number | undefined;
  readonly unitsPerSecond: number;
  readonly p50Millis: number;
  readonly p99Millis: number;
  /** Units of all rounds, and answers that were looked into; all were right. */
  readonly units: number;
  readonly checked: number;
}

export interface Results {
  readonly version: 1;
  readonly at: string;
  readonly machine: { readonly cpus: number; readonly model: string; readonly node: string };
  readonly connections: number;
  readonly rounds: number;
  readonly calibrationMicros: Spread;
  readonly scenarios: readonly ScenarioResult[];
  /** Others that were measured in the same rounds. */
  readonly peers: readonly { readonly name: string; readonly scenarios: readonly ScenarioResult[] }[];
  /** Bytes by process, after the load. */
  readonly residentBytes: Readonly<Record<string, number>>;
  /** Milliseconds from spawn to ready, by service. */
  readonly coldStartMillis: Readonly<Record<string, number>>;
  /** In an open loop, where that was asked for. */
  readonly lateness: readonly Lateness[];
  /** What could not be measured, and why; empty when all is well. */
  readonly problems: readonly string[];
}

const sum = (values: Readonly<Record<string, number>>): number => Object.values(values).reduce((a, b) => a + b, 0);

export function resultOf(
  { name, aimMicros }: Pick<Scenario, 'name' | 'aimMicros'>,
  taken: readonly Measurement[],
  calibrationMicros: number,
): ScenarioResult {
  const cpuMicros = spreadOf(taken.map((measurement) => sum(measurement.cpuMicros)));
  const processes = Object.keys(taken[0]?.cpuMicros ?? {});
  const medianOf = (value: (measurement: Measurement) => number): number => median(taken.map(value));
  return {
    name,
    cpuMicros,
    processMicros: Object.fromEntries(
      processes.map((process) => [process, medianOf((measurement) => measurement.cpuMicros[process] ?? 0)]),
    ),
    ratio: cpuMicros.median / calibrationMicros,
    aimMicros,
    unitsPerSecond: medianOf(({ units, seconds }) => units / seconds),
    p50Millis: medianOf(({ p50Millis }) => p50Millis),
    p99Millis: medianOf(({ p99Millis }) => p99Millis),
    units: taken.reduce((units, measurement) => units + measurement.units, 0),
    checked: taken.reduce((checked, measurement) => checked + measurement.checked, 0),
  };
}

/** What we are called among contestants. */
export const ours = 'Cardea';

export function resultsOf(
  scenarios: readonly Scenario[],
  { measurements, calibration }: Rounds,
  facts: Pick<Results, 'at' | 'connections' | 'rounds' | 'residentBytes' | 'coldStartMillis' | 'lateness' | 'problems'>,
): Results {
  const calibrationMicros = spreadOf(calibration);
  const cpus = os.cpus();
  const of = (name: string, aimed: boolean): ScenarioResult[] =>
    scenarios.flatMap((scenario) => {
      const taken = measurements.get(name)?.get(scenario.name) ?? [];
      const aims = aimed ? scenario : { name: scenario.name };
      return taken.length === 0 ? [] : [resultOf(aims, taken, calibrationMicros.median)];
    });
  return {
    version: 1,
    machine: { cpus: cpus.length, model: cpus[0]?.model ?? '', node: process.version },
    ...facts,
    calibrationMicros,
    scenarios: of(ours, true),
    peers: [...measurements.keys()]
      .filter((name) => name !== ours)
      .map((name) => ({ name, scenarios: of(name, false) })),
  };
}
