// How long the token, or the cipher of sealed keys, takes for a signature: in metrics, and in the trace under way.
import type { Metrics, Tracing } from '@cardea/service';
import { traced } from '@cardea/service';
import type { KeyBackend } from './backend.js';

const secondBuckets = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];

/** The same backend, looked at; a signature that failed took its time too. */
export function observeBackend(
  backend: KeyBackend,
  { metrics, tracing }: { readonly metrics: Metrics; readonly tracing: Tracing },
): KeyBackend {
  const seconds = metrics
    .histogram(
      'cardea_keys_signing_seconds',
      'Time the token takes for a signature, waiting included.',
      secondBuckets,
      ['backend'],
    )
    .labels({ backend: backend.kind });
  return {
    ...backend,
    async sign(key, input, deadline) {
      const began = performance.now();
      try {
        const sign = async () => backend.sign(key, input, deadline);
        return await (backend.kind === 'hsm' ? traced(tracing, 'pkcs11', 'C_Sign', sign) : sign());
      } finally {
        seconds.observe((performance.now() - began) / 1000);
      }
    },
  };
}
