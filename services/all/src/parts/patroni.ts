// Three PostgreSQL servers that Patroni looks after, over three of etcd: real failover on one machine's loopback, in synchronous mode.
import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { claimOutside, isRoot, nobody, reachable, removeOutside } from './nobody.js';
import type { PatroniPrograms } from './patroni-programs.js';
import { findPatroni } from './patroni-programs.js';
import { postgresUser } from './postgres-cluster.js';
import type { Progress } from './progress.js';
import { runTool } from './run-tool.js';
import type { Launched } from './server-process.js';
import { startServer, untilReady } from './server-process.js';

/** Ports of one node. */
export interface PatroniPorts {
  readonly postgres: number;
  readonly api: number;
  readonly etcd: number;
  readonly etcdPeer: number;
}

export interface PatroniNode {
  readonly name: string;
  /** Of its PostgreSQL, whatever that is now. */
  readonly dsn: string;
  /** Patroni's REST API. */
  readonly api: string;
  /** Patroni, and the PostgreSQL below it: both are the machine that dies. */
  pids(): readonly number[];
  /** After it was killed. */
  start(): Promise<void>;
}

export interface PatroniCluster {
  /** Names all three. */
  readonly dsn: string;
  readonly nodes: readonly PatroniNode[];
  /** What each node of both kinds has to say, by its name: a file. */
  readonly logs: ReadonlyMap<string, string>;
  stop(): Promise<void>;
}

const user = 'cardea';
const database = 'cardea';
const patienceMillis = 180_000;

/** Resolves when there is a leader with a synchronous standby and a third one behind. */
export async function launchPatroni(options: {
  readonly directory: string;
  readonly cache: string;
  readonly ports: readonly PatroniPorts[];
  readonly progress: Progress;
}): Promise<PatroniCluster> {
  const { ports, progress } = options;
  mkdirSync(options.directory, { recursive: true });
  const place = isRoot() ? claimOutside(options.directory) : path.resolve(options.directory);
  const cache = isRoot() && !reachable(options.cache) ? place : path.resolve(options.cache);
  const programs = await findPatroni(cache, progress);
  const password = randomBytes(18).toString('base64url');
  const stores: Launched[] = [];
  const running: Launched[] = [];
  const nodes: PatroniNode[] = [];
  const stop = async (): Promise<void> => {
    for (const node of nodes) for (const pid of node.pids()) signal(pid, 'SIGCONT');
    // Patroni gives its lease back as long as there is somebody to give it to.
    await Promise.all(running.map((server) => server.stop()));
    await Promise.all(stores.map((server) => server.stop()));
    for (const node of nodes) for (const pid of node.pids()) signal(pid, 'SIGKILL');
    removeOutside(options.directory);
  };
  try {
    stores.push(...(await Promise.all(ports.map((_, index) => startEtcd(programs, place, ports, index)))));
    for (const [index, own] of ports.entries()) {
      const { node, start } = nodeOf(programs, place, ports, index, password);
      const launch = async (): Promise<void> => void running.push(await start());
      nodes.push({ ...node, start: launch });
      await launch();
      // The first one makes the database; the others copy it.
      if (index === 0) {
        await until('a leader', () => answers(`http://127.0.0.1:${own.api}/primary`));
        await createDatabase(programs, own.postgres, password);
      }
    }
    const first = nodes[0] as PatroniNode;
    await until('a synchronous standby', async () => (await roles(first.api)).includes('sync_standby'));
    await until('three members', async () => (await roles(first.api)).length === ports.length);
  } catch (error) {
    await stop();
    throw error;
  }
  const hosts = ports.map(({ postgres }) => `127.0.0.1:${postgres}`).join(',');
  const names = ports.flatMap((_, index) => [`etcd-${index}`, `pg-${index}`]);
  const logs = new Map(names.map((name) => [name, path.join(place, name, 'log')]));
  return { dsn: `postgres://${user}:${password}@${hosts}/${database}`, nodes, logs, stop };
}

async function createDatabase(programs: PatroniPrograms, port: number, password: string): Promise<void> {
  const env = { ...programs.environment, PGPASSWORD: password };
  const args = ['-h', '127.0.0.1', '-p', String(port), '-U', user, database];
  await runTool(path.join(programs.postgresBin, 'createdb'), args, { env });
}

async function startEtcd(
  { etcd, environment }: PatroniPrograms,
  place: string,
  ports: readonly PatroniPorts[],
  index: number,
): Promise<Launched> {
  const own = ports[index] as PatroniPorts;
  const directory = ownDirectory(place, `etcd-${index}`);
  const log = path.join(directory, 'log');
  const client = `http://127.0.0.1:${own.etcd}`;
  const peer = `http://127.0.0.1:${own.etcdPeer}`;
  const flags = {
    name: `etcd-${index}`,
    'data-dir': path.join(directory, 'data'),
    'listen-client-urls': client,
    'advertise-client-urls': client,
    'listen-peer-urls': peer,
    'initial-advertise-peer-urls': peer,
    'initial-cluster': ports.map(({ etcdPeer }, each) => `etcd-${each}=http://127.0.0.1:${etcdPeer}`).join(','),
    'initial-cluster-state': 'new',
    // On a machine that does much else besides.
    'heartbeat-interval': '300',
    'election-timeout': '3000',
    'enable-v2': 'true',
  };
  const args = Object.entries(flags).map(([name, value]) => `--${name}=${value}`);
  const { env, ...identity } = postgresUser();
  const how = { file: etcd, args, cwd: directory, log, signal: 'SIGTERM', env: { ...env, ...environment } } as const;
  const server = await startServer({ ...how, ...identity });
  await untilReady('etcd', server, log, () => Promise.resolve(existsSync(log)));
  return server;
}

function nodeOf(
  programs: PatroniPrograms,
  place: string,
  ports: readonly PatroniPorts[],
  index: number,
  password: string,
) {
  const own = ports[index] as PatroniPorts;
  const name = `pg-${index}`;
  const directory = ownDirectory(place, name);
  const data = path.join(directory, 'data');
  const file = path.join(directory, 'patroni.yml');
  writeFileSync(file, JSON.stringify(settings(programs, ports, own, name, data, password), undefined, 2), {
    mode: 0o600,
  });
  if (isRoot()) chownSync(file, nobody.uid, nobody.gid);
  const log = path.join(directory, 'log');
  let patroni = 0;
  const start = async (): Promise<Launched> => {
    const { env, ...identity } = postgresUser();
    const { patroni: program, environment } = programs;
    const server = await startServer({
      ...{ file: program.file, args: [...program.args, file], cwd: directory, log, signal: 'SIGTERM' },
      ...{ env: { ...env, ...environment }, ...identity },
    });
    patroni = server.pid;
    void server.exited.then(() => (patroni = 0));
    return server;
  };
  const postmaster = (): number => {
    const pidFile = path.join(data, 'postmaster.pid');
    return existsSync(pidFile) ? Number(readFileSync(pidFile, 'utf8').split('\n', 1)[0]) : 0;
  };
  const node = {
    name,
    dsn: `postgres://${user}:${password}@127.0.0.1:${own.postgres}/${database}`,
    api: `http://127.0.0.1:${own.api}`,
    pids: () => [patroni, postmaster()].filter((pid) => pid > 0),
  };
  return { node, start };
}

/** JSON is YAML. */
function settings(
  { postgresBin }: PatroniPrograms,
  ports: readonly PatroniPorts[],
  own: PatroniPorts,
  name: string,
  data: string,
  password: string,
): object {
  const local = '127.0.0.1/32 scram-sha-256';
  return {
    scope: 'cardea',
    name,
    restapi: { listen: `127.0.0.1:${own.api}`, connect_address: `127.0.0.1:${own.api}` },
    // By etcd's former API, which renews a lease only for whoever has it. By the newer one Patroni before 3.0.3 (Debian 12 has 3.0.2) gives a
    // former leader that was frozen the lease again, whoever was elected meanwhile, and what that one acknowledged is lost (docs/scaling.md).
    etcd: { hosts: ports.map(({ etcd }) => `127.0.0.1:${etcd}`) },
    bootstrap: {
      dcs: {
        // A dead leader is noticed within twenty seconds; thirty are usual.
        ...{ ttl: 20, loop_wait: 4, retry_timeout: 6, maximum_lag_on_failover: 1_048_576 },
        // A PostgreSQL that dies is not first tried again.
        ...{ primary_start_timeout: 0, synchronous_mode: true },
        postgresql: { use_pg_rewind: true, parameters: { max_connections: 100, synchronous_commit: 'on' } },
      },
      initdb: [{ encoding: 'UTF8' }, { locale: 'C' }, 'data-checksums'],
    },
    postgresql: {
      listen: `127.0.0.1:${own.postgres}`,
      connect_address: `127.0.0.1:${own.postgres}`,
      data_dir: data,
      bin_dir: postgresBin,
      pgpass: path.join(path.dirname(data), 'pgpass'),
      authentication: {
        superuser: { username: user, password },
        replication: { username: 'replicator', password },
      },
      pg_hba: [`host all all ${local}`, `host replication replicator ${local}`],
      parameters: { unix_socket_directories: '', shared_buffers: '64MB' },
    },
  };
}

function ownDirectory(place: string, name: string): string {
  const directory = path.join(place, name);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  if (isRoot()) chownSync(directory, nobody.uid, nobody.gid);
  return directory;
}

async function answers(url: string): Promise<boolean> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined);
  await answer?.text().catch(() => undefined);
  return answer?.status === 200;
}

/** What Patroni calls each member that runs. */
async function roles(api: string): Promise<string[]> {
  const answer = await fetch(`${api}/cluster`, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined);
  const { members = [] } = ((await answer?.json().catch(() => ({}))) ?? {}) as {
    members?: { role: string; state: string }[];
  };
  return members.filter(({ state }) => state === 'running' || state === 'streaming').map(({ role }) => role);
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + patienceMillis; !(await holds()); await sleep(200)) {
    if (Date.now() > end) throw new Error(`Patroni does not come to ${what}`);
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
