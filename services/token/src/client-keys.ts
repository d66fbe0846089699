// The public keys of clients: registered by value, or fetched and kept for a while (OpenID Connect Core §10.1.1; security
// catalogue G13, G14).
import type { Jwk, KeyUse } from '@cardea/oauth';
import { keyFits } from '@cardea/oauth';
import type { KeyObject } from 'node:crypto';
import { createPublicKey } from 'node:crypto';
import type { Outbound } from './outbound/index.js';

/** What is looked at of a client. */
export interface KeyHolder {
  readonly jwksJson: Uint8Array;
  readonly jwksUri: string;
}

export interface WantedKey {
  /** undefined looks at all keys. */
  readonly kid: string | undefined;
  readonly alg: string;
  readonly use: KeyUse;
}

export interface ClientKey {
  readonly key: KeyObject;
  readonly kid: string | undefined;
}

export interface ClientKeys {
  /**
   * The keys that may serve, in the order of the set; none when there is none.
   *
   * @throws {OutboundError} when the set was never to be had
   */
  list(client: KeyHolder, wanted: WantedKey): Promise<readonly ClientKey[]>;
  /** The same, without their ids. */
  find(client: KeyHolder, wanted: WantedKey): Promise<readonly KeyObject[]>;
}

interface RemoteSet {
  keys: readonly Jwk[] | undefined;
  fetchedAt: number;
  failedAt: number;
  /** When an unknown key id last made us ask. */
  forcedAt: number;
  failure: unknown;
  pending: Promise<void> | undefined;
}

const freshMillis = 10 * 60_000;
/** How long the last good set is used while the remote is down. */
const staleMillis = 60 * 60_000;
const forcedEveryMillis = 60_000;
const failureMillis = 5_000;
const mostSets = 1_000;
const mostKeys = 100;
/** Keys that are tried when the token does not name one. */
const mostTried = 10;
const fetchOptions = { maxBytes: 256 * 1024, timeoutMillis: 3_000, retries: 1, purpose: 'jwks' };

/** @param options.now milliseconds since the epoch */
export function createClientKeys(options: { outbound: Pick<Outbound, 'getJson'>; now: () => number }): ClientKeys {
  const { outbound, now } = options;
  const sets = new Map<string, RemoteSet>();
  const objects = new WeakMap<Jwk, KeyObject | null>();
  const inline = new WeakMap<Uint8Array, readonly Jwk[]>();

  const registered = (json: Uint8Array): readonly Jwk[] => {
    let keys = inline.get(json);
    if (keys === undefined) inline.set(json, (keys = keysOf(JSON.parse(Buffer.from(json).toString('utf8')))));
    return keys;
  };

  const fetchSet = (url: string, set: RemoteSet): Promise<void> =>
    (set.pending ??= outbound
      .getJson(url, fetchOptions)
      .then(
        ({ body }) => {
          set.keys = keysOf(body);
          set.fetchedAt = now();
          set.failedAt = -Infinity;
        },
        (error: unknown) => {
          set.failedAt = now();
          set.failure = error;
        },
      )
      .finally(() => (set.pending = undefined)));

  const remote = (url: string): RemoteSet => {
    let set = sets.get(url);
    if (set === undefined) {
      const never = -Infinity;
      set = {
        keys: undefined,
        fetchedAt: never,
        failedAt: never,
        forcedAt: never,
        failure: undefined,
        pending: undefined,
      };
    }
    // The one asked for last is forgotten last.
    sets.delete(url);
    sets.set(url, set);
    if (sets.size > mostSets) sets.delete(sets.keys().next().value as string);
    return set;
  };

  const fetched = async (url: string, wanted: WantedKey): Promise<readonly Jwk[]> => {
    const set = remote(url);
    const mayAsk = () => now() - set.failedAt > failureMillis;
    if (now() - set.fetchedAt > freshMillis && mayAsk()) await fetchSet(url, set);
    if (now() - set.fetchedAt > staleMillis || set.keys === undefined) throw set.failure;
    if (select(set.keys, wanted).length === 0 && now() - set.forcedAt > forcedEveryMillis && mayAsk()) {
      set.forcedAt = now();
      await fetchSet(url, set);
    } else {
      await set.pending;
    }
    return set.keys;
  };

  const toObject = (jwk: Jwk): KeyObject | undefined => {
    let object = objects.get(jwk);
    if (object === undefined) objects.set(jwk, (object = importKey(jwk)));
    return object ?? undefined;
  };

  const list = async (client: KeyHolder, wanted: WantedKey): Promise<readonly ClientKey[]> => {
    const { jwksJson, jwksUri } = client;
    const all = jwksJson.length > 0 ? registered(jwksJson) : jwksUri === '' ? [] : await fetched(jwksUri, wanted);
    return select(all, wanted).flatMap((jwk) => {
      const key = toObject(jwk);
      return key === undefined ? [] : [{ key, kid: typeof jwk['kid'] === 'string' ? jwk['kid'] : undefined }];
    });
  };
  return { list, find: async (client, wanted) => (await list(client, wanted)).map(({ key }) => key) };
}

/** A key id that names several keys names none for sure: each is tried. */
function select(keys: readonly Jwk[], { kid, alg, use }: WantedKey): readonly Jwk[] {
  return keys.filter((jwk) => (kid === undefined || jwk['kid'] === kid) && keyFits(jwk, alg, use)).slice(0, mostTried);
}

function keysOf(document: unknown): readonly Jwk[] {
  const keys = (document as { keys?: unknown } | null)?.keys;
  if (!Array.isArray(keys) || keys.length > mostKeys) return [];
  return keys.filter((key): key is Jwk => typeof key === 'object' && key !== null);
}

/** Null for a key that is none, such as a point beside its curve. */
function importKey(jwk: Jwk): KeyObject | null {
  try {
    return createPublicKey({ format: 'jwk', key: jwk as Record<string, string> });
  } catch {
    return null;
  }
}
