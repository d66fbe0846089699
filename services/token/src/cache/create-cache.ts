// The token cache over Redis when there is one, and its parts' end.
import type { Log, Metrics, Tracing } from '@cardea/service';
import type { Database } from '../storage/database.js';
import { createDebts } from './debts.js';
import { createEpoch } from './epoch.js';
import { openCacheRedis } from './redis.js';
import type { TokenCache } from './token-cache.js';
import { createNoTokenCache, createTokenCache } from './token-cache.js';

export interface OpenTokenCache extends TokenCache {
  close(): void;
}

/** @param options.url undefined when the installation has no Redis: all its processes must agree on that */
export function openTokenCache(options: {
  url: string | undefined;
  database: Database;
  /** `secrets.system`, newest first. */
  secrets: readonly string[];
  random: (bytes: number) => Buffer;
  /** Milliseconds since the epoch. */
  now: () => number;
  log: Log;
  metrics: Metrics;
  tracing?: Tracing;
  commandTimeoutMillis?: number;
}): OpenTokenCache {
  const { url, database, log, commandTimeoutMillis, tracing } = options;
  if (url === undefined) return { ...createNoTokenCache(), close: () => undefined };
  const redis = openCacheRedis(url, log, {
    ...(commandTimeoutMillis === undefined ? {} : { commandTimeoutMillis }),
    ...(tracing === undefined ? {} : { tracing }),
  });
  const epoch = createEpoch(database, redis, log);
  const debts = createDebts(database);
  return {
    ...createTokenCache({ ...options, redis, epoch, debts }),
    close() {
      debts.close();
      epoch.close();
      redis.close();
    },
  };
}
