// Keeps a part running: when it ends without having been told to, it starts again, a little later each time it fails.
import type { Launched } from '../parts/index.js';

/** A part that is kept running. */
export interface Supervised {
  readonly name: string;
  readonly pid: () => number;
  stop(): Promise<void>;
}

const firstDelayMillis = 200;
const longestDelayMillis = 5_000;
/** A part that ran this long has recovered. */
const steadyMillis = 10_000;

/** @param first the part as it runs now @param report told of every end and every new start */
export function supervise(options: {
  readonly name: string;
  readonly first: Launched;
  readonly launch: () => Promise<Launched>;
  readonly report: (sentence: string) => void;
  /** Milliseconds, of any origin. */
  readonly now: () => number;
}): Supervised {
  const { name, launch, report, now } = options;
  let current = options.first;
  let stopping = false;
  const told = () => stopping;
  let wake = () => {};

  const pause = (millis: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, millis);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  const watch = async (): Promise<void> => {
    let delay = firstDelayMillis;
    for (let since = now(); ; since = now()) {
      await current.exited;
      if (told()) return;
      if (now() - since > steadyMillis) delay = firstDelayMillis;
      for (let running = false; !running;) {
        report(`${name} has ended; it starts again in ${String(delay / 1000)} s`);
        await pause(delay);
        delay = Math.min(delay * 2, longestDelayMillis);
        if (told()) return;
        running = await launch().then(
          (launched) => {
            current = launched;
            report(`${name} runs again, as process ${String(launched.pid)}`);
            return true;
          },
          (error: unknown) => {
            report(`${name} did not start: ${error instanceof Error ? error.message : String(error)}`);
            return false;
          },
        );
      }
    }
  };
  const watching = watch();

  return {
    name,
    pid: () => current.pid,
    async stop() {
      stopping = true;
      wake();
      await current.stop();
      // A start that was under way when the end came.
      await watching;
      await current.stop();
    },
  };
}
