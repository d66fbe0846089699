// The images that the cluster runs, as archives in the cache: those of deploy/Dockerfile, one with PostgreSQL and Redis for the chart's
// own pair, and one for what holds a pod's namespaces. Built anew when what goes into them has changed.
import { findStoreRoot } from '@cardea/all';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { deployed } from '../compose-file.js';
import type { Store } from '../images/store.js';
import { openStore } from '../images/store.js';
import { root } from '../processes.js';

export interface Archives {
  /** Where they are, one a file. */
  readonly directory: string;
  /** What nodes of the cluster run beside Cardea. */
  readonly stores: string;
  readonly pause: string;
  /** Of Cardea's own. */
  readonly tag: string;
}

type Progress = (sentence: string) => void;

export const registry = 'localhost/';
const tag = 'before';
const reference = (name: string, its: string) => `${registry}cardea/${name}:${its}`;

/** What an image is made from. */
const sources = ['libs', 'services', 'cli', 'proto', 'deploy/Dockerfile', 'package.json', 'package-lock.json'];
const scripts = [
  'test-e2e/src/images/store.ts',
  'scripts/build.mjs',
  'scripts/addon.mjs',
  'scripts/tree.mjs',
  'scripts/lib/reached.mjs',
];

/** @param options.keep takes what an earlier run built, whatever has changed since */
export async function findArchives(options: {
  readonly cache: string;
  readonly scratch: string;
  readonly busybox: string;
  readonly keep: boolean;
  readonly progress: Progress;
}): Promise<Archives> {
  const { cache, scratch, busybox, keep, progress } = options;
  const home = path.join(cache, 'cluster-images');
  mkdirSync(home, { recursive: true });
  const whole = readdirSync(home).filter((name) => !name.endsWith('.partial'));
  const wanted = (keep ? whole[0] : undefined) ?? fingerprint();
  const place = path.join(home, wanted);
  if (!existsSync(place)) {
    const partial = `${place}.partial`;
    for (const name of readdirSync(home)) rmSync(path.join(home, name), { recursive: true });
    mkdirSync(partial);
    const store = await openStore(path.join(scratch, 'store'), progress);
    await buildServices(store, partial, progress);
    await buildOthers(store, partial, { cache, scratch, busybox, progress });
    renameSync(partial, place);
  }
  return { directory: place, stores: reference('stores', '1'), pause: reference('pause', '1'), tag };
}

async function buildServices(store: Store, directory: string, progress: Progress): Promise<void> {
  for (const [, target = ''] of deployed('Dockerfile').matchAll(/^FROM base AS (\S+)$/gm)) {
    progress(`building the image ${target}`);
    await store.build(target);
    await store.save(target, reference(target, tag), path.join(directory, `${target}.tar`));
  }
}

interface Others {
  readonly cache: string;
  readonly scratch: string;
  readonly busybox: string;
  readonly progress: Progress;
}

async function buildOthers(store: Store, directory: string, { cache, scratch, busybox, progress }: Others) {
  const stores = await findStoreRoot(cache, progress);
  progress('building the images stores and pause');
  const [own, pause] = [path.join(scratch, 'stores'), path.join(scratch, 'pause')];
  mkdirSync(path.join(own, 'etc'), { recursive: true });
  mkdirSync(path.join(own, 'usr/local/bin'), { recursive: true });
  mkdirSync(pause, { recursive: true });
  writeFileSync(path.join(own, 'etc/passwd'), 'root:x:0:0::/:/bin/sh\nstore:x:999:999::/tmp:/bin/sh\n');
  writeFileSync(path.join(own, 'etc/group'), 'root:x:0:\nstore:x:999:\n');
  writeFileSync(path.join(own, 'usr/local/bin/entrypoint'), entrypoint, { mode: 0o755 });
  copyFileSync(busybox, path.join(pause, 'busybox'));
  await store.assemble('stores', {
    layers: [stores.root, own],
    entrypoint: ['/usr/local/bin/entrypoint'],
    environment: { PATH: `${stores.postgresBin}:/usr/local/bin:/usr/bin:/bin` },
  });
  await store.assemble('pause', { layers: [pause], entrypoint: ['/busybox', 'sleep', '2000000000'], environment: {} });
  for (const name of ['stores', 'pause']) {
    await store.save(name, reference(name, '1'), path.join(directory, `${name}.tar`));
  }
}

/** What the chart expects of the official image of PostgreSQL, and no more. */
const entrypoint = `#!/bin/sh
set -eu
if [ ! -d "$PGDATA" ]; then
  rm -rf "$PGDATA.new"
  initdb -D "$PGDATA.new" -U "$POSTGRES_USER" --pwfile="$POSTGRES_PASSWORD_FILE" -A scram-sha-256 --no-locale -E UTF8
  echo 'host all all all scram-sha-256' >> "$PGDATA.new/pg_hba.conf"
  echo "CREATE DATABASE $POSTGRES_DB" | postgres --single -D "$PGDATA.new" postgres
  mv "$PGDATA.new" "$PGDATA"
fi
exec postgres -D "$PGDATA" -c listen_addresses='*'
`;

function fingerprint(): string {
  const hash = createHash('sha256').update(entrypoint);
  for (const file of [...sources, ...scripts].flatMap((place) => filesOf(path.join(root, place)))) {
    hash.update(path.relative(root, file)).update(readFileSync(file));
  }
  return hash.digest('hex').slice(0, 16);
}

function filesOf(place: string): string[] {
  const left = /^(?:dist|node_modules|.*\.(?:test|fixture)\.ts|.*\.md)$/;
  try {
    return readdirSync(place, { withFileTypes: true })
      .filter(({ name }) => !left.test(name))
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .flatMap((entry) => filesOf(path.join(place, entry.name)));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return [place];
    throw error;
  }
}
