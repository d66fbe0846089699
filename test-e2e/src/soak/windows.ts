// What a fault excuses, and for how long: every refusal and every lost answer must lie in the window of a fault that allows it.
import type { Ask } from '../faults/history.js';
import type { Allowance } from '../faults/invariants.js';

/** From the moment a fault began until everything worked again: milliseconds since the epoch. */
export interface Window {
  readonly id: string;
  readonly from: number;
  readonly to: number;
  readonly may: Allowance;
}

/** What may have happened to this question, by all the windows it touches. */
export function allowanceOf({ sent, answered }: Pick<Ask, 'sent' | 'answered'>, windows: readonly Window[]): Allowance {
  const touched = windows.filter(({ from, to }) => answered >= from && sent <= to).map(({ may }) => may);
  const refuse = touched.map((may) => may.refuse);
  return {
    refuse: refuse.includes(true) || refuse.flatMap((kinds) => (typeof kinds === 'boolean' ? [] : kinds)),
    lose: touched.some((may) => may.lose),
    hang: touched.some((may) => may.hang),
  };
}
