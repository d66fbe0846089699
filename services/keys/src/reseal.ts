// Seals everything under the first key-encryption key, so that the ones behind it can be taken away (security §2.7, F28).
import type { Config, Log } from '@cardea/service';
import { required } from '@cardea/service';
import { alone, openPool } from './registry/connection.js';
import { resealDocuments } from './registry/documents.js';
import { openRegistry, registryFailure } from './registry/registry.js';
import { keyContext } from './sealed/backend.js';
import { createEnvelope } from './sealed/envelope.js';
import { documentKeks } from './settings.js';

/** How many there were, and how many were sealed anew. */
export interface Resealed {
  readonly signingKeys: { readonly all: number; readonly changed: number };
  readonly documents: { readonly all: number; readonly changed: number };
}

/** One that was sealed anew, and how far that is. */
interface Step {
  readonly name: string;
  /** The first is 1. */
  readonly position: number;
  readonly all: number;
}

/**
 * Safe to run again, and while services run: what is sealed anew opens with the keys they have.
 *
 * @param options.progress told after each one that was sealed anew
 * @throws {ConfigError} without a DSN or a key-encryption key
 * @throws {Error} naming what does not open; nothing of its kind is changed then
 */
export async function resealKeys(
  config: Config,
  options: { log: Log; random: (bytes: number) => Buffer; progress: (step: Step) => void },
): Promise<Resealed> {
  const { log, random, progress } = options;
  const envelope = createEnvelope(required(documentKeks(config), 'keys.kek'), random);
  const pool = openPool(required(config.dsn, 'dsn'), log, config.database.pooler);
  let position = 0;
  const reseal = (count: { all: number; changed: number }) => (context: string, sealed: Buffer) => {
    const name = context.split('\0').slice(1).join(' ');
    position++;
    if (envelope.sealedByFirst(sealed)) return undefined;
    try {
      const plain = envelope.open(context, sealed);
      const fresh = envelope.seal(context, plain);
      plain.fill(0);
      count.changed++;
      progress({ name, position, all: count.all });
      return fresh;
    } catch (error) {
      throw new Error(`${name}: ${(error as Error).message}`, { cause: error });
    }
  };
  const result = { signingKeys: { all: 0, changed: 0 }, documents: { all: 0, changed: 0 } };
  try {
    await openRegistry(pool).exclusively(async ({ keys, change }) => {
      const sealKey = reseal(result.signingKeys);
      result.signingKeys.all = keys.filter(({ sealed }) => sealed !== undefined).length;
      for (const key of keys) {
        const sealed = key.sealed && sealKey(keyContext(key), key.sealed);
        if (sealed !== undefined) await change(key.kid, { sealed });
      }
    });
    position = 0;
    await alone(pool, (connection) =>
      resealDocuments(connection, (all) => (result.documents.all = all), reseal(result.documents)),
    );
    return result;
  } catch (error) {
    throw new Error(`not everything was sealed anew: ${registryFailure(error)}`, { cause: error });
  } finally {
    await pool.end();
  }
}
