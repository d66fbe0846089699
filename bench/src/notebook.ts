// What a run has found so far: written down as it comes, so that one that is cut short is not lost, and what fails is told in its
// place.
import type { Failure, Rounds, Watch } from './measure.js';
import type { Facts, Results } from './report/results.js';
import { resultsOf } from './report/results.js';
import type { Scenario } from './scenarios/scenario.js';
import type { Pace } from './pace.js';

/** Whoever wants a run. */
export interface Client {
  /** Ends it. */
  readonly signal: AbortSignal;
  progress(text: string): void;
  /** Is given what there is, again and again. */
  keep(results: Results): void;
}

export interface Notebook {
  /** Writes into it what is seen while measuring. */
  readonly watch: Watch;
  note(facts: Partial<Facts>): void;
  /** What went wrong, without being the end. */
  problem(words: string): void;
  /** Does a part of the run; its failure is a problem, and not the end. @returns undefined when it failed */
  part<T>(name: string, act: () => Promise<T>): Promise<T | undefined>;
  /** @throws when nothing was measured */
  results(): Results;
}

/** @param facts what is known before anything is measured */
export function openNotebook(
  scenarios: readonly Scenario[],
  facts: Omit<Facts, 'failures' | 'problems'>,
  pace: Pace,
  client: Client,
): Notebook {
  const failures: Failure[] = [];
  const problems: string[] = [];
  let known: Facts = { ...facts, failures, problems };
  let measured: Rounds | undefined;
  const results = (): Results => {
    if (measured === undefined) throw new Error('nothing was measured');
    return resultsOf(scenarios, measured, known);
  };
  const problem = (words: string): void => {
    problems.push(words);
    client.progress(words);
  };
  const keep = (): void => {
    if (measured !== undefined) client.keep(results());
  };
  return {
    watch: {
      signal: client.signal,
      progress(text, share) {
        if (share !== undefined) pace.at(share);
        client.progress(`${pace.left()}  ${text}`);
      },
      failed(failure) {
        failures.push(failure);
        client.progress(`${failure.who} failed: ${failure.why}`);
      },
      round(rounds) {
        measured = rounds;
        keep();
      },
    },
    note(more) {
      known = { ...known, ...more };
      keep();
    },
    problem,
    async part(name, act) {
      pace.begin(name);
      try {
        return await act();
      } catch (error) {
        client.signal.throwIfAborted();
        problem(`${name}: ${error instanceof Error ? error.message : String(error)}`);
        keep();
        return undefined;
      }
    },
    results,
  };
}
