// The main function of every service process: load, start, wait for a signal, drain, let the loop run empty.
import { parseArgs } from 'node:util';
import type { Config } from './config/load.js';
import { ConfigError } from './config/config-error.js';
import { loadConfig } from './config/load.js';
import { checkHealthy } from './healthy.js';
import { collectSeldom, forgetStart, makeAllYoung } from './memory.js';
import type { ConfigSource } from './reload.js';
import { watchConfig } from './reload.js';
import type { Service } from './service.js';
import type { RunningService } from './start.js';
import { startService } from './start.js';
import { workInTurns } from './turns.js';

/** How long a drain may take before the process gives up on it. */
const hardStopMillis = 25_000;

const readArguments = (argv: readonly string[]) =>
  parseArgs({
    args: [...argv],
    options: { config: { type: 'string', multiple: true }, healthy: { type: 'boolean' } },
    allowPositionals: true,
  }).values;

const sourceOf = (argv: readonly string[]): ConfigSource => ({
  files: readArguments(argv).config ?? [],
  env: process.env,
});

/** Reads `--config FILE` (repeatable) and the environment. */
export function configFromProcess(argv: readonly string[] = process.argv.slice(2)): Config {
  return loadConfig({ ...sourceOf(argv), warn: (message) => process.stderr.write(`${message}\n`) });
}

/** Repeated signals (a terminal tells the whole group, then a parent tells its children) do not cut a drain short. */
function stopSignal(): { given: Promise<void>; forget(): void } {
  const signals = ['SIGTERM', 'SIGINT'] as const;
  let give: () => void = () => undefined;
  const given = new Promise<void>((resolve) => (give = resolve));
  for (const signal of signals) process.on(signal, give);
  return {
    given,
    forget() {
      for (const signal of signals) process.off(signal, give);
    },
  };
}

/** Follows the files, and SIGHUP; in a terminal that signal says that the terminal is gone, and ends the process. */
function follow(running: readonly RunningService[], config: Config, source: ConfigSource): { close(): void } {
  const [first] = running;
  if (first === undefined) return { close: () => undefined };
  const reloading = watchConfig({
    source,
    used: config,
    async take(next) {
      for (const service of running) await service.reload(next);
    },
    log: first.log,
    now: () => performance.now(),
  });
  const asked = (): void => void reloading.reload();
  if (!process.stdin.isTTY) process.on('SIGHUP', asked);
  return {
    close() {
      process.off('SIGHUP', asked);
      reloading.close();
    },
  };
}

/**
 * Runs services in this process until SIGTERM or SIGINT. They start in the given order and stop in the reverse one.
 *
 * @param source what the configuration was read from, to follow its changes
 */
export async function runAll(services: readonly Service[], config: Config, source?: ConfigSource): Promise<void> {
  makeAllYoung();
  await workInTurns();
  const running: RunningService[] = [];
  const stopAll = async (): Promise<void> => {
    for (const service of running.splice(0).reverse()) await service.stop();
  };
  try {
    for (const service of services) running.push(await startService(service, config));
  } catch (error) {
    // Nothing half-started stays behind and keeps the process alive.
    await stopAll();
    throw error;
  }
  const stop = stopSignal();
  const following = source === undefined ? undefined : follow(running, config, source);
  collectSeldom();
  // What this turn of the event loop still holds is gone in the next one.
  setImmediate(forgetStart);
  await stop.given;
  following?.close();
  const giveUp = setTimeout(() => {
    process.stderr.write('the drain took too long; giving up\n');
    process.exit(1);
  }, hardStopMillis);
  giveUp.unref();
  await stopAll();
  clearTimeout(giveUp);
  stop.forget();
}

/** The whole of a `main.ts`; with `--healthy` it asks the one that runs. A failure is one line and exit code 1. */
export async function run(service: Service): Promise<void> {
  try {
    const config = configFromProcess();
    if (readArguments(process.argv.slice(2)).healthy === true) await checkHealthy(service.name, config);
    else await runAll([service], config, sourceOf(process.argv.slice(2)));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(
      error instanceof ConfigError ? `configuration: ${message}\n` : `${service.name}: ${message}\n`,
    );
    process.exitCode = 1;
  }
}
