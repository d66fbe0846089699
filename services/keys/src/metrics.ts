// Counts signatures by purpose and algorithm, both of small fixed sets, and tells how old the keys are.
import type { Metrics } from '@cardea/service';
import type { KeyRing } from './key-ring.js';
import type { SignatureRecord } from './signer.js';

export function signatureCounter(metrics: Metrics): (signature: SignatureRecord) => void {
  const counter = metrics.counter('cardea_keys_signatures_total', 'Signatures made.', ['purpose', 'algorithm']);
  const bound = new Map<string, { inc: () => void }>();
  return ({ statement: { purpose, algorithm } }) => {
    const name = `${purpose.name} ${algorithm}`;
    let child = bound.get(name);
    if (child === undefined) bound.set(name, (child = counter.labels({ purpose: purpose.name, algorithm })));
    child.inc();
  };
}

/** How old the keys are that sign now, by what they sign: one that is not rotated any more grows past its schedule. */
export function watchKeyAges(metrics: Metrics, ring: KeyRing, now: () => number): void {
  const ages = metrics.gauge('cardea_keys_key_age_seconds', 'Since when the key that signs now does so.', [
    'key_set',
    'algorithm',
  ]);
  metrics.beforeScrape(() => {
    ages.reset();
    for (const { stored } of ring.allSigning()) {
      const { keySet, algorithm, activatesAt } = stored;
      ages.labels({ key_set: keySet, algorithm }).set((now() - activatesAt) / 1000);
    }
  });
}
