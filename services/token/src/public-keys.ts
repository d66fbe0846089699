// The published keys, read from the keys service every few seconds; the last good answer is kept while it is away.
import { OAuthError } from '@cardea/oauth';
import { signingV1 } from '@cardea/rpc';
import type { Log } from '@cardea/service';
import type { KeyObject } from 'node:crypto';
import { createPublicKey } from 'node:crypto';

export interface PublicKeys {
  /** Every published key, retired ones too. @throws {OAuthError} temporarily_unavailable when none were ever read */
  all(): Promise<readonly signingV1.PublicKey[]>;
  /** A key that may have signed; asks again, not too often, when it is not known. */
  find(keySet: string, keyId: string): Promise<VerificationKey | undefined>;
  /** Algorithms of a set that have a key which signs now, the newest first. */
  currentAlgorithms(keySet: string): Promise<readonly string[]>;
  /** Changes whenever the keys do. */
  version(): number;
  /** Something is said to have changed: the keys are read again as soon as the keys service can know it. */
  announced(): void;
  close(): void;
}

export interface VerificationKey {
  readonly algorithm: string;
  readonly key: KeyObject;
}

/** The key sets by their purpose. */
export const idTokenKeySet = 'hydra.openid.id-token';
export const accessTokenKeySet = 'hydra.jwt.access-token';

const refreshMillis = 3_000;
/** The keys services hear the same news at the same time as we do: they are asked when they know, and those that are slow again. */
const afterNewsMillis = [20, 500, 1_500];
const beginMillis = 20;
const mostReads = 12;
/** How often an unknown key id may make us ask. */
const eagerMillis = 500;

/** @param options.list asks the keys service */
export function createPublicKeys(options: {
  list: () => Promise<readonly signingV1.PublicKey[]>;
  log: Log;
  /** Milliseconds. */
  now: () => number;
}): PublicKeys {
  const { list, log, now } = options;
  let known: readonly signingV1.PublicKey[] | undefined;
  let spelled = '';
  let version = 0;
  let verification = new Map<string, VerificationKey>();
  let readAt = -Infinity;
  let reading: Promise<void> | undefined;
  let away = false;

  const soon = new Set<NodeJS.Timeout>();
  const later = (millis: number): void => {
    const once = setTimeout(() => {
      soon.delete(once);
      void refresh();
    }, millis).unref();
    soon.add(once);
  };

  const read = async (): Promise<void> => {
    readAt = now();
    try {
      const keys = await list();
      away = false;
      const spelling = JSON.stringify(keys);
      if (spelling === spelled) return;
      verification = new Map(keys.flatMap((key) => verificationKey(key, log)));
      known = keys;
      // A key that begins before the next round is looked at again when it has begun.
      for (const { state, activatesAt } of keys) {
        const millis = (activatesAt?.getTime() ?? 0) - now();
        if (state === signingV1.KeyState.NEXT && millis < refreshMillis) later(Math.max(0, millis) + beginMillis);
      }
      spelled = spelling;
      version++;
    } catch (error) {
      if (!away)
        log.warn({ err: (error as Error).message }, 'the keys service does not list its keys; the last list is kept');
      away = true;
    }
  };
  const refresh = () => (reading ??= read().finally(() => (reading = undefined)));
  const timer = setInterval(() => void refresh(), refreshMillis).unref();
  void refresh();

  const all = async () => {
    if (known === undefined) await refresh();
    if (known === undefined) throw new OAuthError('temporarily_unavailable', 'The signing keys are not known yet.');
    return known;
  };

  return {
    all,
    async find(keySet, keyId) {
      await all();
      const name = `${keySet} ${keyId}`;
      if (!verification.has(name) && now() - readAt > eagerMillis) await refresh();
      return verification.get(name);
    },
    async currentAlgorithms(keySet) {
      const current = (await all()).filter((key) => key.keySet === keySet && key.state === signingV1.KeyState.CURRENT);
      return [...new Set(current.map((key) => key.algorithm))];
    },
    version: () => version,
    announced() {
      if (soon.size < mostReads) afterNewsMillis.forEach(later);
    },
    close() {
      clearInterval(timer);
      soon.forEach(clearTimeout);
    },
  };
}

/** One key that this Node cannot read, such as an ML-DSA key before Node.js 24.7, must not hide the others. */
function verificationKey(
  { keySet, keyId, algorithm, jwkJson }: signingV1.PublicKey,
  log: Log,
): readonly (readonly [string, VerificationKey])[] {
  try {
    const key = createPublicKey({ format: 'jwk', key: JSON.parse(jwkJson) as Record<string, string> });
    return [[`${keySet} ${keyId}`, { algorithm, key }]];
  } catch {
    log.warn({ kid: keyId, key_set: keySet, algorithm }, 'what a published key signed cannot be verified by this Node');
    return [];
  }
}
