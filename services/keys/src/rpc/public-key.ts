// A key as the contract shows it: the public half and where it stands in its life (RFC 7517 §4).
import type { KeyState } from '@cardea/oauth';
import { signingV1 } from '@cardea/rpc';
import type { PublishedKey } from '../key-ring.js';

const states: Readonly<Record<KeyState, signingV1.KeyState>> = {
  next: signingV1.KeyState.NEXT,
  current: signingV1.KeyState.CURRENT,
  retired: signingV1.KeyState.RETIRED,
  destroyed: signingV1.KeyState.UNSPECIFIED,
};

export function publicKeyMessage({ stored, state }: PublishedKey): signingV1.PublicKey {
  const { keySet, kid, algorithm, jwk, activatesAt } = stored;
  return {
    keySet,
    keyId: kid,
    algorithm,
    state: states[state],
    jwkJson: JSON.stringify({ kid, use: 'sig', alg: algorithm, ...jwk }),
    activatesAt: new Date(activatesAt),
  };
}
