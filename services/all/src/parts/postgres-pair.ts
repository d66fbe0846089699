// Two PostgreSQL servers of our own, the second a standby that streams from the first: what a failover needs at least.
import { appendFileSync, copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { isRoot, removeOutside } from './nobody.js';
import { findPostgres } from './postgres-binaries.js';
import { openCluster, placeOf, postgresUser, user } from './postgres-cluster.js';
import type { PostgresOptions } from './postgres.js';
import { launchPostgres } from './postgres.js';
import { runTool } from './run-tool.js';
import type { Launched } from './server-process.js';

type Postgres = Launched & { readonly dsn: string };

export interface PostgresPair {
  /** Names both. */
  readonly dsn: string;
  readonly primary: Postgres;
  readonly standby: Postgres;
  /** Takes away what they keep outside of `directory`; to be called once they have ended. */
  remove(): void;
}

export interface PairOptions extends Omit<PostgresOptions, 'port' | 'settings'> {
  readonly ports: readonly [primary: number, standby: number];
  /** Whether a commit waits until the standby has it on its disk. */
  readonly synchronous: boolean;
}

const names = ['primary', 'standby'] as const;
const replicating = { wal_level: 'replica', max_wal_senders: 10, hot_standby: 'on' } as const;

/**
 * Starts both in new directories below `directory` and resolves when they take connections.
 *
 * Throws as `launchPostgres` does; what was started by then has been stopped.
 */
export async function launchPostgresPair(options: PairOptions): Promise<PostgresPair> {
  const { ports, synchronous, directory, cache, progress } = options;
  const at = (name: string): string => path.join(path.resolve(directory), name);
  for (const name of names) mkdirSync(at(name), { recursive: true });
  const binaries = await findPostgres(at('primary'), path.resolve(cache), progress);
  const { data, password } = await openCluster(at('primary'), binaries, progress);
  // The standby is begun as a copy of a server that has never run.
  if (isRoot()) await findPostgres(at('standby'), path.resolve(cache), progress);
  const copy = placeOf(at('standby'));
  if (existsSync(copy)) throw new Error(`${copy} is there already`);
  await runTool('cp', ['-a', data, copy]);
  copyFileSync(path.join(at('primary'), 'postgres.password'), path.join(at('standby'), 'postgres.password'));
  const { uid, gid } = postgresUser();
  const from = `host=127.0.0.1 port=${ports[0]} user=${user} password=${password} application_name=standby`;
  appendFileSync(path.join(copy, 'postgresql.auto.conf'), `primary_conninfo = '${from}'\n`);
  writeFileSync(path.join(copy, 'standby.signal'), '');
  if (uid !== undefined && gid !== undefined)
    await runTool('chown', [`${uid}:${gid}`, path.join(copy, 'standby.signal')]);

  const primary = await launchPostgres({
    ...options,
    directory: at('primary'),
    port: ports[0],
    settings: { ...replicating, ...(synchronous && { synchronous_standby_names: '*' }) },
  });
  try {
    const standby = await launchPostgres({
      ...options,
      directory: at('standby'),
      port: ports[1],
      settings: replicating,
    });
    const dsn = primary.dsn.replace(`:${ports[0]}/`, `:${ports[0]},127.0.0.1:${ports[1]}/`);
    const remove = (): void => {
      for (const name of names) removeOutside(at(name));
    };
    return { dsn, primary, standby, remove };
  } catch (error) {
    await primary.stop();
    throw error;
  }
}
