// What came of a soak, and whether that is good.
import type { Ask } from '../faults/history.js';
import type { Breach } from '../faults/invariants.js';
import type { Growth } from './heaps.js';
import type { Return } from './idle.js';
import { verdictOf } from './slope.js';
import type { Window } from './windows.js';

/** The leak rule of security §5, MiB an hour. */
export const mostPerHour = 1;

export interface Outcome {
  readonly minutes: number;
  /** Errands a second: what was reached in a closed loop, and what was asked for. */
  readonly reached: number | undefined;
  readonly perSecond: number;
  readonly errands: number;
  /** Errands that were not begun because too many were under way. */
  readonly skipped: number;
  /** Questions by kind, a second, and the slowest of a hundred outside of faults. */
  readonly kinds: readonly { readonly what: string; readonly perSecond: number; readonly p99Millis: number }[];
  readonly requests: number;
  readonly refusals: number;
  readonly lost: number;
  readonly windows: readonly Window[];
  /** Shares of all cores: of the whole machine, from 0 to 1. */
  readonly busy: number;
  readonly growth: readonly Growth[];
  readonly idle: Return;
  readonly breaches: readonly Breach[];
}

export function kindsOf(asks: readonly Ask[], windows: readonly Window[], seconds: number): Outcome['kinds'] {
  const inside = ({ sent, answered }: Ask) => windows.some(({ from, to }) => answered >= from && sent <= to);
  return [...new Set(asks.map(({ what }) => what))].sort().map((what) => {
    const own = asks.filter((ask) => ask.what === what);
    const calm = own
      .filter((ask) => !inside(ask))
      .map(({ sent, answered }) => answered - sent)
      .sort((a, b) => a - b);
    return { what, perSecond: own.length / seconds, p99Millis: calm[Math.ceil(calm.length * 0.99) - 1] ?? NaN };
  });
}

/** What is wrong, a sentence each; empty when all is well. */
export function complaints({ breaches, growth, idle, skipped }: Outcome): string[] {
  return [
    ...breaches.map(({ invariant, sentence }) => `${invariant}: ${sentence}`),
    ...growth
      .filter(({ slope }) => verdictOf(slope, mostPerHour) === 'ABOVE')
      .map(({ name, slope }) => `the heap of ${name} grows by ${slope?.perHour.toFixed(1) ?? ''} MiB an hour`),
    ...idle.above.map(({ what, idle: before, now }) => `${what}: ${String(now)}, idle ${String(before)}`),
    ...(skipped > 0 ? [`${String(skipped)} errands were not begun`] : []),
  ];
}
