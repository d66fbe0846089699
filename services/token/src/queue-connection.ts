// The queues' way to Redis: unlike the cache's it tries for ever, because jobs can wait (ARCHITECTURE §6).
import type { Log } from '@cardea/service';
import { Redis } from 'ioredis';

/** A connection that outlives restarts of Redis. Says once what keeps it, not at each attempt. */
export function connectQueue(redisUrl: string, log: Log): Redis {
  const connection = new Redis(redisUrl, {
    connectionName: 'cardea-queue',
    maxRetriesPerRequest: null,
    retryStrategy: (times) => Math.min(times * 100, 3_000),
  });
  let said = '';
  connection.on('ready', () => (said = ''));
  connection.on('error', (error: Error) => {
    if (error.message !== said) log.warn({ err: error.message }, 'the job queue cannot reach Redis; it keeps trying');
    said = error.message;
  });
  return connection;
}
