// The two sets that sign, managed as if they were documents: the rules of their lives stay in force (hydra-wire §2.8, §7).
import type { KeySetName } from '@cardea/oauth';
import { isKeySet, OAuthError, publishedKeys } from '@cardea/oauth';
import type { KeyObject } from 'node:crypto';
import { createPublicKey } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { StoredKey } from '../backend.js';
import type { Beginning, KeyMaker } from '../create-key.js';
import { add } from '../create-key.js';
import { keepSigning, removePrivateHalf, setSigns } from '../end-key.js';
import { takeIn } from '../import-key.js';
import { algorithm as knownAlgorithm, keyId, refuse } from '../policy/checks.js';
import type { Exclusive } from '../registry/registry.js';
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
  /** Whether a change of a set that signs is asked for twice: no SDK of Hydra's can say so. */
  readonly asksTwice: boolean;
  /** Whether private halves are shown where they can be: they are in Hydra's answers. */
  readonly reveal: boolean;
}

/** A document that can sign. */
interface Importable {
  readonly kid: string;
  readonly key: KeyObject;
  readonly algorithm: string;
}

const atOnce: Beginning = { activateAfterSeconds: 0, requestId: undefined };

export function createSigningSet(options: { maker: KeyMaker; rules: SigningSetRules }): KeySet {
  const { maker, rules } = options;
  const { registry, backend, now } = maker;

  /** A set that does not sign yet has no verifiers to wait for. */
  const beginning = (keys: readonly StoredKey[], keySet: string): Beginning =>
    setSigns(maker, keys, keySet, now()) ? { ...atOnce, activateAfterSeconds: rules.prePublishSeconds } : atOnce;
  const meant = (keys: readonly StoredKey[], keySet: string, confirmation: string): void => {
    if (!rules.asksTwice || confirmation === keySet || !setSigns(maker, keys, keySet, now())) return;
    refuse(`${keySet} signs: to change it, say its name once more (confirm=${keySet})`);
  };
  const begun = async ({ activatesAt }: StoredKey): Promise<void> => {
    if (rules.answerWhenSigning) await sleep(Math.max(0, activatesAt - now()));
  };
  const shown = (key: StoredKey, includePrivate: boolean): { kid: string; jwk: Jwk } => {
    const secret =
      includePrivate && rules.reveal && key.backend === backend.kind
        ? backend.reveal?.(key).export({ format: 'jwk' })
        : undefined;
    return { kid: key.kid, jwk: { ...jwkOf(key), ...secret } };
  };
  /** @returns the key that was added; undefined when it is there already */
  const take = async (
    exclusive: Exclusive,
    keySet: KeySetName,
    { kid, key, algorithm }: Importable,
    begin: Beginning,
  ): Promise<StoredKey | undefined> => {
    const before = exclusive.keys.find((known) => known.kid === kid && known.destroyedAt === undefined);
    if (before === undefined) return takeIn(maker, exclusive, { keySet, kid, algorithm }, key, begin);
    const same =
      before.keySet === keySet && createPublicKey({ key: before.jwk, format: 'jwk' }).equals(createPublicKey(key));
    if (!same) throw new OAuthError('conflict', 'There is another key of this id, and verifiers may know it.');
    return undefined;
  };
  /** Ends the keys of a set that are not to stay; the set goes on signing. */
  const end = async (
    exclusive: Exclusive,
    keySet: string,
    stays: (kid: string) => boolean,
    added: readonly StoredKey[],
  ): Promise<readonly StoredKey[]> => {
    const at = now();
    const ending = publishedKeys(exclusive.keys, at).filter((key) => key.keySet === keySet && !stays(key.kid));
    const left = exclusive.keys.filter((key) => !ending.includes(key));
    keepSigning(maker, exclusive.keys, [...left, ...added], keySet, at);
    for (const { kid } of ending) await exclusive.change(kid, { destroyedAt: at });
    return ending;
  };
  const removePrivateHalves = async (ended: readonly StoredKey[]): Promise<void> => {
    for (const key of ended) await removePrivateHalf(maker, key);
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
      return publishedKeys(await registry.keys(), now())
        .filter(({ keySet }) => keySet === name)
        .map((key) => shown(key, includePrivate));
    },
    async put(name, document, confirmation) {
      const keySet = signing(name);
      const key = importable(document);
      const added = await registry.exclusively((exclusive) => {
        meant(exclusive.keys, keySet, confirmation);
        return take(exclusive, keySet, key, beginning(exclusive.keys, keySet));
      });
      if (added !== undefined) await begun(added);
    },
    async replace(name, documents, confirmation) {
      const keySet = signing(name);
      const wanted = documents.map(importable);
      const kids = new Set(wanted.map(({ kid }) => kid));
      if (kids.size < wanted.length) refuse('two keys have the same kid');
      const ended = await registry.exclusively(async (exclusive) => {
        meant(exclusive.keys, keySet, confirmation);
        const added: StoredKey[] = [];
        for (const key of wanted) {
          const taken = await take(exclusive, keySet, key, atOnce);
          if (taken !== undefined) added.push(taken);
        }
        return end(exclusive, keySet, (kid) => kids.has(kid), added);
      });
      await removePrivateHalves(ended);
    },
    async remove(name, kid, confirmation) {
      const keySet = signing(name);
      await removePrivateHalves(
        await registry.exclusively((exclusive) => {
          meant(exclusive.keys, keySet, confirmation);
          return end(exclusive, keySet, (other) => kid !== undefined && other !== kid, []);
        }),
      );
    },
  };
}

function signing(name: string): KeySetName {
  return isKeySet(name) ? name : refuse('there is no such key set');
}

/** @throws {OAuthError} invalid_request for a key that could not sign */
function importable({ kid, whole, secret }: KeyDocument): Importable {
  if (!secret || whole['kty'] === 'oct') return refuse('a key of this set must have a private half');
  if (typeof whole['alg'] !== 'string') return refuse('a key of this set must say its alg');
  return { kid: keyId(kid), key: privateKeyOf(whole), algorithm: knownAlgorithm(whole['alg']) };
}
