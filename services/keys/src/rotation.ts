// Rotation by schedule: makes what is due and clears away what nobody needs, once for all replicas (issue 5; OpenID Connect Core
// §10.1.1).
import type { RotationRules } from '@cardea/oauth';
import { isKeySet, rotationPlan } from '@cardea/oauth';
import type { Log } from '@cardea/service';
import type { StoredKey } from './backend.js';
import type { KeyMaker } from './create-key.js';
import { add } from './create-key.js';
import { destroyKey } from './end-key.js';
import type { Exclusive } from './registry/registry.js';

export interface Rotation {
  /** Takes the registry's word for which keys there are, and does in the background what is due. */
  learn(keys: readonly StoredKey[]): void;
  /** Settles when nothing is in hand. */
  idle(): Promise<void>;
}

/** After something went wrong: it is looked at every two seconds otherwise. */
const patienceMillis = 60_000;

export function createRotation(options: { maker: KeyMaker; rules: RotationRules; log: Log }): Rotation {
  const { maker, rules, log } = options;
  const { backend, registry, now } = maker;
  let working: Promise<void> | undefined;
  let notBefore = -Infinity;

  /** The other backend's keys are not ours to succeed, nor to clear away. */
  const planFor = (keys: readonly StoredKey[]) => {
    const own = keys.filter((key) => key.backend === backend.kind);
    return rotationPlan(own, now(), rules);
  };
  // Whoever comes second finds that it was done. One at a time: a key is published when its transaction ends, and must not wait
  // there for the primes of the next, for its time until it signs has begun.
  const createFirst = async (exclusive: Exclusive): Promise<StoredKey | undefined> => {
    for (const { keySet, algorithm, activatesAt } of planFor(exclusive.keys).create) {
      if (!isKeySet(keySet)) continue;
      const beginning = { activateAfterSeconds: Math.ceil((activatesAt - now()) / 1000), requestId: undefined };
      return add(maker, exclusive, { keySet, algorithm }, beginning, backend.generate);
    }
    return undefined;
  };
  const work = async (destroy: readonly string[]): Promise<void> => {
    try {
      for (;;) {
        const made = await registry.exclusively(createFirst);
        if (made === undefined) break;
        const { kid, keySet, algorithm, activatesAt } = made;
        const from = new Date(activatesAt).toISOString();
        log.info({ kid, key_set: keySet, algorithm, from }, 'a new key was published and will sign');
      }
      for (const kid of destroy) {
        await destroyKey(maker, kid);
        log.info({ kid }, 'a key that nobody needs any more was destroyed');
      }
    } catch (error) {
      notBefore = now() + patienceMillis;
      const cause = (error as Error).cause ?? error;
      log.error({ reason: (cause as Error).message }, 'keys could not be rotated; it is tried again in a minute');
    }
  };

  return {
    learn(keys) {
      if (working !== undefined || now() < notBefore || backend.problem() !== undefined) return;
      const { create: wanted, destroy } = planFor(keys);
      if (wanted.length + destroy.length > 0) working = work(destroy).finally(() => (working = undefined));
    },
    async idle() {
      await working;
    },
  };
}
