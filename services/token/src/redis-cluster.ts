// Redis Cluster, by URLs that say so: `redis-cluster://a:6379,b:6379`, with `rediss-cluster` over TLS. Some of its nodes are enough,
// they tell of the others.
import type { ClusterNode, RedisOptions } from 'ioredis';

export interface RedisCluster {
  readonly nodes: ClusterNode[];
  /** For the connection to each node, named or told of. */
  readonly options: RedisOptions;
}

const shape = /^redis(s?)-cluster:\/\/(?:([^@/]*)@)?([^/?#]+)/;
const defaultPort = 6379;

/** @returns undefined for a URL of one server */
export function redisCluster(url: string): RedisCluster | undefined {
  const [whole, secure, login = '', hosts = ''] = shape.exec(url) ?? [];
  if (whole === undefined) return undefined;
  const [username = '', ...rest] = login.split(':').map(decodeURIComponent);
  const password = rest.join(':');
  return {
    nodes: hosts.split(',').map((each) => {
      const { hostname, port } = new URL(`redis://${each}`);
      return { host: hostname.replace(/^\[(.*)\]$/, '$1'), port: port === '' ? defaultPort : Number(port) };
    }),
    options: {
      ...(username === '' ? {} : { username }),
      ...(password === '' ? {} : { password }),
      ...(secure === 's' ? { tls: {} } : {}),
    },
  };
}

/** How the keys of queues begin: those of one queue are used together, so in a cluster they lie together. */
export const queuePrefix = (url: string): string => (redisCluster(url) === undefined ? 'bull' : '{cardea}');
