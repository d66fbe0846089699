// Limits on what can be guessed: after too many failures a subject waits, and nothing is checked for it meanwhile, neither
// the wrong nor the right (RFC 6749 §10.10, RFC 8628 §5.1).
import { OAuthError } from '@cardea/oauth';
import type { KeyObject } from 'node:crypto';
import { createHmac } from 'node:crypto';
import { isPublicAddress } from '../outbound/addresses.js';
import type { Counters } from './counters.js';
import { networkOf } from './network.js';

/** So many failures in so long a time. */
export interface Limit {
  readonly attempts: number;
  readonly periodMillis: number;
}

/**
 * One kind of limit. A subject is what is guessed at, if anything in particular, and the network address the guesses come
 * from: somebody else's failures never keep the rightful owner out.
 */
export interface RateLimit {
  /**
   * Looks into memory only: costs next to nothing while nobody has to wait.
   *
   * @throws {OAuthError} rate_limited while the subject has to wait
   */
  check(target: string, address: string): void;
  /**
   * Counts a failure. This process refuses the subject from the last one it may have; others from their next failure on.
   *
   * @throws {OAuthError} rate_limited when it was one too many
   */
  failed(target: string, address: string): Promise<void>;
}

/** Waiting subjects this process remembers; the oldest makes room. */
const mostWaiting = 10_000;
/** Windows end at different times, so that those who wait do not all come back at once. */
const jitter = 0.1;

export function createRateLimit(options: {
  /** What is limited, for keys, events and logs. */
  name: string;
  /** What those hear who have to wait. */
  message?: string;
  limit: Limit;
  /**
   * Whether the right guess passes in any case from an address that is not public: it may be a proxy's that nobody told us of,
   * and so everybody's. The wrong ones are refused all the same.
   */
  sparesSharedAddresses?: boolean;
  counters: Counters;
  /** Hides subjects in Redis: addresses and client ids are nobody's business there. */
  hashKey: KeyObject | Buffer;
  /** Milliseconds since the epoch. */
  now: () => number;
  random: (bytes: number) => Buffer;
  /** Told once for each subject that has to wait. */
  limited: (name: string, target: string) => void;
}): RateLimit {
  const { name, limit, counters, hashKey, now, random, limited, sparesSharedAddresses = false } = options;
  const { message = 'Too many attempts failed; wait before the next one.' } = options;
  const waiting = new Map<string, number>();

  const keyOf = (target: string, address: string) =>
    createHmac('sha256', hashKey)
      .update(JSON.stringify([name, target, networkOf(address)]))
      .digest('base64url');
  const refusal = (untilMillis: number) =>
    new OAuthError('rate_limited', message, {
      retryAfterSeconds: Math.max(1, Math.ceil((untilMillis - now()) / 1000)),
    });
  const wait = (key: string, until: number): void => {
    waiting.delete(key);
    if (waiting.size >= mostWaiting) waiting.delete(waiting.keys().next().value as string);
    waiting.set(key, until);
  };

  return {
    check(target, address) {
      if (waiting.size === 0 || (sparesSharedAddresses && !isPublicAddress(address))) return;
      const key = keyOf(target, address);
      const until = waiting.get(key);
      if (until === undefined) return;
      if (until > now()) throw refusal(until);
      waiting.delete(key);
    },
    async failed(target, address) {
      const key = keyOf(target, address);
      const spread = 1 + jitter * (random(1).readUInt8() / 127.5 - 1);
      const { count, resetMillis } = await counters.increment(key, Math.round(limit.periodMillis * spread));
      if (count < limit.attempts) return;
      const until = now() + resetMillis;
      wait(key, until);
      if (count === limit.attempts) limited(name, target);
      else throw refusal(until);
    },
  };
}

/** A limit that is switched off. */
export const noRateLimit: RateLimit = { check: () => undefined, failed: async () => undefined };
