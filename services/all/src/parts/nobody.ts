// For servers that refuse to run as root: they run as nobody, with files where nobody can reach them. Where the clone is closed
// to others (as under /root), that is a place of ours in /var/tmp.
import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';

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
export function outsidePath(directory: string): string {
  const mark = createHash('sha256').update(path.resolve(directory)).digest('hex').slice(0, 16);
  return path.join('/var/tmp', `cardea-${mark}`);
}

/**
 * The directory of `outsidePath`, made if need be: all may pass, only root may write.
 *
 * Throws when it is somebody else's: anyone may create names in /var/tmp.
 */
export function claimOutside(directory: string): string {
  const place = outsidePath(directory);
  mkdirSync(place, { recursive: true, mode: 0o711 });
  if (!isOurs(place))
    throw new Error(`${place} belongs to someone else; remove it, or set CARDEA_HOME to another directory`);
  return place;
}

export function removeOutside(directory: string): void {
  const place = outsidePath(directory);
  if (isOurs(place)) rmSync(place, { recursive: true, force: true });
}

function isOurs(place: string): boolean {
  const stat = lstatSync(place, { throwIfNoEntry: false });
  return stat !== undefined && stat.isDirectory() && stat.uid === process.getuid?.() && (stat.mode & 0o022) === 0;
}
