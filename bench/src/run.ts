// A whole run: the installation and whoever is measured beside it, rounds, and what is measured of ours alone afterwards.
import { startDriver } from './load/driver.js';
import type { Contestant, Rounds } from './measure.js';
import { measureRounds } from './measure.js';
import { measureLateness } from './open-loop.js';
import type { Options } from './options.js';
import { attachPeer, startOidcProviders } from './peers/peer.js';
import { measureColdStarts } from './processes/cold-start.js';
import { residentBytes } from './processes/processes.js';
import type { Results } from './report/results.js';
import { ours, resultsOf } from './report/results.js';
import { median } from './report/statistics.js';
import { scenarios } from './scenarios/index.js';
import { measureStatements } from './statements.js';
import type { OpenTarget, Target, TargetOptions } from './target.js';
import { attachTarget, portsApart, startTarget } from './target.js';
import type { Tools } from './variants.js';
import { measureWidths } from './widths.js';

/** Somebody who is measured, and what of the plan. */
interface Entry extends OpenTarget {
  readonly name: string;
  readonly scenarios: readonly string[];
}

/** Measures what the options ask for. @throws when an answer is wrong or a process ends */
export async function bench(options: Options, demo: string, tools: Tools, progress: Progress): Promise<Results> {
  const { attach, base, keys, plan, connections } = options;
  const targetOptions: TargetOptions = { demo, base, keys, progress };
  const closing: (() => Promise<void>)[] = [];
  const open = async (entry: Entry): Promise<Contestant> => {
    closing.push(entry.close);
    const driver = await startDriver(entry.target, connections);
    closing.push(() => driver.close());
    return { name: entry.name, driver, pids: entry.target.pids, scenarios: entry.scenarios };
  };
  try {
    const own = attach === undefined ? await startTarget(targetOptions) : attachTarget(attach);
    const { target } = own;
    const idleBytes = residentBytes(target.pids);
    const first = await open({ name: ours, ...own, scenarios: plan.scenarios });
    const contestants = [first];
    for (const entry of await openPeers(options, progress)) contestants.push(await open(entry));
    for (const [index, variant] of options.variants.entries()) {
      progress(`an installation with ${variant.title}`);
      const opened = await variant.open({ ...targetOptions, base: base + (index + 2) * portsApart }, tools);
      const those = plan.scenarios.filter((name) => variant.scenarios.includes(name));
      contestants.push(await open({ name: variant.title, ...opened, scenarios: those }));
    }
    const rounds = await measureRounds(contestants, plan, progress);
    const facts = await measureAfterwards(options, first, target, rounds, progress);
    const database = options.statements
      ? await measureStatements({
          ...{ ...targetOptions, connections, units: Math.min(plan.units, 600), scenarios: limited(plan.scenarios) },
          base: base + (options.variants.length + 2) * portsApart,
        })
      : [];
    return resultsOf(
      scenarios.filter(({ name }) => plan.scenarios.includes(name)),
      rounds,
      options.variants.map(({ title }) => title),
      {
        ...{ at: new Date().toISOString(), connections, rounds: plan.rounds, keys: target.hsm ? 'hsm' : 'software' },
        ...{ idleBytes, database, ...facts },
      },
    );
  } finally {
    for (const close of closing.toReversed()) await close();
  }
}

type Progress = (text: string) => void;

/** What is measured of ours alone, while the load is still in memory and before further replicas come and go. */
async function measureAfterwards(
  { plan, openLoop, widths, coldStarts }: Options,
  { driver, pids }: Contestant,
  target: Target,
  rounds: Rounds,
  progress: Progress,
): Promise<Pick<Results, 'lateness' | 'widths' | 'coldStartMillis' | 'problems'>> {
  const lateness =
    openLoop === undefined
      ? []
      : await measureLateness(
          driver,
          pids,
          { capacity: capacityOf(rounds), perSecond: openLoop.perSecond, millis: 2 * plan.sliceMillis },
          progress,
        );
  const wide = await measureWidths(
    target,
    { widths, scenarios: limited(plan.scenarios), millis: plan.sliceMillis, units: plan.units },
    progress,
  );
  progress('cold starts');
  const { millis, problems } = await measureColdStarts(pids, coldStarts);
  return { lateness, widths: wide, coldStartMillis: millis, problems };
}

/** Those that have a limit, or were asked for when none of them has. */
function limited(names: readonly string[]): readonly string[] {
  const those = scenarios.filter(({ name, limits }) => limits !== undefined && names.includes(name));
  return those.length === 0 ? names : those.map(({ name }) => name);
}

async function openPeers({ peers, peer, base, plan }: Options, progress: Progress): Promise<Entry[]> {
  const opened = [
    ...(peers ? await startOidcProviders(base + portsApart, progress) : []),
    ...(peer === undefined ? [] : [await attachPeer(peer)]),
  ];
  return opened.map((each) => ({ ...each, scenarios: plan.scenarios.filter((name) => canDo(name, each.target)) }));
}

/** What a provider has no counterpart of is not asked of it. */
function canDo(name: string, { dialect }: Target): boolean {
  const rivals = scenarios.find((scenario) => scenario.name === name)?.rivals;
  return rivals === undefined || (rivals === 'hydra' && dialect === undefined);
}

/** Requests a second that a closed loop reached, by scenario. */
function capacityOf({ measurements }: Rounds): Map<string, number> {
  const reached = measurements.get(ours) ?? new Map<string, never[]>();
  return new Map(
    limited([...reached.keys()]).map((name) => [
      name,
      median((reached.get(name) ?? []).map(({ units, seconds }) => units / seconds)),
    ]),
  );
}
