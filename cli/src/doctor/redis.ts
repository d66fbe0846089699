// Redis: reached, and not free to forget jobs.
import { Redis } from 'ioredis';
import type { Finding } from '../findings/finding.js';
import { note, ok, warning, wrong } from '../findings/finding.js';
import type { Checkup } from './checkup.js';
import { sentence } from './checkup.js';

export async function lookAtRedis({ config }: Checkup): Promise<Finding[]> {
  const { url, queueUrl } = config.redis;
  if (url === undefined) {
    return [
      warning('redis.url', 'it is not set', {
        why: 'nothing is cached, nothing is cleaned up, and logouts are not delivered to back channels',
        fix: 'REDIS_URL=redis://host:6379',
      }),
    ];
  }
  const apart = queueUrl !== undefined && queueUrl !== url;
  return [...(await lookAt('redis', url, !apart)), ...(apart ? await lookAt('redis (queue)', queueUrl, true) : [])];
}

async function lookAt(about: string, url: string, queue: boolean): Promise<Finding[]> {
  if (/^rediss?-cluster:/.test(url)) return [note(about, 'it is a Redis Cluster, whose nodes are not looked into')];
  const redis = new Redis(url, {
    ...{ lazyConnect: true, connectTimeout: 3_000, maxRetriesPerRequest: 0 },
    retryStrategy: () => null,
  });
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    const facts = new Map(
      (await redis.info())
        .split('\n')
        .map((line) => line.trim().split(':', 2))
        .map(([name = '', value = '']) => [name, value] as const),
    );
    const [policy, limit] = [facts.get('maxmemory_policy') ?? '?', Number(facts.get('maxmemory') ?? 0)];
    const found = [ok(about, `version ${facts.get('redis_version') ?? '?'}, ${policy}`)];
    if (queue && policy !== 'noeviction' && policy !== '?') {
      found.push(
        wrong(about, `maxmemory-policy is ${policy}, and the job queue lives there`, {
          why: 'under pressure it forgets jobs: logouts that were never delivered, tables never cleaned',
          fix: 'a second Redis with noeviction in redis.queue_url, or CONFIG SET maxmemory-policy noeviction',
        }),
      );
    }
    if (limit === 0) found.push(note(about, 'maxmemory is not set: it may take all memory of its machine'));
    const host = new URL(url).hostname;
    if (new URL(url).password === '' && !/^(?:localhost|127\.|\[::1\])/.test(host) && url.startsWith('redis')) {
      found.push(
        warning(about, 'it asks for no password', {
          why: 'whoever reaches it can mark revoked tokens as active for as long as they are cached',
          fix: 'requirepass, and rediss:// where the network is shared',
        }),
      );
    }
    return found;
  } catch (error) {
    const fix = 'see that it runs, and that host, port and password are right';
    return [wrong(about, sentence(error), { decides: queue ? 'redis.queue_url, redis.url' : 'redis.url', fix })];
  } finally {
    redis.disconnect();
  }
}
