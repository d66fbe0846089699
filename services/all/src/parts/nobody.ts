// For servers that refuse to run as root: they run as nobody, with files where nobody can reach them. Where the clone is closed
// to others (as under /root), that is a place of ours in /var/tmp.
import { createHash } from 'node:crypto';
import { existsSync, lstatSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const outside = '/var/tmp';
const prefix = 'cardea-';
/** The file that tells whose the place is. */
const claim = 'directory';

/** The user and group that exist on every Linux and own nothing. */
export const nobody = { uid: 65534, gid: 65534 } as const;

export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** Whether everyone may pass through all directories down to this existing one. */
export function reachable(directory: string): boolean {
  const open = (statSync(directory).mode & 0o001) !== 0;
  const parent = path.dirname(directory);
  return open && (parent === directory || reachable(parent));
}

/** Where that which belongs to `directory` is kept outside of it. */
function outsidePath(directory: string): string {
  const mark = createHash('sha256').update(path.resolve(directory)).digest('hex').slice(0, 16);
  return path.join(outside, prefix + mark);
}

/**
 * The directory of `outsidePath`, made if need be: all may pass, only root may write.
 *
 * Throws when it is somebody else's: anyone may create names in /var/tmp.
 */
export function claimOutside(directory: string): string {
  sweep();
  const place = outsidePath(directory);
  mkdirSync(place, { recursive: true, mode: 0o711 });
  if (!isOurs(place)) {
    throw new Error(`${place} belongs to someone else; remove it, or set CARDEA_HOME to another directory`);
  }
  writeFileSync(path.join(place, claim), path.resolve(directory), { mode: 0o600 });
  return place;
}

/** Removes the places of directories that are gone, as after a clone was deleted, unless a server seems to run there. */
function sweep(): void {
  for (const name of readdirSync(outside).filter((each) => each.startsWith(prefix))) {
    const place = path.join(outside, name);
    const owner = path.join(place, claim);
    if (!isOurs(place) || !existsSync(owner) || existsSync(readFileSync(owner, 'utf8'))) continue;
    if (!existsSync(path.join(place, 'postgres', 'postmaster.pid'))) rmSync(place, { recursive: true, force: true });
  }
}

export function removeOutside(directory: string): void {
  const place = outsidePath(directory);
  if (isOurs(place)) rmSync(place, { recursive: true, force: true });
}

function isOurs(place: string): boolean {
  const stat = lstatSync(place, { throwIfNoEntry: false });
  return stat !== undefined && stat.isDirectory() && stat.uid === process.getuid?.() && (stat.mode & 0o022) === 0;
}
