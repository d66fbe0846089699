// What a check of `cardea doctor` may look at.
import type { Config } from '@cardea/service';
import type { Finding } from '../findings/finding.js';

export interface Checkup {
  readonly config: Config;
  /** Of `--config`. */
  readonly files: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

export interface Check {
  /** What is looked at, for the line of progress. */
  readonly name: string;
  /** What it finds good, for people who prepare an installation: the end of a sentence, in Markdown. */
  readonly wants: string;
  readonly look: (checkup: Checkup) => readonly Finding[] | Promise<readonly Finding[]>;
}

/** The one line of what somebody threw. */
export function sentence(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? sentence(error.cause) : '';
  const code = (error as NodeJS.ErrnoException).code ?? '';
  const message = error.message === '' ? code : error.message;
  return (cause === '' ? message : `${message}: ${cause}`).replace(/\s+/g, ' ');
}

/** How far apart two clocks may be before tokens are refused here and there. */
export const skewMillis = 2_000;
