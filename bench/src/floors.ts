// The rates that two cores must hold (issue 6): each asked for in an open loop, every answer must be right, and 99 of a hundred come
// within a tenth of a second after their request was due.
import { startDriver } from './load/driver.js';
import type { Measurement, Watch } from './measure.js';
import { attempt, measure } from './measure.js';
import { table } from './report/table.js';
import type { TargetOptions } from './target.js';
import { startTarget } from './target.js';

/** Requests a second, by scenario. */
const floors: readonly (readonly [scenario: string, perSecond: number])[] = [
  ['introspection', 4_000],
  ['client-credentials', 1_500],
  ['refresh', 800],
  ['revoke', 1_000],
];
const mostMillis = 100;
/** Requests fall due at random: of N the spread is their root, and beyond four of it is no chance. */
const enough = (expected: number) => expected - 4 * Math.sqrt(expected);
const warmUpMillis = 3_000;

export interface Floor {
  readonly scenario: string;
  readonly asked: number;
  /** Undefined when an answer was wrong or missing. */
  readonly slice: Pick<Measurement, 'units' | 'seconds' | 'p50Millis' | 'p99Millis'> | undefined;
  readonly why: string;
  readonly holds: boolean;
}

/** @param slice undefined when it failed @param why it failed */
export function judgeFloor(scenario: string, asked: number, slice: Floor['slice'], why = ''): Floor {
  const holds = slice !== undefined && slice.units >= enough(asked * slice.seconds) && slice.p99Millis <= mostMillis;
  return { scenario, asked, slice, why, holds };
}

/** @param millis of each slice @throws what keeps the installation from starting */
export async function measureFloors(
  options: TargetOptions & { readonly connections: number; readonly millis: number; readonly signal: AbortSignal },
): Promise<Floor[]> {
  const { connections, millis, signal, progress } = options;
  const { target, close } = await startTarget(options);
  try {
    const driver = await startDriver(target, connections, signal);
    try {
      const found: Floor[] = [];
      for (const [name, perSecond] of floors) {
        progress(`${name}, ${String(perSecond)} a second`);
        let why = '';
        const watch: Watch = { signal, progress, failed: (failure) => (why = failure.why) };
        const slice = (length: number) =>
          attempt(watch, { who: 'ours', scenario: name }, () =>
            measure(driver, target.pids, {
              ...{ name, perSecond, millis: length },
              units: Math.ceil((perSecond * length) / 1_000) + 100,
            }),
          );
        const warm = await slice(warmUpMillis);
        found.push(judgeFloor(name, perSecond, warm && (await slice(millis)), why));
      }
      return found;
    } finally {
      await driver.close();
    }
  } finally {
    await close();
  }
}

export function showFloors(found: readonly Floor[]): string {
  const rows = found.map(({ scenario, asked, slice, why, holds }) => [
    scenario,
    String(asked),
    ...(slice === undefined
      ? ['-', '-', '-']
      : [(slice.units / slice.seconds).toFixed(0), slice.p50Millis.toFixed(1), slice.p99Millis.toFixed(1)]),
    holds ? 'holds' : why === '' ? 'DOES NOT HOLD' : `FAILED: ${why}`,
  ]);
  return table([['scenario', 'asked/s', 'answered/s', 'p50 ms', 'p99 ms', `p99 ≤ ${String(mostMillis)} ms`], ...rows]);
}
