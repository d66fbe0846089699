// Opens the cache's Redis connection: it fails within milliseconds and never ends the process (ARCHITECTURE §6). It knows
// which server it speaks to, since a restored or promoted one may have forgotten what was revoked.
import type { Log, Tracing } from '@cardea/service';
import type { Cluster } from 'ioredis';
import { noTracing } from '@cardea/service';
import { Redis } from 'ioredis';
import { redisCluster } from '../redis-cluster.js';
import { openClusterRedis, runId } from './cluster-redis.js';
import { limitCommands } from './limit-commands.js';
import { traceCommands } from './trace-commands.js';

/** One life of the connection, to one server, or to one set of them that shares the keys out in one way. */
export interface RedisLink {
  /** The server's run_id: another one after each of its restarts. Of a cluster, what its masters and their run_ids come to. */
  readonly server: string;
}

export interface CacheRedis {
  /** For commands on one key. */
  readonly client: Redis | Cluster;
  read(names: readonly string[]): Promise<readonly (Buffer | null)[]>;
  remove(names: readonly string[]): Promise<void>;
  /** The present life of the connection; undefined while there is none, or the server is not known yet. */
  link(): RedisLink | undefined;
  close(): void;
}

export interface CacheRedisOptions {
  /** After which a silent Redis is as good as none. */
  readonly commandTimeoutMillis?: number;
  readonly connectionName?: string;
  /** What is logged when it cannot be reached. */
  readonly outage?: string;
  /** Where single commands show; those on many keys are shown by whoever gathers them. */
  readonly tracing?: Tracing;
}

const firstRetryMillis = 50;
const longestRetryMillis = 1_000;

export function openCacheRedis(url: string, log: Log, options: CacheRedisOptions = {}): CacheRedis {
  const { tracing = noTracing, outage = 'the Redis cache cannot be reached; answers come from PostgreSQL' } = options;
  const commandTimeout = options.commandTimeoutMillis ?? 50;
  const settings = {
    connectionName: options.connectionName ?? 'cardea-cache',
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 1,
    connectTimeout: 1_000,
  };
  const retryStrategy = (times: number) => Math.min(times * firstRetryMillis, longestRetryMillis);
  let said = '';
  // One line an outage is enough.
  const trouble = (error: Error): void => {
    if (error.message === said) return;
    said = error.message;
    log.warn({ err: error.message }, outage);
  };
  const ready = (): void => void (said = '');
  const cluster = redisCluster(url);
  if (cluster !== undefined) {
    const opened = openClusterRedis(cluster, { ...settings, commandTimeout }, { retryStrategy, trouble, ready, log });
    traceCommands(opened.client, tracing);
    return opened;
  }

  const client = new Redis(url, {
    ...settings,
    enableOfflineQueue: false,
    enableAutoPipelining: true,
    // These are one for all who asked in a turn already.
    autoPipeliningIgnoredCommands: ['mget', 'del'],
    retryStrategy,
  });
  limitCommands(client, commandTimeout);
  traceCommands(client, tracing);
  let link: RedisLink | undefined;
  let life = 0;

  const identify = (mine: number): void => {
    client.info('server').then(
      (info) => {
        const server = runId(info);
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
    ready();
    identify(++life);
  });
  client.on('close', () => {
    life++;
    link = undefined;
  });
  client.on('error', trouble);

  return {
    client,
    // The driver's command outlives its answer by a function that V8 made in its old generation (`reject` in its Command.js): what
    // is taken out of the answer is not held by it, nor is what the socket had read around it.
    read: (names) => client.mgetBuffer(...names).then((found) => found.splice(0)),
    async remove(names) {
      await client.del(...names);
    },
    link: () => link,
    close() {
      life++;
      link = undefined;
      client.disconnect();
    },
  };
}
