// How often a server that could not be reached is tried again: by one connection at a time, after a moment, and everybody else waits for
// what comes of that one. A server that comes back on a busy machine is not met by all at once, whose connections would take so long
// together that each of them is given up; and who asks after it has come back is not refused (security F05, F06).
import { setTimeout as wait } from 'node:timers/promises';

/** Runs an attempt to connect when it is time for it. @throws what it throws, or what the one that was waited for has thrown */
export type Pace = (attempt: () => Promise<void>) => Promise<void>;

const firstPauseMillis = 25;
/** How long after its return a server is found at most, beside what the connection takes. */
const longestPauseMillis = 250;
/** Nobody waits longer for another one's attempt, which may have no limit of its own. */
const longestAttemptMillis = 5_000;

export interface PaceOptions {
  /** From 0 to 1. */
  readonly random?: () => number;
  readonly sleep?: (millis: number) => Promise<unknown>;
}

export function createPace({ random = Math.random, sleep = wait }: PaceOptions = {}): Pace {
  let trouble: unknown;
  let pause = firstPauseMillis;
  let probing: Promise<void> | undefined;

  const tried = async (attempt: () => Promise<void>): Promise<void> => {
    try {
      await attempt();
      trouble = undefined;
      pause = firstPauseMillis;
    } catch (error) {
      trouble = error;
      throw error;
    }
  };
  const probe = async (attempt: () => Promise<void>): Promise<void> => {
    const millis = pause * (0.5 + random() / 2);
    pause = Math.min(longestPauseMillis, 2 * pause);
    await sleep(millis);
    await tried(attempt);
  };

  return async (attempt) => {
    if (trouble === undefined) return tried(attempt);
    if (probing === undefined) {
      const own = (probing = probe(attempt).finally(() => {
        if (probing === own) probing = undefined;
      }));
      return own;
    }
    const patience = new AbortController();
    const { signal } = patience;
    const others = probing;
    await Promise.race([others, wait(longestAttemptMillis, undefined, { signal }).catch(() => undefined)])
      .catch((error: unknown) => {
        throw again(error);
      })
      .finally(() => patience.abort());
    if (probing === others) probing = undefined;
    return tried(attempt);
  };
}

function again(trouble: unknown): Error {
  const { message, code } = trouble as { readonly message?: string; readonly code?: unknown };
  const error = new Error(`PostgreSQL could not be reached just now: ${message ?? ''}`, { cause: trouble });
  return code === undefined ? error : Object.assign(error, { code });
}
