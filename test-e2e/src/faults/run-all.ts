// One fault after the other in one house; a house that does not recover from a fault is given up for a new one, so that what comes after
// is judged by itself.
import type { Fault } from './fault.js';
import type { House } from './house.js';
import { buildHouse } from './house.js';
import type { Breach } from './invariants.js';
import type { Options } from './options.js';
import type { Outcome } from './outcome.js';
import { verdictOf } from './outcome.js';
import { recover, runFault } from './run-fault.js';
import type { Settings } from './setting.js';
import { createSettings } from './setting.js';
import { openStage } from './stage.js';
import { showBreach } from './table.js';

/** Recovery after a fault that is over, without a restart (INV5); a busy machine is forgiven in what each run of the tests makes. */
const promisedMillis = 10_000;

interface Run {
  readonly options: Options;
  readonly progress: (sentence: string) => void;
  /** Asked before each fault. */
  readonly stopped: () => boolean;
}

export async function runAll(faults: readonly Fault[], run: Run): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  for (let left = faults; left.length > 0 && !run.stopped();) {
    outcomes.push(...(await inOneHouse(left, run)));
    left = faults.slice(outcomes.length);
  }
  return outcomes;
}

/** @returns outcomes of the first of them, up to the first that leaves a house in which nothing can be judged any more */
async function inOneHouse(faults: readonly Fault[], { options, progress, stopped }: Run): Promise<readonly Outcome[]> {
  const house = await buildHouse({ hsm: faults.some(({ hsm }) => hsm === true), progress });
  const settings = createSettings(house);
  try {
    const stage = await openStage(house, options.seed);
    try {
      const outcomes: Outcome[] = [];
      const told = new Set<string>();
      let within: Fault['within'];
      for (const fault of faults) {
        if (stopped()) break;
        progress(`${fault.id}: ${fault.how}`);
        const { at, made } = await prepared(settings, house, fault);
        // Whoever was restarted for it is found again before anybody asks.
        if (fault.within !== within) await recover(at, stage);
        within = fault.within;
        const { lanes, seconds, short } = options;
        const outcome = await runFault(at, stage, made, {
          ...{ lanes, told, pauseMillis: 20, millis: seconds * 1_000 },
          ...(short ? {} : { promisedMillis }),
        });
        progress(`    ${verdictOf(outcome)}; ${String(outcome.requests)} requests in ${String(outcome.seconds)} s`);
        for (const breach of oneOfAKind(outcome.breaches).slice(0, mostShown))
          progress(showBreach(breach).replace(/^/gm, '    '));
        outcomes.push(outcome);
        if (outcome.recoveryMillis === undefined) break;
      }
      return outcomes;
    } finally {
      stage.close();
    }
  } finally {
    await settings.down().catch((error: unknown) => progress(String(error)));
    await house.stop();
  }
}

/** A fault whose setting cannot be had is one that was not made; those after it still are. */
async function prepared(settings: Settings, house: House, fault: Fault): Promise<{ at: House; made: Fault }> {
  try {
    return { at: await settings.of(fault), made: fault };
  } catch (error) {
    const problem = error instanceof Error ? error : new Error(String(error));
    return { at: house, made: { ...fault, inflict: () => Promise.reject(problem) } };
  }
}

/** One history tells as much as twenty of the same kind. */
const mostShown = 8;

const oneOfAKind = (breaches: readonly Breach[]): Breach[] => {
  const kind = ({ invariant, subject }: Breach) => `${invariant} ${subject.replace(/-\d+$/, '')}`;
  return [...new Map(breaches.map((breach) => [kind(breach), breach])).values()];
};
