// The results of a run as tables, which a terminal, a web page and a page of the documentation show alike.
import type { Limits } from '../scenarios/scenario.js';
import { correctnessTable } from './correctness-table.js';
import { hydraMicros } from './hydra.js';
import { four, promises } from './promises.js';
import type { Results } from './results.js';
import { ours } from './results.js';

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
    promises(results),
    shares(results),
    peers(results),
    hydra(results),
    variants(results),
    correctnessTable(results),
    lateness(results),
    widths(results),
    database(results),
    processes(results),
    failures(results),
  ];
  return all.filter(({ rows }) => rows.length > 0);
}

function costs(results: Results): Table {
  return {
    title: 'What a request costs',
    head: ['scenario', 'CPU µs', 'min-max', 'aim', 'never above', '', 'ratio', 'per s', 'p50 ms', 'p99 ms'],
    rows: [
      ...results.scenarios.map(({ name, cpuMicros, limits, ratio, unitsPerSecond, p50Millis, p99Millis }) => [
        ...[name, whole(cpuMicros.median), `${whole(cpuMicros.min)}-${whole(cpuMicros.max)}`],
        bound(limits?.aim, limits?.record),
        bound(limits?.neverAbove, limits?.record),
        limits === undefined ? '' : verdict(cpuMicros.median, limits),
        ...[ratio.toFixed(2), whole(unitsPerSecond), p50Millis.toFixed(1), p99Millis.toFixed(1)],
      ]),
      ...failedOf(results, ours)
        .filter((name) => !results.scenarios.some((result) => result.name === name))
        .map((name) => [name, 'failed', none, none, none, '', none, none, none, none]),
    ],
  };
}

/** As it is written, and what the record of signatures may add to it. */
const bound = (micros: number | undefined, record: number | undefined): string =>
  micros === undefined ? none : record === undefined ? whole(micros) : `${whole(micros)} + ${whole(record)}`;

function verdict(micros: number, { aim, neverAbove, record = 0 }: Limits): string {
  if (micros > neverAbove + record) return 'missed';
  if (micros > neverAbove) return `with the ${whole(record)}`;
  return micros <= aim ? 'reached' : 'holds';
}

/** Scenarios that somebody failed at, in any round. */
const failedOf = ({ failures: all }: Results, who: string): string[] => [
  ...new Set(all.filter((failure) => failure.who === who).map(({ scenario }) => scenario)),
];

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

const times = (value: number, base: number): string => `${whole(value)} (${(value / base).toFixed(2)} ×)`;

/** Each of the others in the same rounds, and how many times ours it needs. */
function peers(results: Results): Table {
  const { scenarios, peers: others } = results;
  const cell = (who: string, name: string, base: number): string => {
    const found = others.find((other) => other.name === who)?.scenarios.find((result) => result.name === name);
    if (found !== undefined) return times(found.cpuMicros.median, base);
    return failedOf(results, who).includes(name) ? 'failed' : none;
  };
  const rows = scenarios.map(({ name, cpuMicros: { median } }) => [
    ...[name, whole(median)],
    ...others.map((other) => cell(other.name, name, median)),
  ]);
  return {
    title: 'Beside other providers in the same rounds, CPU µs',
    head: ['scenario', ours, ...others.map(({ name }) => name)],
    rows: rows.filter((row) => row.slice(2).some((each) => each !== none)),
  };
}

function hydra({ scenarios, peers: others }: Results): Table {
  return {
    title: 'Beside Hydra as it was measured on another day, CPU µs',
    head: ['scenario', ours, 'Hydra, tuned'],
    // A run that was not about others says nothing of this one.
    rows: (others.length === 0 ? [] : scenarios).flatMap(({ name, cpuMicros: { median } }) => {
      const micros = hydraMicros[name];
      return micros === undefined ? [] : [[name, whole(median), times(micros, median)]];
    }),
  };
}

/** Each against ours in the rounds of its own. */
function variants({ variants: all }: Results): Table {
  return {
    title: 'Installations that differ in one thing, CPU µs',
    head: ['scenario', 'what differs', `${ours} beside it`, 'with it', 'per s'],
    rows: all.flatMap(({ name: what, scenarios, beside = [] }) =>
      scenarios.map(({ name, cpuMicros: { median }, unitsPerSecond }) => {
        const own = beside.find((each) => each.name === name)?.cpuMicros.median;
        const [alone, against] = own === undefined ? [none, whole(median)] : [whole(own), times(median, own)];
        return [name, what, alone, against, whole(unitsPerSecond)];
      }),
    ),
  };
}

function lateness({ lateness: found }: Results): Table {
  return {
    title: 'How late answers are, asked at random times',
    head: ['scenario', 'of its rate', 'slices', 'asked per s', 'done per s', 'p50 ms', 'p99 ms', 'p99.9 ms', 'CPU µs'],
    rows: found.map(
      ({ scenario, share, slices = 1, asked, perSecond, p50Millis, p99Millis, p999Millis, cpuMicros }) => [
        ...[
          scenario,
          share === undefined ? none : `${whole(share * 100)} %`,
          whole(slices),
          whole(asked),
          whole(perSecond),
        ],
        ...[p50Millis, p99Millis, p999Millis].map((millis) => millis.toFixed(1)),
        whole(cpuMicros),
      ],
    ),
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

function failures({ failures: all }: Results): Table {
  return {
    title: 'What failed',
    head: ['scenario', 'who', 'why'],
    // Words of others, which may be long and hold what a table is made of.
    rows: all.map(({ scenario, who, why }) => [scenario, who, why.replace(/[\s|]+/g, ' ').slice(0, 160)]),
  };
}

/** What was looked into, and what came of it, in a sentence. */
export function verdictOnAnswers(results: Results): string {
  const { failures: all, problems } = results;
  const looked = `${String(answersChecked(results))} answers were looked into while measuring`;
  if (all.length === 0 && problems.length === 0) return `${looked}; all were right.`;
  return `${looked} and were right; ${String(all.length + problems.length)} things went wrong: ${problems.join('; ')}`;
}

/** What was looked into, of everybody. */
const answersChecked = ({ scenarios, peers: others, variants: all, lateness: late, widths: wide }: Results): number =>
  [...scenarios, ...[...others, ...all].flatMap((other) => other.scenarios), ...late, ...wide].reduce(
    (sum, { checked }) => sum + checked,
    0,
  );
