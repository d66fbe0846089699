// The cache in a Redis Cluster: each entry lies where its own name puts it, and the cache is believed only as long as every slot
// stays with the server that had it. A replica that takes a slot over may have missed a deletion, so whatever changes about who
// serves what ends the life of the connection before the next command leaves (security F10-F14).
import type { Log } from '@cardea/service';
import type { RedisOptions } from 'ioredis';
import { Cluster } from 'ioredis';
import { createHash } from 'node:crypto';
import type { RedisCluster } from '../redis-cluster.js';
import type { CacheRedis, RedisLink } from './redis.js';

/** How often the nodes are asked who serves what. */
const refreshMillis = 1_000;
const againMillis = 100;

export function openClusterRedis(
  { nodes, options }: RedisCluster,
  settings: RedisOptions,
  hooks: {
    retryStrategy: (times: number) => number;
    trouble: (error: Error) => void;
    ready: () => void;
    log: Log;
  },
): CacheRedis {
  const { retryStrategy, trouble, ready, log } = hooks;
  const cluster = new Cluster(nodes, {
    redisOptions: { ...settings, ...options },
    enableOfflineQueue: false,
    enableAutoPipelining: true,
    slotsRefreshInterval: refreshMillis,
    clusterRetryStrategy: retryStrategy,
    // Nobody is followed to another node before we know of the change: the command fails, and PostgreSQL answers.
    maxRedirections: 0,
  });
  let link: RedisLink | undefined;
  let life = 0;
  let layout = '';

  const identify = (mine: number): void => {
    const again = (): void => {
      if (mine === life) setTimeout(() => mine === life && identify(mine), againMillis).unref();
    };
    const masters = cluster.nodes('master');
    Promise.all(masters.map((node) => node.info('server'))).then((answers) => {
      const servers = answers.map(runId);
      if (mine !== life) return;
      if (layout === '' || servers.length === 0) return again();
      if (servers.includes(undefined))
        return log.warn({}, 'Redis does not tell its run_id, so it is not used as a cache');
      const all = [...servers].sort().join();
      link = { server: createHash('sha256').update(`${layout} ${all}`).digest('hex').slice(0, 40) };
    }, again);
  };
  const begin = (): void => {
    link = undefined;
    identify(++life);
  };
  const end = (): void => {
    life++;
    link = undefined;
  };
  // Told in the same turn in which the driver takes in an answer: no command is sent by the new layout before.
  cluster.on('refresh', () => {
    const now = layoutOf(cluster);
    if (now === layout) return;
    layout = now;
    begin();
  });
  cluster.on('ready', () => {
    ready();
    begin();
  });
  for (const change of ['+node', '-node']) cluster.on(change, begin);
  for (const over of ['close', 'end']) cluster.on(over, end);
  cluster.on('error', trouble);
  cluster.on('node error', trouble);

  /** What failed may have been sent to whom a slot has left: the driver asks anew who has it. */
  const knowing = async <T>(commands: Promise<T>): Promise<T> => {
    try {
      return await commands;
    } catch (error) {
      cluster.refreshSlotsCache();
      throw error;
    }
  };
  return {
    client: cluster,
    // The driver gathers the commands of one turn for each node.
    read: (names) => knowing(Promise.all(names.map((name) => cluster.getBuffer(name)))),
    async remove(names) {
      await knowing(Promise.all(names.map((name) => cluster.del(name))));
    },
    link: () => link,
    close() {
      end();
      cluster.disconnect();
    },
  };
}

/** Out of what INFO says. */
export const runId = (info: string): string | undefined => /^run_id:(\w+)/m.exec(info)?.[1];

/** Which server has which slots, as the driver believes now; empty when a slot has none. */
function layoutOf(cluster: Cluster): string {
  const { slots } = cluster as unknown as { slots: readonly (readonly string[] | undefined)[] };
  const parts: string[] = [];
  let last: string | undefined;
  for (let slot = 0; slot < 16_384; slot++) {
    const [master] = slots[slot] ?? [];
    if (master === undefined) return '';
    if (master !== last) parts.push(`${String(slot)} ${master}`);
    last = master;
  }
  return parts.join();
}
