// The queues' way to Redis: unlike the cache's it tries for ever, because jobs can wait (ARCHITECTURE §6).
import type { Log } from '@cardea/service';
import { Cluster, Redis } from 'ioredis';
import { redisCluster } from './redis-cluster.js';

/** A connection that outlives restarts of Redis. Says once what keeps it, not at each attempt. */
export function connectQueue(redisUrl: string, log: Log): Redis | Cluster {
  const settings = { connectionName: 'cardea-queue', maxRetriesPerRequest: null };
  const retryStrategy = (times: number) => Math.min(times * 100, 3_000);
  const cluster = redisCluster(redisUrl);
  const connection =
    cluster === undefined
      ? new Redis(redisUrl, { ...settings, retryStrategy })
      : new Cluster(cluster.nodes, {
          redisOptions: { ...settings, ...cluster.options },
          clusterRetryStrategy: retryStrategy,
        });
  let said = '';
  connection.on('ready', () => (said = ''));
  connection.on('error', (error: Error) => {
    if (error.message !== said) log.warn({ err: error.message }, 'the job queue cannot reach Redis; it keeps trying');
    said = error.message;
  });
  return connection;
}
