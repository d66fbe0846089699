// Creates keys because somebody asked for them, once each whoever asks at the same time (security §2.3 rule 9, I10).
import type { KeySetName } from '@cardea/oauth';
import { OAuthError, keyState } from '@cardea/oauth';
import type { KeyBackend, StoredKey } from './backend.js';
import type { Exclusive, Registry } from './registry/registry.js';

/** What creating keys takes. */
export interface KeyMaker {
  readonly registry: Registry;
  readonly backend: KeyBackend;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly random: (bytes: number) => Buffer;
}

interface Wanted {
  readonly keySet: KeySetName;
  readonly algorithm: string;
}

/**
 * Creates one key; the same request id again answers the key of the first time.
 *
 * @throws {OAuthError} conflict when that id made another key
 */
export function createKey(
  maker: KeyMaker,
  wanted: Wanted & { activateAfterSeconds: number; requestId: string },
): Promise<StoredKey> {
  return maker.registry.exclusively(async (exclusive) => {
    const { requestId, activateAfterSeconds } = wanted;
    const before = exclusive.keys.find((key) => key.requestId === requestId);
    if (before === undefined) return add(maker, exclusive, wanted, { activateAfterSeconds, requestId });
    const same =
      before.keySet === wanted.keySet &&
      before.algorithm === wanted.algorithm &&
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
      else created.push(await add(maker, exclusive, want, { activateAfterSeconds: 0, requestId: undefined }));
    }
    return { created, existing };
  });
}

async function add(
  { backend, now, random }: KeyMaker,
  exclusive: Exclusive,
  { keySet, algorithm }: Wanted,
  { activateAfterSeconds, requestId }: { activateAfterSeconds: number; requestId: string | undefined },
): Promise<StoredKey> {
  const name = { keySet, algorithm, kid: random(16).toString('base64url') };
  const { jwk, sealed } = await backend.generate(name);
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
