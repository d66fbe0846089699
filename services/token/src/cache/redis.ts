// Opens the cache's Redis connection: it fails within milliseconds and never ends the process (ARCHITECTURE §6). It knows
// which server it speaks to, since a restored or promoted one may have forgotten what was revoked.
import type { Log } from '@cardea/service';
import { Redis } from 'ioredis';

/** One life of the connection, to one server. */
export interface RedisLink {
  /** The server's run_id: another one after each of its restarts. */
  readonly server: string;
}

export interface CacheRedis {
  readonly client: Redis;
  /** The present life of the connection; undefined while there is none, or the server is not known yet. */
  link(): RedisLink | undefined;
  close(): void;
}

const firstRetryMillis = 50;
const longestRetryMillis = 1_000;

/**
 * @param options.commandTimeoutMillis after which a silent Redis is as good as none
 * @param options.outage what is logged when it cannot be reached
 */
export function openCacheRedis(
  url: string,
  log: Log,
  options: { commandTimeoutMillis?: number; connectionName?: string; outage?: string } = {},
): CacheRedis {
  const { outage = 'the Redis cache cannot be reached; answers come from PostgreSQL' } = options;
  const client = new Redis(url, {
    connectionName: options.connectionName ?? 'cardea-cache',
    enableOfflineQueue: false,
    enableAutoPipelining: true,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 1,
    connectTimeout: 1_000,
    commandTimeout: options.commandTimeoutMillis ?? 50,
    retryStrategy: (times) => Math.min(times * firstRetryMillis, longestRetryMillis),
  });
  let link: RedisLink | undefined;
  let life = 0;
  let said = '';

  const identify = (mine: number): void => {
    client.info('server').then(
      (info) => {
        const server = /^run_id:(\w+)/m.exec(info)?.[1];
        if (mine !== life) return;
        if (server === undefined) log.warn({}, 'Redis does not tell its run_id, so it is not used as a cache');
        else link = { server };
      },
      () => {
        if (mine === life) setTimeout(() => mine === life && identify(mine), 100).unref();
      },
    );
  };
  client.on('ready', () => {
    said = '';
    identify(++life);
  });
  client.on('close', () => {
    life++;
    link = undefined;
  });
  // Without a listener ioredis prints each failure; one line an outage is enough.
  client.on('error', (error: Error) => {
    if (error.message === said) return;
    said = error.message;
    log.warn({ err: error.message }, outage);
  });

  return {
    client,
    link: () => link,
    close() {
      life++;
      link = undefined;
      client.disconnect();
    },
  };
}
