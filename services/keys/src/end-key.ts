// Promotes, retires and destroys keys, so that a set never ends up with nobody to sign by a slip (security §2.3).
import { OAuthError, keyState, signingKey } from '@cardea/oauth';
import type { StoredKey } from './backend.js';
import type { KeyMaker } from './create-key.js';
import type { KeyChange, RegisteredKey } from './registry/registry.js';
import { cannotSign } from './unavailable.js';

/** A key after a change, and what the change breaks: sentences for whoever asked for it. */
export interface Changed {
  readonly key: StoredKey;
  readonly warnings: readonly string[];
}

/**
 * Makes a key sign from now on, in the place of the one that does.
 *
 * @param prePublish how long verifiers may keep a copy of the key set, milliseconds
 * @throws {OAuthError} not_found; invalid_request when the key was retired or is of the other backend
 */
export function promoteKey(maker: KeyMaker, kid: string, prePublish: number): Promise<Changed> {
  return change(maker, kid, (key, keys, at) => {
    if (key.retiredAt !== undefined) throw refused('it was retired, and a retired key never signs again');
    if (key.backend !== maker.backend.kind) throw refused('this signer does not hold it');
    const changes = keyState(keys, key, at) !== 'current';
    return { change: changes ? { activatesAt: at } : {}, warnings: changes ? strangerTo(key, at, prePublish) : [] };
  });
}

/**
 * Stops a key for good; it stays published for what it signed.
 *
 * @param prePublish how long verifiers may keep a copy of the key set, milliseconds
 * @throws {OAuthError} not_found
 */
export function retireKey(maker: KeyMaker, kid: string, prePublish: number): Promise<Changed> {
  return change(maker, kid, (key, keys, at) => ({
    change: key.retiredAt === undefined ? { retiredAt: at } : {},
    warnings: [
      ...successionBreaks(maker, keys, key, at, prePublish),
      ...(key.activatesAt <= at
        ? ['What it signed is accepted until it expires; destroy it to have that refused.']
        : []),
    ],
  }));
}

/** What breaks where a key no longer signs: nobody signs in its place, or somebody whom not every verifier knows yet. */
function successionBreaks(
  { backend }: KeyMaker,
  keys: readonly RegisteredKey[],
  key: RegisteredKey,
  at: number,
  prePublish: number,
): readonly string[] {
  const own = keys.filter((other) => other.backend === backend.kind);
  if (keyState(own, key, at) !== 'current') return [];
  const { keySet, algorithm } = key;
  const left = own.filter((other) => other !== key);
  const successor = signingKey(left, keySet, algorithm, at);
  return successor === undefined
    ? [`Nothing in ${keySet} signs with ${algorithm} any more: tokens that need it are refused.`]
    : strangerTo(successor, at, prePublish);
}

function strangerTo({ kid, createdAt }: StoredKey, at: number, prePublish: number): readonly string[] {
  if (at - createdAt >= prePublish) return [];
  const seconds = String(Math.ceil((at - createdAt) / 1000));
  return [
    `${kid} signs now and was published ${seconds} s ago: verifiers that cached the key set before that refuse its signatures until they read it again.`,
  ];
}

/**
 * Removes a private half for good and publishes its public half no more.
 *
 * @param prePublish how long verifiers may keep a copy of the key set, milliseconds
 * @throws {OAuthError} not_found; invalid_request when nothing in its set would sign any more
 */
export async function destroyKey(maker: KeyMaker, kid: string, prePublish = 0): Promise<Changed> {
  const changed = await change(
    maker,
    kid,
    (key, keys, at) => {
      const left = keys.filter((other) => other !== key);
      keepSigning(maker, keys, left, key.keySet, at);
      return {
        change: key.destroyedAt === undefined ? { destroyedAt: at } : {},
        warnings: [
          'Whatever it signed and is still valid is refused from now on.',
          ...successionBreaks(maker, keys, key, at, prePublish),
        ],
      };
    },
    true,
  );
  await removePrivateHalf(maker, changed.key);
  return changed;
}

/**
 * Removes what the backend still has of a key whose row is destroyed. The row goes first: what a failure leaves in the token is
 * used by nobody, and is removed when the key is destroyed once more.
 *
 * @throws {OAuthError} temporarily_unavailable
 */
export async function removePrivateHalf({ backend }: KeyMaker, key: StoredKey): Promise<void> {
  backend.forget(key.kid);
  if (key.backend !== backend.kind) return;
  await backend.destroy(key).catch((error: unknown) => {
    throw cannotSign('the token did not remove a key', error);
  });
}

/** @throws {OAuthError} invalid_request when a set that signs would sign no more */
export function keepSigning(
  maker: KeyMaker,
  before: readonly StoredKey[],
  after: readonly StoredKey[],
  keySet: string,
  at: number,
): void {
  if (setSigns(maker, before, keySet, at) && !setSigns(maker, after, keySet, at)) {
    throw refused(`nothing in ${keySet} would sign any more: create another key first`);
  }
}

/** Whether this signer has a key that signs in a set: what another backend holds signs nothing here. */
export function setSigns({ backend }: KeyMaker, keys: readonly StoredKey[], keySet: string, at: number): boolean {
  return keys.some(
    (key) =>
      key.keySet === keySet &&
      key.backend === backend.kind &&
      (key.retiredAt ?? Infinity) > at &&
      (key.destroyedAt ?? Infinity) > at &&
      key.activatesAt <= at,
  );
}

function change(
  { registry, now }: KeyMaker,
  kid: string,
  decide: (
    key: RegisteredKey,
    keys: readonly RegisteredKey[],
    at: number,
  ) => { readonly change: KeyChange; readonly warnings: readonly string[] },
  evenDestroyed = false,
): Promise<Changed> {
  return registry.exclusively(async (exclusive) => {
    const at = now();
    const key = exclusive.keys.find((candidate) => candidate.kid === kid);
    if (key === undefined || (key.destroyedAt !== undefined && !evenDestroyed))
      throw new OAuthError('not_found', 'There is no such key.');
    const { change: to, warnings } = decide(key, exclusive.keys, at);
    await exclusive.change(kid, to);
    return { key: { ...key, ...to }, warnings };
  });
}

const refused = (reason: string) => new OAuthError('invalid_request', `The key stays as it is: ${reason}.`);
