// Counts signatures by purpose and algorithm, both of small fixed sets.
import type { Metrics } from '@cardea/service';
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
