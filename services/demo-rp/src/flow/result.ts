// What the last action brought, as the page tells it: a verdict, sometimes two tokens side by side, sometimes the answer itself.
import { fingerprint } from './mask.js';

/** A token before and after. */
export interface Comparison {
  readonly label: string;
  readonly before: string;
  readonly after: string;
  readonly same: boolean;
}

export interface Result {
  readonly title: string;
  readonly words: string;
  readonly comparisons?: readonly Comparison[];
  /** Members of a JSON answer worth a table. */
  readonly members?: Readonly<Record<string, unknown>>;
}

/** Two tokens by their fingerprints; undefined unless both exist. */
export function compare(label: string, before: string | undefined, after: string | undefined): Comparison[] {
  if (before === undefined || after === undefined) return [];
  return [{ label, before: fingerprint(before), after: fingerprint(after), same: before === after }];
}
