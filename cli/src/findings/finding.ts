// One thing that was looked at: how it is, what decides it, and what to change.

export type Verdict = 'ok' | 'note' | 'warning' | 'wrong';

export interface Finding {
  readonly verdict: Verdict;
  /** What was looked at, in a word or two. */
  readonly about: string;
  /** How it is, in a sentence without its full stop. */
  readonly says: string;
  /** Why it matters. */
  readonly why?: string;
  /** The setting, client member or parameter that decides. */
  readonly decides?: string;
  /** The command or change that mends it. */
  readonly fix?: string;
}

export const ok = (about: string, says: string): Finding => ({ verdict: 'ok', about, says });
export const note = (about: string, says: string, more: Partial<Finding> = {}): Finding => ({
  ...{ verdict: 'note', about, says },
  ...more,
});
export const warning = (about: string, says: string, more: Partial<Finding> = {}): Finding => ({
  ...{ verdict: 'warning', about, says },
  ...more,
});
export const wrong = (about: string, says: string, more: Partial<Finding> = {}): Finding => ({
  ...{ verdict: 'wrong', about, says },
  ...more,
});
