// The regression gate: a minute of measuring, held against what a request cost when somebody last said that it may cost that much.
// What is compared is CPU time in requests to a bare node:http server, asked in the same rounds by the same driver, so that neither a
// slower machine nor a busy neighbour decides.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { crowding } from '../calibration.js';
import { startDriver } from '../load/driver.js';
import type { Failure, Plan, Rounds, Watch } from '../measure.js';
import { measureRounds } from '../measure.js';
import { forkServer } from '../processes/fork-server.js';
import { freePort } from '../processes/replica.js';
import { ours } from '../report/results.js';
import { table } from '../report/table.js';
import type { Target, TargetOptions } from '../target.js';
import { startTarget } from '../target.js';
import type { Finding, Verdict } from './judge.js';
import { better, dearer, floor, judge, mostCrowding, ratiosOf, verdictOn } from './judge.js';

/** One for each path through the services: what is answered at the edge, from a cache, by one row, by a signature, by a rotation. */
const scenarios = ['discovery', 'introspection', 'client-credentials', 'code-exchange-es256', 'refresh', 'authorize'];
/** What the bare server is asked. */
const bare = 'discovery';
const plan: Plan = { scenarios, rounds: 3, sliceMillis: 1_000, warmUpMillis: 700, warmUps: 1, units: 600 };
const connections = 64;
/** What a run of all tests can spare for measuring; on a machine of its own it takes less than a minute. */
const mostMillis = 80_000;

export interface Baseline {
  readonly at: string;
  readonly why: string;
  readonly machine: string;
  /** CPU time of a request in requests to a bare server, by scenario. */
  readonly ratios: Readonly<Record<string, number>>;
}

/** What the gate found, and what it makes of that. */
export interface Gate {
  readonly findings: readonly Finding[];
  readonly failures: readonly Failure[];
  /** The worst there was. */
  readonly crowding: number;
  readonly verdict: Verdict;
}

const file = fileURLToPath(new URL('../../baseline.json', import.meta.url));

/**
 * Measures, and measures once more what seems to have become dearer.
 *
 * @returns undefined as long as there is no baseline
 * @throws when the signal says so
 */
export async function runGate(options: TargetOptions): Promise<Gate | undefined> {
  if (!existsSync(file)) return undefined;
  const { ratios: baseline } = JSON.parse(readFileSync(file, 'utf8')) as Baseline;
  const before = crowding();
  // Nothing that is measured now could count.
  if (before > mostCrowding) return { findings: [], failures: [], crowding: before, verdict: 'not judged' };
  try {
    return await withRounds(options, (look) => lookTwice(baseline, look, options.progress));
  } catch (error) {
    options.signal.throwIfAborted();
    const why = error instanceof Error ? error.message : String(error);
    const worst = Math.max(before, crowding());
    const failures = [{ who: ours, scenario: 'the gate', why }];
    return { findings: [], failures, crowding: worst, verdict: verdictOn([], worst, failures.length) };
  }
}

async function lookTwice(
  baseline: Baseline['ratios'],
  look: (names: readonly string[]) => Promise<Look>,
  progress: (text: string) => void,
): Promise<Gate> {
  const first = await look(scenarios);
  const { failures } = first;
  let findings = judge(baseline, first.ratios);
  let worst = first.crowded;
  const doubtful = findings.filter(({ dear }) => dear).map(({ scenario }) => scenario);
  if (doubtful.length > 0 && failures.length === 0) {
    progress(`once more: ${doubtful.join(', ')}`);
    const second = await look(doubtful);
    findings = better(findings, judge(baseline, second.ratios));
    worst = Math.max(worst, second.crowded);
  }
  return { findings, failures, crowding: worst, verdict: verdictOn(findings, worst, failures.length) };
}

/** Measures twice, and writes the baseline. @param why they may cost what they do now @throws where others want the CPUs too */
export async function rebase(options: TargetOptions, why: string, machine: string): Promise<Baseline> {
  const once = async (): Promise<Look['ratios']> => {
    const { ratios, crowded, failures } = await withRounds(options, (look) => look(scenarios));
    if (failures[0] !== undefined) throw new Error(failures[0].why);
    if (crowded > mostCrowding)
      throw new Error(`this machine is too busy to go by: work takes ${crowded.toFixed(1)} times its CPU time`);
    return ratios;
  };
  const rounded = Object.entries(dearer(await once(), await once())).map(([name, ratio]): [string, number] => [
    name,
    Number(ratio.toFixed(3)),
  ]);
  const baseline = { at: new Date().toISOString(), why, machine, ratios: Object.fromEntries(rounded) };
  writeFileSync(file, `${JSON.stringify(baseline, undefined, 2)}\n`);
  return baseline;
}

/** One measurement of those scenarios, and how crowded the machine was at its begin and at its end. */
interface Look {
  readonly ratios: Readonly<Record<string, number>>;
  readonly failures: readonly Failure[];
  readonly crowded: number;
}

async function withRounds<T>(
  options: TargetOptions,
  act: (look: (names: readonly string[]) => Promise<Look>) => Promise<T>,
): Promise<T> {
  const { target, close } = await startTarget(options);
  try {
    const port = await freePort();
    const server = await forkServer(floor, new URL('floor-main.js', import.meta.url), [String(port)]);
    try {
      return await withDrivers(options, target, { ...server, port }, act);
    } finally {
      await server.close();
    }
  } finally {
    await close();
  }
}

async function withDrivers<T>(
  { signal: told, progress }: TargetOptions,
  target: Target,
  { pid, port }: { readonly pid: number; readonly port: number },
  act: (look: (names: readonly string[]) => Promise<Look>) => Promise<T>,
): Promise<T> {
  const enough = new AbortController();
  const end = (): void => enough.abort(told.reason);
  told.addEventListener('abort', end, { once: true });
  // Once there is something to measure: how long that takes to install is no matter of speed.
  const timer = setTimeout(
    () => enough.abort(new Error(`it took more than ${String(mostMillis / 1000)} s`)),
    mostMillis,
  );
  timer.unref();
  const { signal } = enough;
  const origin = `http://127.0.0.1:${String(port)}`;
  const lowest: Target = { ...target, public: origin, admin: origin, issuer: origin, pids: { [floor]: pid } };
  const [own, other] = [await startDriver(target, connections, signal), await startDriver(lowest, connections, signal)];
  const contestants = [
    { name: ours, pids: target.pids, driver: own, scenarios },
    { name: floor, pids: lowest.pids, driver: other, scenarios: [bare] },
  ];
  try {
    return await act(async (names) => {
      const failures: Failure[] = [];
      const watch: Watch = { signal, progress, failed: (failure) => void failures.push(failure) };
      const before = crowding();
      const wanted = [bare, ...names.filter((name) => name !== bare)];
      const rounds: Rounds = await measureRounds(contestants, { ...plan, scenarios: wanted }, watch);
      return { ratios: ratiosOf(rounds), failures, crowded: Math.max(before, crowding()) };
    });
  } finally {
    clearTimeout(timer);
    told.removeEventListener('abort', end);
    await other.close();
    await own.close();
  }
}

export function showGate({ findings, failures, crowding: crowded, verdict }: Gate): string {
  const rows = findings.map(({ scenario, baseline, now, dear }) => [
    ...[scenario, baseline.toFixed(2), now.toFixed(2), `${(now / baseline).toFixed(2)} ×`],
    dear ? 'too dear' : 'well',
  ]);
  const head = ['scenario, in requests to a bare server', 'baseline', 'now', 'growth', ''];
  const times = `work takes ${crowded.toFixed(2)} times its CPU time here`;
  return [
    ...(rows.length === 0 ? [] : [table([head, ...rows])]),
    ...failures.map(({ why }) => why),
    verdict === 'not judged'
      ? `the gate: not judged, this machine is too crowded: ${times}`
      : `the gate: ${verdict}; ${times}`,
  ].join('\n');
}
