// Rotation by schedule: makes what is due and clears away what nobody needs, once for all replicas (issue 5; OpenID Connect Core
// §10.1.1).
import type { RotationPlan, RotationRules } from '@cardea/oauth';
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

type Due = RotationPlan['create'][number];

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
  // Whoever comes second finds that it was done. One key a transaction: it is published when that ends, and must not wait there for
  // the primes of the next, for its time until it signs has begun.
  const succeed = async ({ keySet, algorithm }: Due): Promise<void> => {
    const made = await registry.exclusively(async (exclusive: Exclusive): Promise<StoredKey | undefined> => {
      const due = planFor(exclusive.keys).create.find((one) => one.keySet === keySet && one.algorithm === algorithm);
      if (due === undefined || !isKeySet(keySet)) return undefined;
      const beginning = { activateAfterSeconds: Math.ceil((due.activatesAt - now()) / 1000), requestId: undefined };
      return add(maker, exclusive, { keySet, algorithm }, beginning, backend.generate);
    });
    if (made === undefined) return;
    const from = new Date(made.activatesAt).toISOString();
    log.info({ kid: made.kid, key_set: keySet, algorithm, from }, 'a new key was published and will sign');
  };
  const clearAway = async (kid: string): Promise<void> => {
    await destroyKey(maker, kid);
    log.info({ kid }, 'a key that nobody needs any more was destroyed');
  };
  /** One that fails keeps no other from its turn. */
  const attempt = async (about: Readonly<Record<string, string>>, step: () => Promise<void>): Promise<void> => {
    try {
      await step();
    } catch (error) {
      notBefore = now() + patienceMillis;
      const cause = (error as Error).cause ?? error;
      log.error(
        { ...about, reason: (cause as Error).message },
        'a key could not be rotated; it is tried again in a minute',
      );
    }
  };
  const work = async (create: readonly Due[], destroy: readonly string[]): Promise<void> => {
    for (const due of create) {
      await attempt({ key_set: due.keySet, algorithm: due.algorithm }, () => succeed(due));
    }
    for (const kid of destroy) await attempt({ kid }, () => clearAway(kid));
  };

  return {
    learn(keys) {
      if (working !== undefined || now() < notBefore || backend.problem() !== undefined) return;
      const { create, destroy } = planFor(keys);
      if (create.length + destroy.length > 0) working = work(create, destroy).finally(() => (working = undefined));
    },
    async idle() {
      await working;
    },
  };
}
