// What must be true of an image of a service by its files and by what it says of itself (issues 7 and 9): who it runs as, and that
// nothing is in it that its service does not need.
import type { Stats } from 'node:fs';
import { lstatSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { entryPointOf } from '../compose-file.js';
import type { Image } from './store.js';

export interface Entry {
  /** From the image's root, with a slash first. */
  readonly path: string;
  readonly stat: Stats;
}

/** All that is in an image, directories too. */
export function entriesOf(image: Image): readonly Entry[] {
  const below = (directory: string): Entry[] =>
    readdirSync(path.join(image.files, directory)).flatMap((name) => {
      const place = path.posix.join(directory, name);
      const stat = lstatSync(path.join(image.files, place));
      return [{ path: place, stat }, ...(stat.isDirectory() ? below(place) : [])];
    });
  return below('/');
}

/** Megabytes of content, unpacked. */
export const sizeOf = (entries: readonly Entry[]): number =>
  entries.reduce((sum, { stat }) => sum + (stat.isFile() ? stat.size : 0), 0) / 1e6;

export const mostMegabytes = 130;

/** Shells and package managers, by the names under which they are started. */
const forbidden =
  /^(?:sh|a?sh|bash|dash|r?bash|zsh|ksh|busybox|toybox|apt|apt-get|aptitude|dpkg|rpm|apk|npm|npx|yarn|pnpm|corepack)(?:-cli\.js)?$/;
/** Node and what it is linked with; users; how names are resolved. */
const system =
  /^\/(?:usr\/local\/bin\/node|(?:usr\/)?lib(?:64)?\/.*\.so(?:\.\d+)*|etc\/(?:passwd|group|nsswitch\.conf))$/;
const packageAt = (name: string) => new RegExp(`/node_modules/${name}/`);
/** Who may hold the way to an HSM, to PostgreSQL and to Redis (ARCHITECTURE §3): others have not even the means. */
const drivers: readonly (readonly [RegExp, readonly string[]])[] = [
  [packageAt('pkcs11js'), ['keys', 'tools']],
  [packageAt('pg'), ['token', 'worker', 'keys', 'tools']],
  [packageAt('(?:ioredis|bullmq)'), ['token', 'worker', 'tools']],
];
const hsmLibrary = /softhsm|opensc|p11-kit|(?:pkcs11|cryptoki)[^/]*\.so/i;

/** @returns a sentence for each thing that is not as it should be */
export function findingsOf(image: Image, entries: readonly Entry[]): readonly string[] {
  const { target, config, created } = image;
  const files = entries.filter(({ stat }) => !stat.isDirectory());
  const listed = (what: string, found: readonly Entry[]) =>
    found.length === 0
      ? []
      : [
          `${what}: ${found
            .slice(0, 5)
            .map((entry) => entry.path)
            .join(', ')}`,
        ];
  const wrong = (what: string, isRight: boolean) => (isRight ? [] : [what]);
  const size = sizeOf(entries);
  return [
    ...wrong(`its user is ${config.User}`, config.User === '65532:65532'),
    ...wrong('it starts something else than the Dockerfile says', same(config.Entrypoint, entryPointOf(target))),
    ...wrong('it has no HEALTHCHECK', target === 'tools' || config.Healthcheck !== undefined),
    ...['title', 'licenses', 'description'].flatMap((name) =>
      wrong(`it has no label for its ${name}`, (config.Labels[`org.opencontainers.image.${name}`] ?? '') !== ''),
    ),
    ...wrong(`it was made at ${created}`, Date.parse(created) === 0),
    ...listed(
      'times of today',
      entries.filter(({ stat }) => stat.mtimeMs !== 0),
    ),
    ...listed(
      'shells or package managers',
      files.filter((file) => forbidden.test(path.basename(file.path))),
    ),
    ...listed(
      'neither ours nor Node',
      files.filter((file) => !file.path.startsWith('/app/') && !system.test(file.path)),
    ),
    ...listed(
      'with rights of their owner',
      files.filter(({ stat }) => (stat.mode & 0o6000) !== 0),
    ),
    ...listed(
      'that others may write',
      files.filter(({ stat }) => stat.isFile() && (stat.mode & 0o022) !== 0),
    ),
    ...listed(
      'libraries of an HSM',
      files.filter((file) => hsmLibrary.test(file.path)),
    ),
    ...drivers.flatMap(([driver, holders]) =>
      holders.includes(target)
        ? []
        : listed(
            'a driver that is not its own',
            files.filter((file) => driver.test(file.path)),
          ),
    ),
    ...wrong(`${size.toFixed(1)} MB are more than ${String(mostMegabytes)}`, size <= mostMegabytes),
  ];
}

const same = (a: readonly string[], b: readonly string[]) => JSON.stringify(a) === JSON.stringify(b);
