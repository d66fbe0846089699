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
 * @throws {OAuthError} not_found; invalid_request when the key was retired or is of the other backend
 */
export function promoteKey(maker: KeyMaker, kid: string): Promise<Changed> {
  return change(maker, kid, (key, keys, at) => {
    if (key.retiredAt !== undefined) throw refused('it was retired, and a retired key never signs again');
    if (key.backend !== maker.backend.kind) throw refused('this signer does not hold it');
    const state = keyState(keys, key, at);
    return {
      change: state === 'current' ? {} : { activatesAt: at },
      warnings:
        state === 'next'
          ? [
              'Verifiers that cached the key set before this key was published refuse its signatures until they read it again.',
            ]
          : [],
    };
  });
}

/**
 * Stops a key for good; it stays published for what it signed.
 *
 * @throws {OAuthError} not_found
 */
export function retireKey(maker: KeyMaker, kid: string): Promise<Changed> {
  return change(maker, kid, (key, keys, at) => {
    const left = keys.filter((other) => other !== key && other.backend === maker.backend.kind);
    const alone = keyState(keys, key, at) === 'current' && !signingKey(left, key.keySet, key.algorithm, at);
    return {
      change: key.retiredAt === undefined ? { retiredAt: at } : {},
      warnings: alone
        ? [`Nothing in ${key.keySet} signs with ${key.algorithm} any more: tokens that need it are refused.`]
        : [],
    };
  });
}

/**
 * Removes a private half for good and publishes its public half no more.
 *
 * @throws {OAuthError} not_found; invalid_request when nothing in its set would sign any more
 */
export async function destroyKey(maker: KeyMaker, kid: string): Promise<Changed> {
  const { backend } = maker;
  const changed = await change(
    maker,
    kid,
    (key, keys, at) => {
      const left = keys.filter((other) => other !== key);
      if (signs(maker, keys, key.keySet, at) && !signs(maker, left, key.keySet, at)) {
        throw refused(`nothing in ${key.keySet} would sign any more: create another key first`);
      }
      return {
        change: key.destroyedAt === undefined ? { destroyedAt: at } : {},
        warnings: ['Whatever it signed and is still valid is refused from now on.'],
      };
    },
    true,
  );
  // The row first: what a failure leaves in the token is used by nobody, and is removed when this is asked again.
  backend.forget(kid);
  if (changed.key.backend === backend.kind) {
    await backend.destroy(changed.key).catch((error: unknown) => {
      throw cannotSign('the token did not remove a key', error);
    });
  }
  return changed;
}

const signs = ({ backend }: KeyMaker, keys: readonly RegisteredKey[], keySet: string, at: number) =>
  keys.some((key) => key.keySet === keySet && key.backend === backend.kind && keyState(keys, key, at) === 'current');

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
