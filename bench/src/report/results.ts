// Condenses what was measured into the results of a run: what `--json` writes and the table shows.
import os from 'node:os';
import type { Measurement, Rounds } from '../measure.js';
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

/** Scenarios of somebody else in the same rounds. */
export interface OthersResult {
  readonly name: string;
  readonly scenarios: readonly ScenarioResult[];
}

export interface Results {
  readonly version: 2;
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
  /** What could not be measured, and why; empty when all is well. */
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

export function resultsOf(
  scenarios: readonly Scenario[],
  { measurements, calibration, residentBytes }: Rounds,
  variants: readonly string[],
  facts: Omit<
    Results,
    'version' | 'residentBytes' | 'machine' | 'calibrationMicros' | 'scenarios' | 'peers' | 'variants'
  >,
): Results {
  const calibrationMicros = spreadOf(calibration);
  const cpus = os.cpus();
  const of = (name: string, aimed: boolean): ScenarioResult[] =>
    scenarios.flatMap((scenario) => {
      const taken = measurements.get(name)?.get(scenario.name) ?? [];
      const own = aimed ? scenario : { name: scenario.name };
      return taken.length === 0 ? [] : [resultOf(own, taken, calibrationMicros.median)];
    });
  const others = (which: (name: string) => boolean): OthersResult[] =>
    [...measurements.keys()].filter(which).map((name) => ({ name, scenarios: of(name, false) }));
  return {
    version: 2,
    machine: { cpus: cpus.length, model: cpus[0]?.model ?? '', node: process.version },
    ...facts,
    residentBytes,
    calibrationMicros,
    scenarios: of(ours, true),
    peers: others((name) => name !== ours && !variants.includes(name)),
    variants: others((name) => variants.includes(name)),
  };
}
