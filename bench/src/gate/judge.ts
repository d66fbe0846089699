// What the gate makes of a measurement: pure, so that what would fail can be shown.
import type { Rounds } from '../measure.js';
import { ours } from '../report/results.js';

/** How much a cost may grow before somebody has to say why. */
export const allowedGrowth = 1.3;

export interface Finding {
  readonly scenario: string;
  readonly baseline: number;
  readonly now: number;
  readonly dear: boolean;
}

/** Who is measured beside ours. */
export const floor = 'node:http';

/**
 * The least of the rounds by the least of the bare server's: what disturbs a measurement only ever makes it dearer.
 *
 * @returns by scenario, how many times what a request to a bare server costs
 */
export function ratiosOf({ measurements }: Pick<Rounds, 'measurements'>): Record<string, number> {
  const least = (taken: readonly { readonly cpuMicros: Readonly<Record<string, number>> }[]): number =>
    Math.min(...taken.map(({ cpuMicros }) => Object.values(cpuMicros).reduce((sum, micros) => sum + micros, 0)));
  const bare = Math.min(...[...(measurements.get(floor)?.values() ?? [])].map(least));
  return Object.fromEntries(
    [...(measurements.get(ours) ?? [])].flatMap(([name, taken]) =>
      taken.length === 0 ? [] : [[name, least(taken) / bare]],
    ),
  );
}

/** Scenarios that the baseline does not know fail: somebody has to say what they may cost. */
export function judge(baseline: Readonly<Record<string, number>>, ratios: Readonly<Record<string, number>>): Finding[] {
  return Object.entries(ratios).map(([scenario, now]) => {
    const allowed = baseline[scenario] ?? 0;
    return { scenario, baseline: allowed, now, dear: now > allowed * allowedGrowth };
  });
}

/** Of two looks at the same: what disturbs makes dearer, so the better one counts. */
export const better = (first: readonly Finding[], second: readonly Finding[]): Finding[] =>
  first.map((finding) => {
    const again = second.find(({ scenario }) => scenario === finding.scenario);
    return again !== undefined && again.now < finding.now ? again : finding;
  });

/**
 * Of two looks at what may from now on be spent, the dearer one: on one machine they differ by a third now and then (introspection 6.5 to
 * 9.2), and whatever is within that is no growth.
 */
export const dearer = (
  first: Readonly<Record<string, number>>,
  second: Readonly<Record<string, number>>,
): Record<string, number> =>
  Object.fromEntries(Object.entries(first).map(([name, ratio]) => [name, Math.max(ratio, second[name] ?? ratio)]));

/**
 * Where processes wait for a CPU, requests come few at a time: batches are narrow, and what runs anyway weighs on few. On such a machine
 * a request costs several times what it costs on a quiet one, and one to a bare server many times; it can judge nobody.
 */
export const mostCrowding = 1.3;

export type Verdict = 'well' | 'too dear' | 'not judged';

/** @param crowding the worst there was: by the clock, how many times its CPU time work took @param failures slices that came to nothing */
export function verdictOn(findings: readonly Finding[], crowding: number, failures: number): Verdict {
  if (crowding > mostCrowding) return 'not judged';
  return failures === 0 && findings.length > 0 && !findings.some(({ dear }) => dear) ? 'well' : 'too dear';
}
