// A key's life by the clock: next, current, retired. Which key signs now and which are published (OpenID Connect Core §10.1.1).

/** The key sets there are, by Hydra's names: one for ID tokens and their kin, one for JWT access tokens. */
export const keySets = ['hydra.openid.id-token', 'hydra.jwt.access-token'] as const;

export type KeySetName = (typeof keySets)[number];

/** Whether a name is one of a key set. */
export function isKeySet(name: string): name is KeySetName {
  return (keySets as readonly string[]).includes(name);
}

/** What the rules need to know of a key. Instants are milliseconds since the epoch. */
export interface KeyLife {
  readonly keySet: string;
  readonly kid: string;
  readonly algorithm: string;
  readonly createdAt: number;
  /** It signs from here on. */
  readonly activatesAt: number;
  /** From here on it never signs, whatever else there is. */
  readonly retiredAt?: number | undefined;
  /** Its private half is gone, and from here on its public half too. */
  readonly destroyedAt?: number | undefined;
}

/**
 * - `next`: published so that verifiers learn it, does not sign yet.
 * - `current`: signs.
 * - `retired`: a younger key signs in its place, or an operator retired it; still published for tokens it signed.
 * - `destroyed`: published no more.
 */
export type KeyState = 'next' | 'current' | 'retired' | 'destroyed';

const mayBeCurrent = (key: KeyLife, now: number) =>
  key.activatesAt <= now && (key.retiredAt ?? Infinity) > now && (key.destroyedAt ?? Infinity) > now;

// The newest activation wins; the rest is a tie-break on which all replicas agree.
const precedes = (a: KeyLife, b: KeyLife) =>
  a.activatesAt - b.activatesAt || a.createdAt - b.createdAt || (a.kid < b.kid ? -1 : 1);

/**
 * The key that signs for a set and algorithm: of those activated and not retired, the one activated last.
 *
 * @param now milliseconds since the epoch
 * @returns undefined when no key may sign; that is never a reason to make one
 */
export function signingKey<K extends KeyLife>(
  keys: readonly K[],
  keySet: string,
  algorithm: string,
  now: number,
): K | undefined {
  let found: K | undefined;
  for (const key of keys) {
    if (key.keySet !== keySet || key.algorithm !== algorithm || !mayBeCurrent(key, now)) continue;
    if (found === undefined || precedes(found, key) < 0) found = key;
  }
  return found;
}

/** Where a key of a list stands. */
export function keyState(keys: readonly KeyLife[], key: KeyLife, now: number): KeyState {
  if ((key.destroyedAt ?? Infinity) <= now) return 'destroyed';
  if ((key.retiredAt ?? Infinity) <= now) return 'retired';
  if (key.activatesAt > now) return 'next';
  return signingKey(keys, key.keySet, key.algorithm, now)?.kid === key.kid ? 'current' : 'retired';
}

/** The keys a verifier may need, newest first within their set; sets in the order of `keySets`. */
export function publishedKeys<K extends KeyLife>(keys: readonly K[], now: number): K[] {
  const order = (key: K) => (keySets as readonly string[]).indexOf(key.keySet);
  return keys
    .filter((key) => (key.destroyedAt ?? Infinity) > now)
    .sort((a, b) => order(a) - order(b) || precedes(b, a));
}

/** When the answers of this file may next change by the clock alone; Infinity when never. */
export function nextKeyChange(keys: readonly KeyLife[], now: number): number {
  return Math.min(
    Infinity,
    ...keys
      .flatMap((key) => [key.activatesAt, key.retiredAt ?? Infinity, key.destroyedAt ?? Infinity])
      .filter((instant) => instant > now),
  );
}
