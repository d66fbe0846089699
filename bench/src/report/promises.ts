// What was promised for a whole run beside the cost of each request (issue 8), and what came of it.
import type { Table } from './tables.js';
import type { Results } from './results.js';

/** The four that are ours: what the limits on memory speak of. */
export const four = ['gateway', 'admin', 'token', 'keys'];

const bounds = {
  idleMegabytes: 350,
  loadMegabytes: 700,
  startMillis: 1_000,
  lateMillis: 15,
  /** Of the whole flow, which is seven requests. */
  lateFlowMillis: 60,
  pairLoss: 1.1,
} as const;
/** At which lateness is promised. */
export const promisedShare = 0.6;
const pair = 'two gateways, two token services';

/** One that was looked at: what, how much it may be, how much it is. */
type Promised = readonly [what: string, bound: number, found: number, unit: string];

/** Promises that were not measured are left out. */
export function promises(results: Results): Table {
  return {
    title: 'What else was promised',
    head: ['promise', 'at most', 'measured', ''],
    rows: [...memory(results), ...starts(results), ...lateness(results), ...pairs(results)].map(
      ([what, bound, found, unit]) => [
        ...[what, `${shown(bound)} ${unit}`, `${shown(found)} ${unit}`],
        found <= bound ? 'holds' : 'missed',
      ],
    ),
  };
}

const shown = (value: number): string =>
  value < 100 && !Number.isInteger(value) ? value.toFixed(2) : value.toFixed(0);

function memory({ idleBytes, residentBytes }: Results): Promised[] {
  const together = (bytes: Readonly<Record<string, number>>): number =>
    four.reduce((sum, name) => sum + (bytes[name] ?? 0), 0) / 1024 / 1024;
  const known = (bytes: Readonly<Record<string, number>>): boolean => four.every((name) => bytes[name] !== undefined);
  return [
    ...(known(idleBytes)
      ? [['the four idle, together', bounds.idleMegabytes, together(idleBytes), 'MB'] as const]
      : []),
    ...(known(residentBytes)
      ? [['the four under load, together', bounds.loadMegabytes, together(residentBytes), 'MB'] as const]
      : []),
  ];
}

function starts({ coldStartMillis }: Results): Promised[] {
  const slowest = Object.entries(coldStartMillis).toSorted(([, a], [, b]) => b - a)[0];
  if (slowest === undefined) return [];
  return [[`start to ready, the slowest: ${slowest[0]}`, bounds.startMillis, slowest[1], 'ms']];
}

function lateness({ lateness: found }: Results): Promised[] {
  const those = found.filter(({ share }) => share === promisedShare).toSorted((a, b) => b.p99Millis - a.p99Millis);
  const flow = those.find(({ scenario }) => scenario === 'flow');
  const latest = those.find(({ scenario }) => scenario !== 'flow');
  const more =
    those.filter(({ scenario, p99Millis }) => scenario !== 'flow' && p99Millis > bounds.lateMillis).length - 1;
  return [
    ...(latest === undefined
      ? []
      : [
          [
            `p99 at 60 %, the latest: ${latest.scenario}${more > 0 ? `, and ${String(more)} more above it` : ''}`,
            ...([bounds.lateMillis, latest.p99Millis, 'ms'] as const),
          ] as const,
        ]),
    ...(flow === undefined
      ? []
      : [['p99 at 60 % of the whole flow', bounds.lateFlowMillis, flow.p99Millis, 'ms'] as const]),
  ];
}

/** What two gateways and two token services cost a request against one of each, in the same rounds. */
function pairs({ variants }: Results): Promised[] {
  const two = variants.find(({ name }) => name === pair);
  return (two?.scenarios ?? []).flatMap(({ name, cpuMicros }) => {
    const alone = two?.beside?.find((each) => each.name === name)?.cpuMicros.median;
    return alone === undefined
      ? []
      : [[`two gateways and token services against one: ${name}`, bounds.pairLoss, cpuMicros.median / alone, '×']];
  });
}
