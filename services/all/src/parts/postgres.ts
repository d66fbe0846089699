// A PostgreSQL of our own: real server, loopback only, durable, its data kept between runs.
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { tryLock } from './locks.js';
import { endOrphan } from './orphan.js';
import { findPostgres } from './postgres-binaries.js';
import type { Cluster } from './postgres-cluster.js';
import { database, openCluster, placeOf, postgresUser, user } from './postgres-cluster.js';
import type { Progress } from './progress.js';
import type { Launched } from './server-process.js';
import { startServer, untilReady } from './server-process.js';

export interface PostgresOptions {
  /** The installation's state: password, log, and the data unless others cannot pass through to it. */
  readonly directory: string;
  readonly cache: string;
  readonly port: number;
  readonly progress: Progress;
  /** 200 unless said otherwise. */
  readonly maxConnections?: number;
  /** Settings beside or in place of ours. */
  readonly settings?: Readonly<Record<string, string | number>>;
  /** Variables beside ours. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
}

/**
 * Starts it, with the data that `directory` has or with new ones, and resolves when it takes connections.
 *
 * Throws when it is not installed, when a living process has it already, or with its own words when it does not start.
 */
export async function launchPostgres(options: PostgresOptions): Promise<Launched & { readonly dsn: string }> {
  const directory = path.resolve(options.directory);
  mkdirSync(directory, { recursive: true });
  const lock = tryLock(path.join(directory, 'postgres.lock'));
  if ('by' in lock) throw new Error(`the PostgreSQL of ${directory} is run by process ${lock.by}; end that first`);
  try {
    const binaries = await findPostgres(directory, path.resolve(options.cache), options.progress);
    const data = placeOf(directory);
    const pidFile = path.join(data, 'postmaster.pid');
    const orphan = {
      name: 'PostgreSQL',
      program: binaries.postgres,
      pidFile,
      directory: data,
      signal: 'SIGINT',
    } as const;
    await endOrphan({ ...orphan, progress: options.progress });
    const cluster = await openCluster(directory, binaries, options.progress);
    const server = await start(binaries.postgres, cluster, options, path.join(directory, 'postgres.log'));
    void server.exited.then(lock.release);
    return { ...server, dsn: `postgres://${user}:${cluster.password}@127.0.0.1:${options.port}/${database}` };
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function start(file: string, cluster: Cluster, options: PostgresOptions, log: string): Promise<Launched> {
  const settings = {
    port: options.port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: options.maxConnections ?? 200,
    shared_buffers: '128MB',
    // Nobody replicates from here; commits stay synchronous, as everything else trusts them to be.
    wal_level: 'minimal',
    max_wal_senders: 0,
    synchronous_commit: 'on',
    ...options.settings,
  };
  const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${String(value)}`]);
  const command = { file, args: ['-D', cluster.data, ...args], cwd: cluster.data, log, signal: 'SIGINT' } as const;
  const { env, ...identity } = postgresUser();
  const server = await startServer({ ...command, ...identity, env: { ...env, ...options.environment } });
  await untilReady('PostgreSQL', server, log, () => Promise.resolve(takesConnections(cluster.data, server.pid)));
  return server;
}

/** As pg_ctl knows it: the status on line 8 of the file that the server keeps about itself. */
function takesConnections(data: string, pid: number): boolean {
  try {
    const lines = readFileSync(path.join(data, 'postmaster.pid'), 'utf8').split('\n');
    return lines[0] === String(pid) && ['ready', 'standby'].includes(lines[7]?.trim() ?? '');
  } catch {
    return false;
  }
}
