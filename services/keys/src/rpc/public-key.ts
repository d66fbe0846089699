// A key as the contract shows it: the public half and where it stands in its life (RFC 7517 §4).
import type { KeyState } from '@cardea/oauth';
import { signingV1 } from '@cardea/rpc';
import type { StoredKey } from '../backend.js';
import type { PublishedKey } from '../key-ring.js';
import type { BroadcastKey } from '../registry/documents.js';

const states: Readonly<Record<KeyState, signingV1.KeyState>> = {
  next: signingV1.KeyState.NEXT,
  current: signingV1.KeyState.CURRENT,
  retired: signingV1.KeyState.RETIRED,
  destroyed: signingV1.KeyState.UNSPECIFIED,
};

/** The public JWK of a signing key, its members always in this order. */
export function jwkOf({ kid, algorithm, jwk }: StoredKey): Readonly<Record<string, unknown>> {
  return { kid, use: 'sig', alg: algorithm, ...jwk };
}

export function publicKeyMessage({ stored, state }: PublishedKey): signingV1.PublicKey {
  const { keySet, kid, algorithm, activatesAt } = stored;
  return {
    keySet,
    keyId: kid,
    algorithm,
    state: states[state],
    jwkJson: JSON.stringify(jwkOf(stored)),
    activatesAt: new Date(activatesAt),
  };
}

/** A key that is published for others: it signs nothing here. */
export function broadcastMessage({ keySet, kid, jwk }: BroadcastKey): signingV1.PublicKey {
  return {
    ...{ keySet, keyId: kid, algorithm: typeof jwk['alg'] === 'string' ? jwk['alg'] : '' },
    state: signingV1.KeyState.RETIRED,
    jwkJson: JSON.stringify(jwk),
    activatesAt: undefined,
  };
}
