// When a schedule makes the next key, and when a key that signs no more is needed by nobody (OpenID Connect Core §10.1.1).
import type { KeyLife } from './key-set.js';
import { keyState, signingKey } from './key-set.js';

/** What an operator chose. All in milliseconds. */
export interface RotationRules {
  /** How long a key signs. */
  readonly interval: number;
  /** How long a key is published before it signs. */
  readonly prePublish: number;
  /** How long a key stays published after it signed last: as long as the longest token lives. */
  readonly keep: number;
}

/** What is due. */
export interface RotationPlan {
  readonly create: readonly { readonly keySet: string; readonly algorithm: string; readonly activatesAt: number }[];
  /** Key ids. */
  readonly destroy: readonly string[];
}

/**
 * The same on every replica that has the same keys. Only a key that signs has a successor: where nothing signs, an operator has
 * to say so.
 *
 * @param now milliseconds since the epoch
 */
export function rotationPlan(keys: readonly KeyLife[], now: number, rules: RotationRules): RotationPlan {
  const create = keys.flatMap((key) => {
    const { keySet, algorithm } = key;
    if (keyState(keys, key, now) !== 'current') return [];
    const due = key.activatesAt + rules.interval;
    const succeeded = keys.some(
      (other) => other.keySet === keySet && other.algorithm === algorithm && keyState(keys, other, now) === 'next',
    );
    if (succeeded || now < due - rules.prePublish) return [];
    return { keySet, algorithm, activatesAt: Math.max(due, now + rules.prePublish) };
  });
  const destroy = keys.filter((key) => {
    if (keyState(keys, key, now) !== 'retired' || nothingSigns(keys, key, now)) return false;
    return signedLast(keys, key, now) + rules.keep <= now;
  });
  return { create, destroy: destroy.map(({ kid }) => kid) };
}

/** Where nothing signs, nothing is cleared away: somebody is in the middle of something. */
function nothingSigns(keys: readonly KeyLife[], { keySet, algorithm }: KeyLife, now: number): boolean {
  return signingKey(keys, keySet, algorithm, now) === undefined;
}

/** The last instant at which a key gave way: it may have signed again after another was retired. */
function signedLast(keys: readonly KeyLife[], key: KeyLife, now: number): number {
  const { keySet, algorithm, kid } = key;
  const same = keys.filter((other) => other.keySet === keySet && other.algorithm === algorithm);
  const gaveWay = same
    .flatMap(({ activatesAt, retiredAt, destroyedAt }) => [activatesAt, retiredAt, destroyedAt])
    .filter((instant): instant is number => instant !== undefined && instant <= now)
    .filter((instant) => signingKey(same, keySet, algorithm, instant - 1)?.kid === kid);
  return gaveWay.length > 0 ? Math.max(...gaveWay) : (key.retiredAt ?? key.activatesAt);
}
