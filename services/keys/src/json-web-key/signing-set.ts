// The two sets that sign, managed as if they were documents: the rules of their lives stay in force (hydra-wire §2.8, §7).
import type { KeySetName } from '@cardea/oauth';
import { isKeySet, OAuthError, publishedKeys, signingKey } from '@cardea/oauth';
import type { KeyObject } from 'node:crypto';
import { createPublicKey } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { StoredKey } from '../backend.js';
import type { KeyMaker } from '../create-key.js';
import { add } from '../create-key.js';
import { destroyKey } from '../end-key.js';
import { importKey } from '../import-key.js';
import { algorithm as knownAlgorithm, keyId, refuse } from '../policy/checks.js';
import { jwkOf } from '../rpc/public-key.js';
import type { Jwk, KeyDocument } from './document.js';
import { privateKeyOf } from './document.js';
import type { KeySet } from './key-set.js';

/** How the profiles differ here. */
export interface SigningSetRules {
  /** How long a new key is published before it signs. */
  readonly prePublishSeconds: number;
  /** Whether the answer waits until the new key signs: Hydra's callers count on that. */
  readonly answerWhenSigning: boolean;
  /** Whether private halves are shown where they can be: they are in Hydra's answers. */
  readonly reveal: boolean;
}

export function createSigningSet(options: { maker: KeyMaker; rules: SigningSetRules }): KeySet {
  const { maker, rules } = options;
  const { registry, backend, now } = maker;

  const current = (keys: readonly StoredKey[], keySet: string) =>
    keys.filter(
      (key) =>
        key.keySet === keySet &&
        key.backend === backend.kind &&
        signingKey(keys, keySet, key.algorithm, now())?.kid === key.kid,
    );
  /** A set that does not sign yet has no verifiers to wait for. */
  const beginning = (keys: readonly StoredKey[], keySet: string) => ({
    activateAfterSeconds: current(keys, keySet).length === 0 ? 0 : rules.prePublishSeconds,
    requestId: undefined,
  });
  const begun = async ({ activatesAt }: StoredKey): Promise<void> => {
    if (rules.answerWhenSigning) await sleep(Math.max(0, activatesAt - now()));
  };
  const allKeys = () => registry.exclusively(async ({ keys }) => keys);
  const shown = (key: StoredKey, includePrivate: boolean): { kid: string; jwk: Jwk } => {
    const secret =
      includePrivate && rules.reveal && key.backend === backend.kind
        ? backend.reveal?.(key).export({ format: 'jwk' })
        : undefined;
    return { kid: key.kid, jwk: { ...jwkOf(key), ...secret } };
  };
  const take = async (keySet: KeySetName, document: KeyDocument, atOnce: boolean): Promise<void> => {
    const { kid, key, algorithm } = importable(document);
    const keys = await allKeys();
    const before = keys.find((known) => known.kid === kid && known.destroyedAt === undefined);
    if (before !== undefined) {
      const same =
        before.keySet === keySet && createPublicKey({ key: before.jwk, format: 'jwk' }).equals(createPublicKey(key));
      if (!same) throw new OAuthError('conflict', 'There is another key of this id, and verifiers may know it.');
      return;
    }
    const begin = atOnce ? { activateAfterSeconds: 0, requestId: undefined } : beginning(keys, keySet);
    await begun(await importKey(maker, { keySet, kid, algorithm }, key, begin));
  };

  const remove = async (name: string, kid: string | undefined): Promise<void> => {
    const keys = publishedKeys(await allKeys(), now()).filter((key) => key.keySet === name);
    if (kid === undefined && current(keys, name).length > 0) {
      refuse('this set signs; its keys can be removed one by one, but for the last');
    }
    for (const key of keys) if (kid === undefined || key.kid === kid) await destroyKey(maker, key.kid);
  };

  return {
    async create(name, { kid, algorithm, use }, includePrivate) {
      const keySet = signing(name);
      if (use !== '' && use !== 'sig') return refuse('the keys of this set sign, so use must be sig');
      const wanted = {
        ...{ keySet, algorithm: knownAlgorithm(algorithm) },
        kid: kid === '' ? undefined : keyId(kid),
      };
      const made = await registry.exclusively((exclusive) =>
        add(maker, exclusive, wanted, beginning(exclusive.keys, keySet), backend.generate),
      );
      await begun(made);
      return shown(made, includePrivate);
    },
    async read(name, includePrivate) {
      const keys = await allKeys();
      return publishedKeys(keys, now())
        .filter(({ keySet }) => keySet === name)
        .map((key) => shown(key, includePrivate));
    },
    async put(name, document) {
      await take(signing(name), document, false);
    },
    async replace(name, documents) {
      const keySet = signing(name);
      documents.forEach(importable);
      if (documents.length === 0) await remove(name, undefined);
      for (const document of documents) await take(keySet, document, true);
      const kept = new Set(documents.map(({ kid }) => kid));
      for (const { kid } of publishedKeys(await allKeys(), now()).filter((key) => key.keySet === keySet)) {
        if (!kept.has(kid)) await destroyKey(maker, kid);
      }
    },
    remove,
  };
}

function signing(name: string): KeySetName {
  return isKeySet(name) ? name : refuse('there is no such key set');
}

/** @throws {OAuthError} invalid_request for a key that could not sign */
function importable({ kid, whole, secret }: KeyDocument): { kid: string; key: KeyObject; algorithm: string } {
  if (!secret || whole['kty'] === 'oct') return refuse('a key of this set must have a private half');
  if (typeof whole['alg'] !== 'string') return refuse('a key of this set must say its alg');
  return { kid: keyId(kid), key: privateKeyOf(whole), algorithm: knownAlgorithm(whole['alg']) };
}
