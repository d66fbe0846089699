// Waits until a process says that it can work, and notices when it ends instead.
import type { Launched } from '../parts/index.js';

const intervalMillis = 25;
const longestMillis = 60_000;

/**
 * Asks until the answer is 200.
 *
 * @param lastWords what the process said before it ended
 * @throws when the process ends first, or is not ready within a minute
 */
export async function waitReady(
  name: string,
  url: string,
  part: Launched,
  lastWords: () => string | undefined,
): Promise<void> {
  const fate = { ended: false };
  void part.exited.then(() => (fate.ended = true));
  const end = Date.now() + longestMillis;
  let said = 'nobody listens yet';
  while (Date.now() < end) {
    if (fate.ended) throw new Error(`${name} ended at once: ${lastWords() ?? 'it said nothing'}`);
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(5_000) });
      const text = await response.text();
      if (response.ok) return;
      said = text.trim();
    } catch (error) {
      const cause = (error as { cause?: { code?: string } }).cause;
      if (cause?.code !== 'ECONNREFUSED') said = (error as Error).message;
    }
    await new Promise((resolve) => setTimeout(resolve, intervalMillis));
  }
  throw new Error(`${name} is not ready after ${String(longestMillis / 1000)} s: ${said}`);
}
