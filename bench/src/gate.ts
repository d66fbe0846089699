// The regression gate: a minute of measuring, held against what a request cost when somebody last said that it may cost that much.
// What is compared is CPU time in calibration loops, so that neither a slower machine nor a busy neighbour decides.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { crowding } from './calibration.js';
import { startDriver } from './load/driver.js';
import type { Plan, Rounds } from './measure.js';
import { measureRounds } from './measure.js';
import { ours } from './report/results.js';
import { table } from './report/table.js';
import type { TargetOptions } from './target.js';
import { startTarget } from './target.js';

/** One for each path through the services: what is answered at the edge, from a cache, by one row, by a signature, by a rotation. */
const scenarios = ['discovery', 'introspection', 'client-credentials', 'code-exchange-es256', 'refresh', 'authorize'];
const plan: Plan = { scenarios, rounds: 3, sliceMillis: 1_000, warmUpMillis: 1_000, units: 600 };
const connections = 64;

/** How much a cost may grow before somebody has to say why. */
export const allowedGrowth = 1.3;

/**
 * Where processes wait for a CPU, requests come few at a time: batches are narrow, and what runs anyway weighs on few. Such a machine
 * makes a request cost several times what it costs on a quiet one, in calibration loops too, and can judge nobody.
 */
const mostCrowding = 1.3;

export interface Baseline {
  readonly at: string;
  readonly why: string;
  readonly machine: string;
  /** CPU time of a request in calibration loops, by scenario. */
  readonly ratios: Readonly<Record<string, number>>;
}

export interface Finding {
  readonly scenario: string;
  readonly baseline: number;
  readonly now: number;
  readonly failed: boolean;
}

const file = fileURLToPath(new URL('../baseline.json', import.meta.url));

/**
 * The least of the rounds by the least of the calibration: what disturbs a measurement only ever makes it dearer.
 *
 * @returns by scenario
 */
export function ratiosOf({ measurements, calibration }: Rounds): Record<string, number> {
  const fastest = Math.min(...calibration);
  return Object.fromEntries(
    [...(measurements.get(ours) ?? [])].map(([name, taken]) => {
      const sums = taken.map(({ cpuMicros }) => Object.values(cpuMicros).reduce((sum, micros) => sum + micros, 0));
      return [name, Math.min(...sums) / fastest];
    }),
  );
}

/** Scenarios that the baseline does not know fail: somebody has to say what they may cost. */
export function judge(baseline: Readonly<Record<string, number>>, ratios: Readonly<Record<string, number>>): Finding[] {
  return Object.entries(ratios).map(([scenario, now]) => {
    const allowed = baseline[scenario] ?? 0;
    return { scenario, baseline: allowed, now, failed: now > allowed * allowedGrowth };
  });
}

/** Measures, and measures once more what seems to have become dearer. @returns what was found */
export async function runGate(options: TargetOptions): Promise<Finding[]> {
  if (!existsSync(file)) throw new Error('there is no baseline yet: --rebase WHY writes one');
  const { ratios: baseline } = JSON.parse(readFileSync(file, 'utf8')) as Baseline;
  return withRounds(options, async (measureThose) => {
    const first = judge(baseline, ratiosOf(await measureThose(scenarios)));
    const doubtful = first.filter(({ failed }) => failed).map(({ scenario }) => scenario);
    if (doubtful.length === 0) return first;
    options.progress(`once more: ${doubtful.join(', ')}`);
    const again = judge(baseline, ratiosOf(await measureThose(doubtful)));
    return first.map((finding) => {
      const second = again.find(({ scenario }) => scenario === finding.scenario);
      return second !== undefined && second.now < finding.now ? second : finding;
    });
  });
}

/** Measures and writes the baseline. @param why they may cost what they do now */
export async function rebase(options: TargetOptions, why: string, machine: string): Promise<Baseline> {
  const ratios = await withRounds(options, async (measureThose) => ratiosOf(await measureThose(scenarios)));
  const rounded = Object.entries(ratios).map(([name, ratio]): [string, number] => [name, Number(ratio.toFixed(4))]);
  const baseline = { at: new Date().toISOString(), why, machine, ratios: Object.fromEntries(rounded) };
  writeFileSync(file, `${JSON.stringify(baseline, undefined, 2)}\n`);
  return baseline;
}

async function withRounds<T>(
  options: TargetOptions,
  act: (measureThose: (names: readonly string[]) => Promise<Rounds>) => Promise<T>,
): Promise<T> {
  demandRoom();
  const { target, close } = await startTarget(options);
  try {
    const driver = await startDriver(target, connections);
    try {
      const contestant = { name: ours, pids: target.pids, driver, scenarios };
      const result = await act((names) => measureRounds([contestant], { ...plan, scenarios: names }, options.progress));
      demandRoom();
      return result;
    } finally {
      await driver.close();
    }
  } finally {
    await close();
  }
}

/** @throws when others want the CPUs too */
function demandRoom(): void {
  const found = crowding();
  if (found <= mostCrowding) return;
  throw new Error(`this machine is too busy to judge by: work takes ${found.toFixed(1)} times its CPU time`);
}

export function showGate(findings: readonly Finding[]): string {
  const rows = findings.map(({ scenario, baseline, now, failed }) => [
    ...[scenario, baseline.toFixed(3), now.toFixed(3), `${(now / baseline).toFixed(2)} ×`],
    failed ? 'too dear' : 'well',
  ]);
  return table([['scenario, in calibration loops', 'baseline', 'now', 'growth', ''], ...rows]);
}
