// PostgreSQL and Redis as files of an image: Debian's packages with all that they need, in a root of their own.
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { debianTool } from './debian-packages.js';
import type { Progress } from './progress.js';
import { runs } from './run-tool.js';

export interface StoreRoot {
  readonly root: string;
  /** PostgreSQL's programs, as seen from inside. */
  readonly postgresBin: string;
}

/** Only root can try it. Throws with what to do when they cannot be had. */
export async function findStoreRoot(cache: string, progress: Progress): Promise<StoreRoot> {
  const { root } = await debianTool({
    name: 'PostgreSQL and Redis with all that they need',
    packages: ['dash', 'postgresql', 'redis-server', 'coreutils', 'base-files', 'libc-bin'],
    whole: true,
    cache,
    progress,
    works: async (made) =>
      (await runs('chroot', [made.root, '/usr/bin/redis-server', '--version'])) &&
      runs('chroot', [made.root, `${binIn(made.root)}/postgres`, '--version']),
    otherwise: 'run this on Debian 12, as root',
  });
  return { root, postgresBin: binIn(root) };
}

/** Debian keeps each version in a place of its own; there is one. */
function binIn(root: string): string {
  const versions = '/usr/lib/postgresql';
  const [version = 'none'] = readdirSync(path.join(root, versions));
  return `${versions}/${version}/bin`;
}
