// Reads the configuration that `--config` and the environment give.
import type { Config } from '@cardea/service';
import { loadConfig } from '@cardea/service';
import type { Surroundings } from './main.js';

/** @throws {ConfigError} naming file, line, setting and the nearest known key */
export function configOf(files: readonly string[], { env, err }: Surroundings): Config {
  return loadConfig({ files, env, warn: (message) => err(`${message}\n`) });
}
