// The first keys of an installation, made by an operator's command: RS256 and ES256 in both key sets where there are
// none; with `hydra-compat` RS256 alone.
import { keySets } from '@cardea/oauth';
import type { Config, Log } from '@cardea/service';
import { required } from '@cardea/service';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BackendKind, KeyBackend, StoredKey } from './backend.js';
import { createMissingKeys } from './create-key.js';
import { openBackend } from './open-backend.js';
import { openPool } from './registry/connection.js';
import { openRegistry, registryFailure } from './registry/registry.js';
import { backendSettings } from './settings.js';

export interface BootstrappedKey {
  readonly keySet: string;
  readonly keyId: string;
  readonly algorithm: string;
}

export interface BootstrapResult {
  readonly backend: BackendKind;
  readonly created: readonly BootstrappedKey[];
  readonly existing: readonly BootstrappedKey[];
}

const patienceMillis = 5_000;
/** Hydra has RS256 alone, and its newest key signs whatever its algorithm. */
const algorithmsOf = ({ profile }: Config) => (profile === 'hydra-compat' ? ['RS256'] : ['RS256', 'ES256']);

/**
 * Creates what is missing. Safe to run again, and to run twice at once.
 *
 * @param options.now milliseconds since the epoch
 * @throws {ConfigError} for settings that cannot be used
 * @throws {Error} when the registry or the token cannot be reached
 */
export async function bootstrapKeys(
  config: Config,
  options: { log: Log; now: () => number; random: (bytes: number) => Buffer },
): Promise<BootstrapResult> {
  const { log, now, random } = options;
  const dsn = required(config.dsn, 'dsn');
  const backend = await openBackend(backendSettings(config), { log, now, random, sessionLost: () => undefined });
  const pool = openPool(dsn, log, config.database.pooler);
  const registry = openRegistry(pool);
  try {
    await presence(backend, now);
    const wanted = keySets.flatMap((keySet) => algorithmsOf(config).map((algorithm) => ({ keySet, algorithm })));
    const { created, existing } = await createMissingKeys({ registry, backend, now, random }, wanted);
    return { backend: backend.kind, created: created.map(named), existing: existing.map(named) };
  } catch (error) {
    throw new Error(`no keys could be created: ${registryFailure(causeOf(error))}`, { cause: error });
  } finally {
    await pool.end();
    await backend.close();
  }
}

/** A token that somebody else is just writing to may look absent; the backend looks again by itself. */
async function presence(backend: KeyBackend, now: () => number): Promise<void> {
  const until = now() + patienceMillis;
  for (;;) {
    const problem = backend.problem();
    if (problem === undefined) return;
    if (now() > until) throw new Error(problem);
    await sleep(100);
  }
}

const named = ({ keySet, kid, algorithm }: StoredKey): BootstrappedKey => ({ keySet, keyId: kid, algorithm });

/** What went wrong underneath: an operator at the command line may read it. */
function causeOf(error: unknown): unknown {
  return (error as Error).cause instanceof Error ? (error as Error).cause : error;
}
