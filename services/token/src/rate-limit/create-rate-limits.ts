// The limits of an installation over its Redis, and their end.
import type { Config, Log, Metrics, Tracing } from '@cardea/service';
import { fromZero } from '@cardea/service';
import type { CacheRedis } from '../cache/redis.js';
import { openCacheRedis } from '../cache/redis.js';
import { deriveKeys } from '../seal.js';
import { createCounters, createLocalCounters } from './counters.js';
import type { Limit, RateLimit } from './rate-limit.js';
import { createRateLimit, noRateLimit } from './rate-limit.js';

/** Undefined where limits are switched off. */
export interface RateLimitSettings {
  readonly clientSecrets: Limit | undefined;
  readonly userCodes: Limit | undefined;
  readonly registrations: Limit | undefined;
  readonly deviceCodes: Limit | undefined;
  readonly clientRequests: Limit | undefined;
}

export interface RateLimits {
  /** Wrong secrets, by client id and network. */
  readonly clientSecrets: RateLimit;
  /** The same for ids that no client has, in this process alone: made-up ids must not fill Redis. */
  readonly unknownClients: RateLimit;
  /** Wrong user codes, by network or, where that may be everybody's, by browser: the target is empty or the browser. */
  readonly userCodes: RateLimit;
  /** Registrations, good and bad, by network. */
  readonly registrations: RateLimit;
  /** Device codes for public clients, by client id and network: anybody can ask for them, and each is a row. */
  readonly deviceCodes: RateLimit;
  /** Requests that clients authenticated for, good and bad, by client id; those of public clients by network too. */
  readonly clientRequests: RateLimit;
}

export const noRateLimits: RateLimits = {
  clientSecrets: noRateLimit,
  unknownClients: noRateLimit,
  userCodes: noRateLimit,
  registrations: noRateLimit,
  deviceCodes: noRateLimit,
  clientRequests: noRateLimit,
};

export function rateLimitSettings({ rateLimits }: Config): RateLimitSettings {
  const limit = ({ attempts, period }: { attempts: number; period: number }): Limit | undefined =>
    rateLimits.enabled && attempts > 0 ? { attempts, periodMillis: period } : undefined;
  return {
    clientSecrets: limit(rateLimits.clientSecrets),
    userCodes: limit(rateLimits.userCodes),
    registrations: limit(rateLimits.registrations),
    deviceCodes: limit(rateLimits.deviceCodes),
    clientRequests: limit(rateLimits.clientRequests),
  };
}

interface RateLimitOptions {
  readonly settings: RateLimitSettings;
  /** `secrets.system`, newest first. */
  readonly secrets: readonly string[];
  readonly random: (bytes: number) => Buffer;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly tracing?: Tracing;
}

const limitNames = ['client_secret', 'user_code', 'registration', 'device_code', 'client_request'] as const;

/** @param options.redis undefined counts in this process alone */
export function createRateLimits(
  options: RateLimitOptions & { readonly redis: CacheRedis['client'] | undefined },
): RateLimits {
  const { settings, redis, random, now, log } = options;
  const waits = fromZero(
    options.metrics.counter('cardea_rate_limited_total', 'Subjects that have to wait.', ['limit']),
    ...limitNames.map((limit) => ({ limit })),
  );
  const counters = createCounters(redis, now);
  const [hashKey] = deriveKeys(options.secrets, 'rate limit');
  if (hashKey === undefined) throw new Error('secrets.system is empty');
  const limited = (name: string, target: string): void => {
    waits.labels(name).inc();
    log.warn({ limit: name, target: target.slice(0, 255) }, 'a limit was reached');
  };
  const shared = { counters, hashKey, now, random, limited };
  const of = (
    name: (typeof limitNames)[number],
    limit: Limit | undefined,
    more: Partial<Parameters<typeof createRateLimit>[0]> = {},
  ) => (limit === undefined ? noRateLimit : createRateLimit({ ...shared, ...more, name, limit }));
  const sparing = { sparesSharedAddresses: true };
  return {
    clientSecrets: of('client_secret', settings.clientSecrets, sparing),
    unknownClients: of('client_secret', settings.clientSecrets, { ...sparing, counters: createLocalCounters(now) }),
    userCodes: of('user_code', settings.userCodes),
    registrations: of('registration', settings.registrations),
    deviceCodes: of('device_code', settings.deviceCodes),
    clientRequests: of('client_request', settings.clientRequests, {
      message: 'The client has asked for as much as it may for now.',
    }),
  };
}

/** @param options.url `redis.url`; undefined counts in this process alone */
export function openRateLimits(
  options: RateLimitOptions & { readonly url: string | undefined },
): RateLimits & { close(): void } {
  const { settings, url, log, tracing } = options;
  const needed = Object.values(settings).some((limit) => limit !== undefined);
  const redis =
    url === undefined || !needed
      ? undefined
      : openCacheRedis(url, log, {
          connectionName: 'cardea-limits',
          outage: 'Redis cannot be reached; failed attempts are counted by each process alone',
          ...(tracing === undefined ? {} : { tracing }),
        });
  return { ...createRateLimits({ ...options, redis: redis?.client }), close: () => redis?.close() };
}
