// Waits for something to become true, as long as a busy machine may need.
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Asks until there is an answer; a question that throws has none yet.
 *
 * @param seconds after which it is given up
 * @throws with what it waited for, and the last error
 */
export async function until<T>(what: string, seconds: number, ask: () => Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + seconds * 1_000;
  let cause: unknown;
  for (;;) {
    try {
      const answer = await ask();
      if (answer !== undefined) return answer;
    } catch (error) {
      cause = error;
    }
    if (Date.now() > deadline) {
      const why = cause instanceof Error ? `: ${cause.message}` : '';
      throw new Error(`${what}: not in ${String(seconds)} s${why}`, { cause });
    }
    await sleep(250);
  }
}
