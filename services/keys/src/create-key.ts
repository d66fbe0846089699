// Creates keys because somebody asked for them, once each whoever asks at the same time (security §2.3 rule 9, I10).
import type { KeySetName } from '@cardea/oauth';
import { OAuthError, keyState } from '@cardea/oauth';
import type { KeptPair, KeyBackend, KeyName, StoredKey } from './backend.js';
import type { Exclusive, Registry } from './registry/registry.js';

/** What making and ending keys takes. */
export interface KeyMaker {
  readonly registry: Registry;
  readonly backend: KeyBackend;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly random: (bytes: number) => Buffer;
}

export interface Wanted {
  readonly keySet: KeySetName;
  readonly algorithm: string;
  /** Undefined lets us choose. */
  readonly kid?: string | undefined;
}

/** How a key begins. */
export interface Beginning {
  readonly activateAfterSeconds: number;
  readonly requestId: string | undefined;
}

/**
 * Creates one key; the same request id again answers the key of the first time.
 *
 * @throws {OAuthError} conflict when that id made another key
 */
export function createKey(maker: KeyMaker, wanted: Wanted & Beginning & { requestId: string }): Promise<StoredKey> {
  return maker.registry.exclusively(async (exclusive) => {
    const { requestId, activateAfterSeconds } = wanted;
    const before = exclusive.keys.find((key) => key.requestId === requestId);
    if (before === undefined) {
      return add(maker, exclusive, wanted, { activateAfterSeconds, requestId }, maker.backend.generate);
    }
    const same =
      before.keySet === wanted.keySet &&
      before.algorithm === wanted.algorithm &&
      before.kid === (wanted.kid ?? before.kid) &&
      before.activatesAt - before.createdAt === activateAfterSeconds * 1000;
    if (!same) throw new OAuthError('conflict', 'This request_id made another key.');
    return before;
  });
}

/**
 * Creates each key that is wanted and of which this backend has none that signs or will sign.
 *
 * @returns the keys of the wanted kinds, new ones apart
 */
export function createMissingKeys(
  maker: KeyMaker,
  wanted: readonly Wanted[],
): Promise<{ created: StoredKey[]; existing: StoredKey[] }> {
  return maker.registry.exclusively(async (exclusive) => {
    const { backend, now } = maker;
    const own = exclusive.keys.filter((key) => key.backend === backend.kind);
    const created: StoredKey[] = [];
    const existing: StoredKey[] = [];
    for (const want of wanted) {
      const found = own.find(
        (key) =>
          key.keySet === want.keySet &&
          key.algorithm === want.algorithm &&
          ['current', 'next'].includes(keyState(own, key, now())),
      );
      if (found !== undefined) existing.push(found);
      else created.push(await add(maker, exclusive, want, atOnce, maker.backend.generate));
    }
    return { created, existing };
  });
}

const atOnce: Beginning = { activateAfterSeconds: 0, requestId: undefined };

/**
 * Adds a key to the registry.
 *
 * @param pair makes or takes its halves
 * @throws {OAuthError} conflict when the id was ever used: verifiers may know another key by it
 */
export async function add(
  { backend, now, random }: KeyMaker,
  exclusive: Exclusive,
  { keySet, algorithm, kid = random(16).toString('hex') }: Wanted,
  { activateAfterSeconds, requestId }: Beginning,
  pair: (name: KeyName) => KeptPair | Promise<KeptPair>,
): Promise<StoredKey> {
  if (exclusive.keys.some((key) => key.kid === kid))
    throw new OAuthError('conflict', 'There is or was a key of this id.');
  const name = { keySet, algorithm, kid };
  const { jwk, sealed } = await pair(name);
  const createdAt = now();
  const key = {
    ...name,
    ...{ backend: backend.kind, jwk, sealed, requestId },
    ...{ createdAt, activatesAt: createdAt + activateAfterSeconds * 1000 },
    ...{ retiredAt: undefined, destroyedAt: undefined },
  };
  await exclusive.insert(key);
  return key;
}
