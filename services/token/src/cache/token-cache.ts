// Live access tokens in Redis: entries prove themselves by a MAC, are filled only under a lease taken before PostgreSQL was
// read, and are gone before a revocation is answered (ARCHITECTURE §5, §6: Redis down costs speed, never truth).
import type { Metrics, Tracing } from '@cardea/service';
import { noTracing, traced } from '@cardea/service';
import type { KeyObject } from 'node:crypto';
import { createHmac, timingSafeEqual } from 'node:crypto';
import { deriveKeys } from '../seal.js';
import type { TokenRef } from '../storage/tokens.js';
import { createBatcher } from './batcher.js';
import type { Debts } from './debts.js';
import { noDebts } from './debts.js';
import type { Epoch, EpochState, Trust } from './epoch.js';
import type { CacheRedis } from './redis.js';

/** Settles when no cache can still answer with these keys; fails when that cannot be known. */
export type Invalidate = (keys: readonly Buffer[]) => Promise<void>;

export interface TokenCache {
  /**
   * The sealed body of a token row.
   *
   * @param load asks PostgreSQL
   */
  find(ref: TokenRef, load: (ref: TokenRef) => Promise<Buffer | undefined>): Promise<Buffer | undefined>;
  readonly invalidate: Invalidate;
  /** For who ends tokens (end-tokens.ts). */
  readonly debts: Debts;
}

/** Entries are believed for a minute at most, so that one put back by somebody else cannot live long. */
const entryMillis = 60_000;
/** Up to a fifth less: what was filled in one moment, as after a flush, is not asked of PostgreSQL anew in one moment. */
const spread = 0.2;
/** Must outlive one read of PostgreSQL. */
const leaseMillis = 3_000;
const macBytes = 16;
const headBytes = 1 + 4 + macBytes;
const valueTag = 0x76;
/** Failures in a row after which Redis is left alone for a while. */
const patience = 3;
const restMillis = 1_000;
const batch = 1_000;

/** Puts the value where our own lease still is: after a deletion or a flush there is none. */
const fillScript = `if redis.call('GET', KEYS[1]) == ARGV[1] then
  redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
end`;

export function createTokenCache(options: {
  redis: CacheRedis;
  epoch: Epoch;
  debts: Debts;
  /** `secrets.system`, newest first. */
  secrets: readonly string[];
  random: (bytes: number) => Buffer;
  /** Milliseconds since the epoch. */
  now: () => number;
  metrics: Metrics;
  tracing?: Tracing;
}): TokenCache {
  const { redis, epoch, random, now, tracing = noTracing } = options;
  const client = redis.client;
  const macKeys = deriveKeys(options.secrets, 'token cache');
  const lookups = options.metrics.counter('cardea_token_cache_total', 'Cache lookups of access tokens.', ['result']);
  const hits = lookups.labels('hit');
  const misses = lookups.labels('miss');
  const bypasses = lookups.labels('bypass');

  let failures = 0;
  let restUntil = 0;
  const failed = (): void => {
    if (++failures < patience) return;
    failures = 0;
    restUntil = performance.now() + restMillis;
  };

  const name = (at: Trust, key: Buffer) => `cardea:at:${String(at.epoch)}:${key.toString('base64url')}`;
  const read = createBatcher<string, Buffer | null>((names) => redis.read(names));

  const mac = (key: KeyObject, at: Trust, ref: TokenRef, filledAt: Buffer, body: Buffer): Buffer =>
    createHmac('sha256', key)
      .update(String(at.epoch))
      .update('\0')
      .update(ref.key)
      .update(filledAt)
      .update(body)
      .digest()
      .subarray(0, macBytes);

  const encode = (at: Trust, ref: TokenRef, body: Buffer): Buffer => {
    const head = Buffer.allocUnsafe(headBytes);
    head.writeUInt8(valueTag, 0);
    head.writeUInt32BE(Math.floor(now() / 1000), 1);
    mac(macKeys[0] as KeyObject, at, ref, head.subarray(1, 5), body).copy(head, 5);
    return Buffer.concat([head, body]);
  };
  /** The body, or undefined for a lease, or for anything that is not our own fresh word on this very token. */
  const decode = (at: Trust, ref: TokenRef, value: Buffer): Buffer | undefined => {
    if (value.length <= headBytes || value[0] !== valueTag) return undefined;
    const age = now() - value.readUInt32BE(1) * 1000;
    if (age > entryMillis + 5_000 || age < -5_000) return undefined;
    const body = value.subarray(headBytes);
    const proof = value.subarray(5, headBytes);
    return macKeys.some((key) => timingSafeEqual(mac(key, at, ref, value.subarray(1, 5), body), proof))
      ? body
      : undefined;
  };

  async function refill(at: Trust, ref: TokenRef, load: (ref: TokenRef) => Promise<Buffer | undefined>) {
    const lease = random(12).toString('base64url');
    const leased = await client.set(name(at, ref.key), lease, 'PX', leaseMillis, 'NX').then(
      (answer) => answer === 'OK',
      () => false,
    );
    const body = await load(ref);
    const life = entryMillis * (1 - (spread * random(1).readUInt8()) / 255);
    const left = Math.min(life, ref.expiresAt * 1000 - now());
    if (body !== undefined && leased && left > 0) {
      client
        .eval(fillScript, 1, name(at, ref.key), lease, encode(at, ref, body), String(Math.ceil(left)))
        .catch(failed);
    }
    return body;
  }

  /** True when our Redis, the one that is believed, has deleted them. */
  async function deleted(at: Trust, keys: readonly Buffer[]): Promise<boolean> {
    try {
      for (let start = 0; start < keys.length; start += batch) {
        await redis.remove(keys.slice(start, start + batch).map((key) => name(at, key)));
      }
      return redis.link() === at.link;
    } catch {
      failed();
      return false;
    }
  }

  /** Whether entries of that epoch can be deleted where we are connected, or nobody believes any. */
  const reached = ({ server }: EpochState): boolean => server === '' || server === redis.link()?.server;
  /** Whether nobody finds them under that epoch any more, if only because its server is the one that nobody believes. */
  const gone = async ({ epoch, server }: EpochState, keys: readonly Buffer[]): Promise<boolean> => {
    const link = redis.link();
    return server === '' || (link?.server === server && (await deleted({ epoch, link }, keys)));
  };
  const invalidateAll = async (keys: readonly Buffer[]): Promise<void> => {
    const recent = epoch.recent();
    let state = recent !== undefined && reached(recent) ? recent : await epoch.read();
    while (await gone(state, keys)) {
      // Entries of a later epoch are filled no sooner than this one ends to hold, and so with what the revocation has left.
      if (epoch.holds(state)) return epoch.settled(state);
      state = await epoch.read();
    }
    await epoch.raise();
  };
  // What PostgreSQL would not let us make known, though it was revoked, is owed until it does; its caller got no answer.
  let owed: NodeJS.Timeout | undefined;
  const payLater = (): void => {
    owed ??= setTimeout(() => {
      owed = undefined;
      epoch.raise().catch(payLater);
    }, restMillis).unref();
  };
  const invalidate = createBatcher<readonly Buffer[], undefined>(async (lists) => {
    try {
      await invalidateAll(lists.flat());
    } catch (error) {
      payLater();
      throw error;
    }
    return [];
  });

  return {
    async find(ref, load) {
      const at = epoch.trust();
      if (at === undefined || performance.now() < restUntil) {
        bypasses.inc();
        return load(ref);
      }
      let found: Buffer | null;
      try {
        found = await traced(tracing, 'redis', 'MGET', () => read(name(at, ref.key)));
        failures = 0;
      } catch {
        failed();
        bypasses.inc();
        return load(ref);
      }
      // The answer may have been long on its way.
      if (epoch.trust() !== at) {
        bypasses.inc();
        return load(ref);
      }
      if (found !== null) {
        const body = decode(at, ref, found);
        (body === undefined ? misses : hits).inc();
        return body ?? load(ref);
      }
      misses.inc();
      return refill(at, ref, load);
    },
    invalidate: (keys) =>
      keys.length === 0 ? Promise.resolve() : traced(tracing, 'redis', 'DEL', () => invalidate(keys)),
    debts: options.debts,
  };
}

/** Without Redis: PostgreSQL answers everything, and there is nothing to invalidate. */
export function createNoTokenCache(): TokenCache {
  return { find: (ref, load) => load(ref), invalidate: () => Promise.resolve(), debts: noDebts };
}
