// The data of one installation's PostgreSQL: made once, with a password of its own, and kept with it.
import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { claimOutside, isRoot, nobody, reachable } from './nobody.js';
import type { Binaries } from './postgres-binaries.js';
import type { Progress } from './progress.js';
import { runTool } from './run-tool.js';

export const database = 'cardea';
export const user = 'cardea';

export interface Cluster {
  readonly data: string;
  readonly password: string;
}

/** What runs PostgreSQL: its user where we are root, and an environment without anybody's libpq settings. */
export function postgresUser(): { uid?: number; gid?: number; env: Record<string, string> } {
  return { ...(isRoot() ? nobody : {}), env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' } };
}

/** Where the data are; the password in `directory` says that they are whole. */
export function placeOf(directory: string): string {
  const parent = isRoot() && !reachable(directory) ? claimOutside(directory) : directory;
  return path.join(parent, 'postgres');
}

/** The cluster of this directory. Throws when an older or newer PostgreSQL made it. */
export async function openCluster(directory: string, binaries: Binaries, progress: Progress): Promise<Cluster> {
  const data = placeOf(directory);
  const secret = path.join(directory, 'postgres.password');
  if (existsSync(secret) && !existsSync(data)) progress(`PostgreSQL's data in ${data} are gone; beginning anew`);
  if (!existsSync(secret) || !existsSync(data)) await create(data, secret, binaries, progress);
  const major = readFileSync(path.join(data, 'PG_VERSION'), 'utf8').trim();
  if (major !== binaries.major) {
    throw new Error(`${data} was made by PostgreSQL ${major}, but ${binaries.major} is installed; start with --reset`);
  }
  return { data, password: readFileSync(secret, 'utf8') };
}

async function create(data: string, secret: string, binaries: Binaries, progress: Progress): Promise<void> {
  progress('creating a PostgreSQL database');
  const partial = `${data}.partial`;
  for (const old of [secret, data, partial]) rmSync(old, { recursive: true, force: true });
  mkdirSync(partial, { mode: 0o700 });
  const password = randomBytes(24).toString('base64url');
  const passwordFile = `${data}.pwfile`;
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  const { env, ...identity } = postgresUser();
  if (isRoot()) for (const file of [partial, passwordFile]) chownSync(file, nobody.uid, nobody.gid);
  const how = { ...identity, env, cwd: '/' };
  const rules = ['--auth=scram-sha-256', `--pwfile=${passwordFile}`, '-E', 'UTF8', '--no-locale', '--no-sync'];
  try {
    await runTool(binaries.initdb, ['-D', partial, '-U', user, ...rules], how);
    await runTool(binaries.postgres, ['--single', '-D', partial, 'postgres'], {
      ...how,
      input: `CREATE DATABASE ${database}\n`,
    });
  } finally {
    rmSync(passwordFile, { force: true });
  }
  renameSync(partial, data);
  writeFileSync(`${secret}.partial`, password, { mode: 0o600 });
  chmodSync(`${secret}.partial`, 0o600);
  renameSync(`${secret}.partial`, secret);
}
