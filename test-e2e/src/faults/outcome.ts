// What came of one fault, in numbers: from what was asked and what broke to a row of the table.
import type { Ask } from './history.js';
import type { Breach } from './invariants.js';

/** A row of the table. */
export interface Outcome {
  readonly id: string;
  readonly how: string;
  readonly seconds: number;
  /** Questions that reached somebody. */
  readonly requests: number;
  /** Tokens that were issued meanwhile. */
  readonly tokens: number;
  /** Tokens of which we were told meanwhile that they have ended. */
  readonly ended: number;
  /** Honest 503s. */
  readonly refusals: number;
  /** Connections that broke, and answers that never came. */
  readonly lost: number;
  /** What the slowest 1 % of refusals took, milliseconds; undefined without any. */
  readonly refusalMillis: number | undefined;
  /** From the end of the fault until every operation works at every replica; undefined when that was not reached. */
  readonly recoveryMillis: number | undefined;
  readonly breaches: readonly Breach[];
  readonly notes: readonly string[];
  /** Why the fault could not be made: nothing was proven. */
  readonly failed?: string;
}

export function outcomeOf(
  facts: Pick<
    Outcome,
    'id' | 'how' | 'seconds' | 'tokens' | 'ended' | 'recoveryMillis' | 'breaches' | 'notes' | 'failed'
  >,
  asks: readonly Ask[],
): Outcome {
  const of = (...outcomes: readonly Ask['outcome'][]) => asks.filter(({ outcome }) => outcomes.includes(outcome));
  const refused = of('refused');
  return {
    ...facts,
    requests: asks.length - of('absent').length,
    refusals: refused.length,
    lost: of('lost', 'late').length,
    refusalMillis: slowest(refused.map(({ sent, answered }) => answered - sent)),
  };
}

/** The 99th of a hundred. */
function slowest(millis: readonly number[]): number | undefined {
  return [...millis].sort((a, b) => a - b)[Math.ceil(millis.length * 0.99) - 1];
}

/** Whether nothing is wrong with it. */
export const isGreen = (outcome: Outcome): boolean =>
  outcome.breaches.length === 0 && outcome.failed === undefined && outcome.recoveryMillis !== undefined;

/** What is wrong with it, in a few words; `holds` when nothing is. */
export function verdictOf(outcome: Outcome): string {
  if (outcome.failed !== undefined) return `not made: ${outcome.failed}`;
  const broken = [...new Set(outcome.breaches.map(({ invariant }) => invariant))].sort();
  if (broken.length > 0) return `BROKEN ${broken.join(' ')}`;
  return outcome.recoveryMillis === undefined ? 'does not recover' : 'holds';
}
