// What of a service follows its configuration: built at the start, built anew at each reload and put in the place of the former, which
// goes once nobody can be using it any more. A request sees one configuration from its beginning to its end.
import type { Config } from './config/load.js';

/** @param onEnd what to close when something else has taken the place */
export type Build<T> = (config: Config, onEnd: (close: () => Promise<void> | void) => void) => T | Promise<T>;

/** @returns what was built last; to ask for it costs nothing */
export type Follow = <T>(build: Build<T>) => Promise<() => T>;

/** Longer than any request lasts. */
const usedMillis = 60_000;

interface Built<T> {
  readonly value: T;
  close(): Promise<void>;
}

async function made<T>(build: Build<T>, config: Config): Promise<Built<T>> {
  const closers: (() => Promise<void> | void)[] = [];
  const close = async (): Promise<void> => {
    for (const end of closers.splice(0).reverse()) await end();
  };
  try {
    return { value: await build(config, (end) => void closers.push(end)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** One thing that follows. */
interface Follower {
  /** @throws what cannot be built of it; nothing has changed then */
  prepare(config: Config): Promise<{ take(): void; drop(): Promise<void> }>;
}

/**
 * @param first the configuration of the start
 * @param options.onStop told how to close what was built, each time something is followed
 * @param options.failed told of what did not close well
 */
export function createFollowing(
  first: Config,
  options: { readonly onStop: (close: () => Promise<void>) => void; readonly failed: (error: unknown) => void },
): {
  follow: Follow;
  /** @throws what one of the followers cannot be built of; all stay as they were then */
  reload(config: Config): Promise<void>;
} {
  const followers: Follower[] = [];
  return {
    async follow<T>(build: Build<T>) {
      let current = await made(build, first);
      const former = new Map<Built<T>, NodeJS.Timeout>();
      const end = (built: Built<T>): Promise<void> => {
        clearTimeout(former.get(built));
        former.delete(built);
        return built.close();
      };
      options.onStop(async () => {
        for (const built of [current, ...former.keys()]) await end(built);
      });
      followers.push({
        async prepare(config) {
          const next = await made(build, config);
          return {
            take() {
              const replaced = current;
              current = next;
              const later = setTimeout(() => void end(replaced).catch(options.failed), usedMillis);
              former.set(replaced, later.unref());
            },
            drop: () => next.close(),
          };
        },
      });
      return () => current.value;
    },
    async reload(config) {
      const prepared: Awaited<ReturnType<Follower['prepare']>>[] = [];
      try {
        for (const follower of followers) prepared.push(await follower.prepare(config));
      } catch (error) {
        for (const { drop } of prepared) await drop();
        throw error;
      }
      for (const { take } of prepared) take();
    },
  };
}
