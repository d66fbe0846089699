// The results of a run as tables, which a terminal, a web page and a page of the documentation show alike.
import type { OthersResult, Results, ScenarioResult } from './results.js';

export interface Table {
  readonly title: string;
  readonly head: readonly string[];
  /** Cells as they are shown: the first of a row says what it is about, the rest are numbers. */
  readonly rows: readonly (readonly string[])[];
}

const whole = (value: number): string => value.toFixed(0);
const none = '-';

/** What a reader of any of them has to know. */
export function preamble({ machine, rounds, connections, keys, calibrationMicros, at }: Results): string[] {
  const { median, min, max } = calibrationMicros;
  return [
    `CPU microseconds a request over all server processes, PostgreSQL and Redis too: medians of ${String(rounds)} rounds, ` +
      `${String(connections)} connections, keys in ${keys === 'hsm' ? 'SoftHSM' : 'software'}`,
    `${String(machine.cpus)} × ${machine.model}, Node ${machine.node}, ${at.slice(0, 10)}; ` +
      `calibration loop ${whole(median)} µs (${whole(min)}-${whole(max)})`,
  ];
}

/** Empty ones are left out. */
export function tablesOf(results: Results): Table[] {
  const all = [
    costs(results),
    shares(results),
    beside('Beside other providers, CPU µs', results.scenarios, results.peers),
    beside('Installations that differ in one thing, CPU µs', results.scenarios, results.variants),
    lateness(results),
    widths(results),
    database(results),
    processes(results),
  ];
  return all.filter(({ rows }) => rows.length > 0);
}

function costs({ scenarios }: Results): Table {
  return {
    title: 'What a request costs',
    head: ['scenario', 'CPU µs', 'min-max', 'aim', 'never above', 'ratio', 'per s', 'p50 ms', 'p99 ms'],
    rows: scenarios.map(({ name, cpuMicros, limits, ratio, unitsPerSecond, p50Millis, p99Millis }) => [
      ...[name, whole(cpuMicros.median), `${whole(cpuMicros.min)}-${whole(cpuMicros.max)}`],
      limits === undefined ? none : whole(limits.aim),
      limits === undefined
        ? none
        : `${whole(limits.neverAbove)}${cpuMicros.median > limits.neverAbove ? ' missed' : ''}`,
      ...[ratio.toFixed(2), whole(unitsPerSecond), p50Millis.toFixed(1), p99Millis.toFixed(1)],
    ]),
  };
}

function shares({ scenarios }: Results): Table {
  const services = [...new Set(scenarios.flatMap(({ processMicros }) => Object.keys(processMicros)))];
  return {
    title: 'Where it goes, CPU µs',
    head: ['scenario', ...services],
    rows: scenarios.map(({ name, processMicros }) => [
      name,
      ...services.map((each) => whole(processMicros[each] ?? 0)),
    ]),
  };
}

/** Each of the others, and how many times ours it needs. */
function beside(title: string, scenarios: readonly ScenarioResult[], others: readonly OthersResult[]): Table {
  const of = (other: OthersResult, name: string): number | undefined =>
    other.scenarios.find((result) => result.name === name)?.cpuMicros.median;
  return {
    title,
    head: ['scenario', 'Cardea', ...others.map(({ name }) => name)],
    rows: scenarios
      .filter(({ name }) => others.some((other) => of(other, name) !== undefined))
      .map(({ name, cpuMicros: { median } }) => [
        ...[name, whole(median)],
        ...others.map((other) => {
          const micros = of(other, name);
          return micros === undefined ? none : `${whole(micros)} (${(micros / median).toFixed(2)} ×)`;
        }),
      ]),
  };
}

function lateness({ lateness: found }: Results): Table {
  return {
    title: 'How late answers are, asked at random times',
    head: ['scenario', 'asked per s', 'done per s', 'p50 ms', 'p99 ms', 'p99.9 ms', 'CPU µs'],
    rows: found.map(({ scenario, asked, perSecond, p50Millis, p99Millis, p999Millis, cpuMicros }) => [
      ...[scenario, whole(asked), whole(perSecond)],
      ...[p50Millis, p99Millis, p999Millis].map((millis) => millis.toFixed(1)),
      whole(cpuMicros),
    ]),
  };
}

function widths({ widths: found, connections, scenarios }: Results): Table {
  const numbers = [...new Set(found.map((width) => width.connections))];
  const all = [...numbers, connections].toSorted((a, b) => a - b);
  return {
    title: 'Requests a second by connections',
    head: ['scenario', ...all.map((number) => `${String(number)} connections`)],
    rows: scenarios
      .filter(({ name }) => found.some(({ scenario }) => scenario === name))
      .map(({ name, unitsPerSecond }) => [
        name,
        ...all.map((number) => {
          const width = found.find((each) => each.scenario === name && each.connections === number);
          return whole(width?.unitsPerSecond ?? unitsPerSecond);
        }),
      ]),
  };
}

function database({ database: found }: Results): Table {
  return {
    title: 'What a request asks of PostgreSQL',
    head: ['scenario', 'statements', 'bytes of its log'],
    rows: found.map(({ scenario, statements, walBytes }) => [scenario, statements.toFixed(2), whole(walBytes)]),
  };
}

/** The four that are ours: what the limits on memory speak of. */
const four = ['gateway', 'admin', 'token', 'keys'];

function processes({ idleBytes, residentBytes, coldStartMillis }: Results): Table {
  const names = [...new Set([...Object.keys(residentBytes), ...Object.keys(coldStartMillis)])];
  const megabytes = (bytes: number | undefined): string => (bytes === undefined ? none : whole(bytes / 1024 / 1024));
  const ofFour = (bytes: Readonly<Record<string, number>>): string =>
    megabytes(four.reduce((sum, name) => sum + (bytes[name] ?? 0), 0));
  return {
    title: 'Memory and start',
    head: ['process', 'idle MB', 'under load MB', 'start to ready ms'],
    rows: [
      ...names.map((name) => {
        const start = coldStartMillis[name];
        return [
          ...[name, megabytes(idleBytes[name]), megabytes(residentBytes[name])],
          start === undefined ? none : whole(start),
        ];
      }),
      [four.join(' + '), ofFour(idleBytes), ofFour(residentBytes), none],
    ],
  };
}

/** What was looked into, of everybody. */
export const answersChecked = ({ scenarios, peers, variants, lateness: late, widths: wide }: Results): number =>
  [...scenarios, ...[...peers, ...variants].flatMap((other) => other.scenarios), ...late, ...wide].reduce(
    (sum, { checked }) => sum + checked,
    0,
  );
