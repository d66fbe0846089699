// The keys this process knows: which one signs now, which are published, and which must not be used for what reason.
import type { KeySetName, KeyState } from '@cardea/oauth';
import { headerSegment, keySets, keyState, nextKeyChange, publishedKeys, signingKey } from '@cardea/oauth';
import type { Log } from '@cardea/service';
import type { KeyBackend, StoredKey } from './backend.js';
import type { BroadcastKey } from './registry/documents.js';
import { cannotSign } from './unavailable.js';

/** A key that was found fit to sign. */
export interface RingKey {
  readonly stored: StoredKey;
  /** Header segments by `typ`; the same for each signature. */
  readonly header: (typ: string) => string;
  /** When it last signed, milliseconds since the epoch. */
  signedAt: number;
}

export interface PublishedKey {
  readonly stored: StoredKey;
  readonly state: KeyState;
}

export interface KeyRing {
  /**
   * Takes the registry's word for which keys there are: publishes them at once, and signs with those it does not know yet when it
   * has examined them, which settles this. It may be told again meanwhile.
   *
   * @param readAt how old that word is at most: when it was asked for, milliseconds since the epoch
   */
  learn(keys: readonly StoredKey[], broadcast: readonly BroadcastKey[], readAt?: number): Promise<void>;
  /** @throws {OAuthError} temporarily_unavailable when no key of the set signs with that algorithm */
  signing(keySet: KeySetName, algorithm: string): RingKey;
  /** Whether a key was retired or destroyed, as far as is known here: nothing it signed must leave any more. */
  ended(kid: string): boolean;
  /**
   * The last word before a signature leaves.
   *
   * @throws {OAuthError} temporarily_unavailable when its key was ended, or could have been without our hearing of it
   */
  release(kid: string): void;
  /** Every fit key that signs now, for readiness. */
  allSigning(): readonly RingKey[];
  /** Newest first within their set. */
  published(): readonly PublishedKey[];
  /** Keys of other sets that are published with them. */
  broadcast(): readonly BroadcastKey[];
  /** Why a set cannot sign, in words for an operator. */
  problem(): string | undefined;
}

export function createKeyRing(options: {
  backend: KeyBackend;
  log: Log;
  /** Milliseconds since the epoch. */
  now: () => number;
  /** How old the registry's word may be for a signature to leave, milliseconds; for ever where nothing is said. */
  trustMillis?: number;
}): KeyRing {
  const { backend, log, now, trustMillis = Infinity } = options;
  let keys: readonly StoredKey[] | undefined;
  // Published as soon as they are known: verifiers must not wait for a token that takes its time to show a new key.
  let listed: readonly StoredKey[] | undefined;
  let broadcast: readonly BroadcastKey[] = [];
  const fit = new Map<string, RingKey>();
  const unfit = new Map<string, string>();
  const examining = new Map<string, Promise<void>>();
  const ended = new Set<string>();
  let knownAt = -Infinity;
  const isOutdated = () => now() - knownAt > trustMillis;
  const outdated = `the key registry could not be read for ${String(trustMillis / 1000)} s: a key may have been retired`;
  let chosen = new Map<string, StoredKey | undefined>();
  let chosenUntil = -Infinity;

  const told = new Map<string, string>();
  /** Says who signs, once a change. */
  const tell = (name: string, key: StoredKey | undefined): void => {
    if (key === undefined || told.get(name) === key.kid) return;
    told.set(name, key.kid);
    const { kid, keySet, algorithm, activatesAt } = key;
    log.info({ kid, key_set: keySet, algorithm, since: new Date(activatesAt).toISOString() }, 'a key signs');
  };
  const choose = (keySet: KeySetName, algorithm: string): StoredKey | undefined => {
    const at = now();
    if (at >= chosenUntil) {
      chosen = new Map();
      chosenUntil = nextKeyChange(keys ?? [], at);
    }
    const name = `${keySet} ${algorithm}`;
    if (!chosen.has(name)) {
      const key = signingKey(keys ?? [], keySet, algorithm, at);
      chosen.set(name, key);
      tell(name, key);
    }
    return chosen.get(name);
  };

  const examine = async (key: StoredKey): Promise<void> => {
    try {
      await backend.examine(key);
      if (unfit.delete(key.kid)) log.info({ kid: key.kid }, 'a key was found fit to sign after all');
      fit.set(key.kid, { stored: key, header: headersOf(key), signedAt: 0 });
    } catch (error) {
      const reason = (error as Error).message;
      if (unfit.get(key.kid) === reason) return;
      unfit.set(key.kid, reason);
      log.error({ kid: key.kid, key_set: key.keySet, reason }, 'a key must not sign');
    }
  };

  /** Goes by what is listed, but for new keys that are being examined: until then things are as they were without them. */
  const apply = (): void => {
    keys = listed?.filter(({ kid }) => !examining.has(kid) || fit.has(kid) || unfit.has(kid));
    chosenUntil = -Infinity;
  };
  // A key that is heard of again while it is being examined is not examined twice.
  const examineOnce = (key: StoredKey): Promise<void> => {
    let result = examining.get(key.kid);
    if (result === undefined) {
      result = examine(key).finally(() => {
        examining.delete(key.kid);
        apply();
      });
      examining.set(key.kid, result);
    }
    return result;
  };

  const reasonOf = (keySet: KeySetName): string | undefined => {
    const current = (keys ?? []).filter((key) => key.keySet === keySet && choose(keySet, key.algorithm) === key);
    if (current.length === 0) return `no key of key set ${keySet} signs now: run \`cardea keys bootstrap\``;
    const bad = current.find((key) => !fit.has(key.kid));
    return bad && `key ${bad.kid} of key set ${keySet} must not sign: ${unfit.get(bad.kid) ?? 'not examined yet'}`;
  };

  return {
    async learn(stored, documents, readAt = now()) {
      const at = now();
      knownAt = Math.max(knownAt, readAt);
      const heard = (instant: number | undefined) => (instant === undefined ? undefined : Math.min(instant, at));
      const lives = stored.map((key): StoredKey => {
        // What the other backend holds stays published and never signs here (no silent way back from HSM to software).
        if (key.backend !== backend.kind) return { ...key, retiredAt: 0 };
        // Whoever ended it has a clock of his own, and ours may be slow: it is ended when it is heard of.
        return { ...key, retiredAt: heard(key.retiredAt), destroyedAt: heard(key.destroyedAt) };
      });
      for (const { kid, retiredAt, destroyedAt } of stored) {
        if ((retiredAt ?? destroyedAt) === undefined || ended.has(kid)) continue;
        ended.add(kid);
        backend.ended(kid);
      }
      const unknown = lives.filter(
        (key) => key.backend === backend.kind && !fit.has(key.kid) && (key.destroyedAt ?? Infinity) > now(),
      );
      listed = lives;
      broadcast = documents;
      for (const { kid, destroyedAt } of lives) {
        if ((destroyedAt ?? Infinity) <= now() && fit.delete(kid)) backend.forget(kid);
      }
      // A token that is away says nothing about its keys; they are examined when it is back.
      const examined = backend.problem() === undefined ? unknown.map(examineOnce) : [];
      apply();
      await Promise.all(examined);
    },

    signing(keySet, algorithm) {
      const key = choose(keySet, algorithm);
      if (key === undefined) throw cannotSign(`no key of key set ${keySet} signs with ${algorithm} now`);
      const found = fit.get(key.kid);
      if (found === undefined)
        throw cannotSign(`key ${key.kid} must not sign: ${unfit.get(key.kid) ?? 'not examined'}`);
      return found;
    },

    ended: (kid) => ended.has(kid),
    release(kid) {
      if (ended.has(kid)) throw cannotSign(`key ${kid} was ended before its signature left`);
      if (isOutdated()) throw cannotSign(outdated);
    },

    allSigning: () =>
      (keys ?? []).flatMap((key) => (choose(key.keySet, key.algorithm) === key ? (fit.get(key.kid) ?? []) : [])),

    published() {
      if (listed === undefined) throw cannotSign('the key registry was not read yet');
      const at = now();
      const all = listed;
      return publishedKeys(all, at).map((stored) => ({ stored, state: keyState(all, stored, at) }));
    },

    broadcast: () => broadcast,

    problem() {
      if (keys === undefined) return 'the key registry was not read yet';
      if (isOutdated()) return outdated;
      return keySets.map(reasonOf).find((reason) => reason !== undefined);
    },
  };
}

function headersOf({ algorithm, kid }: StoredKey): (typ: string) => string {
  const segments = new Map<string, string>();
  return (typ) => {
    let segment = segments.get(typ);
    if (segment === undefined) segments.set(typ, (segment = headerSegment({ alg: algorithm, kid, typ })));
    return segment;
  };
}
