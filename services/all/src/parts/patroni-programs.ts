// Patroni, etcd and a PostgreSQL with all its tools: the system's where it has them, else Debian's packages unpacked privately.
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { debianTool } from './debian-packages.js';
import type { Progress } from './progress.js';
import { runs } from './run-tool.js';

export interface PatroniPrograms {
  /** Where postgres, pg_basebackup, pg_rewind and createdb are. */
  readonly postgresBin: string;
  /** A program and what comes first on its command line. */
  readonly patroni: { readonly file: string; readonly args: readonly string[] };
  readonly etcd: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** @param cache where whoever runs them gets through to. Throws with what to do when they cannot be had. */
export async function findPatroni(cache: string, progress: Progress): Promise<PatroniPrograms> {
  const needed = ['postgres', 'initdb', 'pg_ctl', 'pg_basebackup', 'pg_rewind', 'pg_controldata', 'createdb'];
  const installed = binIn('/', needed);
  const postgres =
    installed === undefined
      ? await debianTool({
          name: 'PostgreSQL with its tools',
          packages: ['postgresql'],
          cache,
          progress,
          works: async ({ root, environment }) => {
            const bin = binIn(root, needed);
            return bin !== undefined && (await runs(path.join(bin, 'postgres'), ['--version'], environment));
          },
          otherwise: 'install postgresql',
        })
      : undefined;
  const tool = await debianTool({
    name: 'Patroni and etcd',
    packages: ['patroni', 'etcd-server', 'python3'],
    cache,
    progress,
    works: async (unpacked) => {
      const { file, args, environment } = python(unpacked);
      return (
        (await runs(file, [...args, '--version'], environment)) &&
        (await runs(path.join(unpacked.root, 'usr/bin/etcd'), ['--version'], environment))
      );
    },
    otherwise: 'run this where apt has patroni and etcd-server, as on Debian 12',
  });
  const { file, args, environment } = python(tool);
  return {
    postgresBin: installed ?? binIn(postgres?.root ?? '', needed) ?? '',
    patroni: { file, args },
    etcd: path.join(tool.root, 'usr/bin/etcd'),
    environment: postgres === undefined ? environment : joined(environment, postgres.environment),
  };
}

/** Debian keeps each version in a place of its own; the newest that has all programs. */
function binIn(root: string, programs: readonly string[]): string | undefined {
  const versions = path.join(root, 'usr/lib/postgresql');
  if (!existsSync(versions)) return undefined;
  return readdirSync(versions)
    .sort((a, b) => Number(b) - Number(a))
    .map((version) => path.join(versions, version, 'bin'))
    .find((bin) => programs.every((program) => existsSync(path.join(bin, program))));
}

/** Patroni by the system's Python, which its modules were compiled for, or by the one that came with it. */
function python({ root, environment }: { root: string; environment: Readonly<Record<string, string>> }) {
  const system = '/usr/bin/python3';
  const own = path.join(root, 'usr/bin/python3.11');
  const modules = path.join(root, 'usr/lib/python3/dist-packages');
  return {
    file: existsSync(system) ? system : own,
    args: [path.join(root, 'usr/bin/patroni')],
    environment: {
      ...environment,
      PYTHONPATH: modules,
      PYTHONDONTWRITEBYTECODE: '1',
      ...(existsSync(system) ? {} : { PYTHONHOME: path.join(root, 'usr') }),
    },
  };
}

function joined(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): Record<string, string> {
  return { ...a, ...b, LD_LIBRARY_PATH: [a['LD_LIBRARY_PATH'], b['LD_LIBRARY_PATH']].join(':') };
}
