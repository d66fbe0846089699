// Reads the configuration anew when its files change or somebody asks (SIGHUP), and has the services take up what may change. What is
// not valid as a whole changes nothing.
import type { Config } from './config/load.js';
import { loadConfig } from './config/load.js';
import type { Settled } from './config/settling-secrets.js';
import { settleSecrets } from './config/settling-secrets.js';
import { reloadOf } from './config/reloadable.js';
import { watchFiles } from './config/watch.js';
import type { Log } from './log.js';

/** Where a configuration comes from, to be read again. */
export interface ConfigSource {
  readonly files: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
}

export interface Reloading {
  /** Reads and takes up what has changed, after any round that is under way. Never fails: what is wrong is logged. */
  reload(): Promise<void>;
  close(): void;
}

/**
 * @param options.used the configuration the services were started with
 * @param options.take has the services take up a configuration; fails when they cannot, having changed nothing
 * @param options.now milliseconds of any clock
 */
export function watchConfig(options: {
  readonly source: ConfigSource;
  readonly used: Config;
  readonly take: (config: Config) => Promise<void>;
  readonly log: Log;
  readonly now: () => number;
  readonly everyMillis?: number;
}): Reloading {
  const { source, take, log, now } = options;
  let used = options.used;
  let settled: Settled = { secrets: used.secrets.system, waiting: undefined };
  let files = source.files;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  const read = (): Config => {
    const found = [...source.files];
    try {
      return loadConfig({ ...source, onSecretFile: (file) => void found.push(file) });
    } finally {
      // One that has gone is waited for.
      files = [...new Set([...files, ...found])];
    }
  };

  const round = async (): Promise<void> => {
    if (closed) return;
    const said = read();
    const period = said.secrets.acceptancePeriod;
    const next = settleSecrets(settled, said.secrets.system, { now: now(), period });
    const { config, changed, restart } = reloadOf(used, {
      ...said,
      secrets: { ...said.secrets, system: next.secrets },
    });
    if (changed.length > 0) await take(config);
    used = config;
    settled = next;
    clearTimeout(timer);
    if (next.waiting !== undefined) {
      timer = setTimeout(() => void reload(), Math.max(0, next.waiting.since + period - now()) + 10).unref();
    }
    if (changed.length > 0) {
      const accepted =
        next.waiting === undefined ? {} : { waiting: 'the new first secret is accepted, and used later' };
      log.info({ changed, ...accepted }, 'the configuration has changed');
    }
    if (restart.length > 0)
      log.warn({ settings: restart }, 'restart needed: these settings have changed and are not in use');
    if (changed.length + restart.length === 0) log.info({}, 'the configuration was read again; nothing has changed');
  };

  let last = Promise.resolve();
  const reload = (): Promise<void> =>
    (last = last.then(round).catch((error: unknown) => {
      log.error({ err: (error as Error).message }, 'the new configuration is refused; the former one stays in use');
    }));
  // Reading says which files with secrets there are, and what has changed while the services started.
  if (differs(used, read)) void reload();
  const watch = watchFiles(() => files, reload, options.everyMillis);

  return {
    reload,
    close() {
      closed = true;
      clearTimeout(timer);
      watch.close();
    },
  };
}

/** What cannot be read differs from what could. */
function differs(used: Config, read: () => Config): boolean {
  try {
    const { changed, restart } = reloadOf(used, read());
    return changed.length + restart.length > 0;
  } catch {
    return true;
  }
}
