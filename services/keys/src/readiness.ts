// Whether this signer can sign, proved by real signatures: a session that opens proves nothing (security M9, I06).
import { OAuthError } from '@cardea/oauth';
import type { KeyBackend } from './backend.js';
import type { KeyRing } from './key-ring.js';

/** Not the shape of a JWS, so it is worth nothing to anybody. */
const statement = 'cardea readiness';
const patienceMillis = 1_500;
/** A key that signed so recently proves itself; a signer that is merely busy stays ready. */
const recentMillis = 1_000;

/** @returns a probe that fails with words for an operator */
export function createReadiness(options: {
  ring: KeyRing;
  backend: KeyBackend;
  now: () => number;
}): () => Promise<void> {
  const { ring, backend, now } = options;
  return async () => {
    const problem = backend.problem() ?? ring.problem();
    if (problem !== undefined) throw new Error(problem);
    const deadline = now() + patienceMillis;
    try {
      for (const key of ring.allSigning()) {
        if (now() - key.signedAt > recentMillis) await backend.sign(key.stored, statement, deadline);
      }
    } catch (error) {
      const reason = error instanceof OAuthError && error.cause instanceof Error ? error.cause : error;
      throw new Error(`a signature failed: ${(reason as Error).message}`, { cause: error });
    }
  };
}
