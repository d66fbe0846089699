// A Redis Cluster of our own: three masters that share the slots, and a replica of the first.
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RedisOptions } from './redis.js';
import { ask, launchRedis } from './redis.js';
import type { Launched } from './server-process.js';

export interface RedisClusterOptions extends Pick<RedisOptions, 'directory' | 'cache' | 'progress'> {
  /** Of four nodes, each with a port for the others. */
  readonly ports: readonly { readonly port: number; readonly bus: number }[];
}

const nodes = 4;
const slots = 16_384;
const patienceMillis = 60_000;

/** Resolves when every node knows that all slots are served. Throws as `launchRedis` does, or when they do not find together. */
export async function launchRedisCluster(
  options: RedisClusterOptions,
): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const { ports, ...common } = options;
  if (ports.length !== nodes) throw new Error(`a cluster has ${nodes} nodes here`);
  const running: Launched[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(running.map((node) => node.stop()));
  };
  try {
    for (const { port, bus } of ports) {
      const directory = path.join(path.resolve(options.directory), `node-${port}`);
      mkdirSync(directory, { recursive: true });
      const settings = { 'cluster-enabled': 'yes', 'cluster-port': String(bus), 'cluster-node-timeout': '5000' };
      running.push(await launchRedis({ ...common, directory, port, settings }));
    }
    await join(ports);
  } catch (error) {
    await stop();
    throw error;
  }
  const url = `redis-cluster://${ports.map(({ port }) => `127.0.0.1:${port}`).join(',')}`;
  return { url, stop };
}

async function join(ports: RedisClusterOptions['ports']): Promise<void> {
  const [first, ...others] = ports.map(({ port }) => port);
  if (first === undefined) return;
  for (const { port, bus } of ports.slice(1)) await order(first, `CLUSTER MEET 127.0.0.1 ${port} ${bus}`);
  const masters = ports.slice(0, 3).map(({ port }) => port);
  for (const [index, port] of masters.entries()) {
    const [from, to] = [index, index + 1].map((part) => Math.floor((slots * part) / masters.length));
    await order(port, `CLUSTER ADDSLOTSRANGE ${Number(from)} ${Number(to) - 1}`);
  }
  const id = /^\$\d+\r\n(\w{40})/.exec(await ask(first, 'CLUSTER MYID'))?.[1] ?? '';
  const replica = Number(others.at(-1));
  await until(async () => (await ask(replica, 'CLUSTER NODES')).includes(id));
  await order(replica, `CLUSTER REPLICATE ${id}`);
  for (const { port } of ports) {
    await until(async () => /cluster_state:ok[^]*cluster_known_nodes:4/.test(await ask(port, 'CLUSTER INFO')));
    await until(async () => (await ask(port, 'CLUSTER NODES')).includes(`slave ${id}`));
  }
  await until(async () => (await ask(replica, 'INFO replication')).includes('master_link_status:up'));
}

async function order(port: number, command: string): Promise<void> {
  const answer = await ask(port, command);
  if (!answer.startsWith('+OK')) throw new Error(`${command.split(' ', 2).join(' ')}: ${answer.trim()}`);
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + patienceMillis; !(await holds()); await sleep(50)) {
    if (Date.now() > end) throw new Error('the nodes of the Redis Cluster do not find together');
  }
}
