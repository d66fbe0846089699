// Serves one service or all of them; only what is served gets loaded.
import type { Config, ConfigSource, Service } from '@cardea/service';
import { runAll } from '@cardea/service';
import type { Served } from './served.js';

const loaders: Record<Served['name'], () => Promise<readonly Service[]>> = {
  gateway: async () => [(await import('@cardea/gateway')).service],
  admin: async () => [(await import('@cardea/admin')).service],
  token: async () => [(await import('@cardea/token')).service],
  worker: async () => [(await import('@cardea/token')).workerService],
  keys: async () => [(await import('@cardea/keys')).service],
  all: async () => (await import('@cardea/all')).allServices(),
};

/** Settles once the process was told to stop and everything has drained. */
export async function serve(name: Served['name'], config: Config, source: ConfigSource): Promise<void> {
  await runAll(await loaders[name](), config, source);
}
