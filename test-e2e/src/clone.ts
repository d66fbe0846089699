// A clone of this tree, as a newcomer makes one: what git has and nothing else, with the packages that are installed here in the
// place of those that npm would fetch once more.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { root } from './processes.js';

/** What git does not keep (.gitignore), for machines where it is not at hand. */
const ignored = /^(?:node_modules|dist|coverage|\.git|\.cache|\.cardea)$|\.tsbuildinfo$/;
/** Of the cache, what a clone makes by itself. */
const own = ['built', 'locks'];

/** @param target a directory that does not exist yet */
export function cloneTree(target: string): void {
  if (!clonedByGit(target))
    cpSync(root, target, { recursive: true, filter: (file) => !ignored.test(path.basename(file)) });
  linkPackages(target);
  linkAll(path.join(root, '.cache'), path.join(target, '.cache'), (name) => !own.includes(name));
}

function clonedByGit(target: string): boolean {
  if (!existsSync(path.join(root, '.git'))) return false;
  try {
    execFileSync('git', ['clone', '--quiet', root, target], { stdio: 'ignore' });
    return true;
  } catch {
    // There is no git here, or the tree is somebody else's and git will not read it.
    return false;
  }
}

/** Our own packages are the clone's; all others are those of this tree. */
function linkPackages(target: string): void {
  const [from, to] = [path.join(root, 'node_modules'), path.join(target, 'node_modules')];
  linkAll(from, to, (name) => name !== '@cardea' && !name.startsWith('.cardea'));
  cpSync(path.join(from, '@cardea'), path.join(to, '@cardea'), { recursive: true, verbatimSymlinks: true });
  // As scripts/install.mjs leaves it behind.
  const lock = readFileSync(path.join(target, 'package-lock.json'));
  writeFileSync(path.join(to, '.cardea-installed'), createHash('sha256').update(lock).digest('hex'));
}

function linkAll(from: string, to: string, wanted: (name: string) => boolean): void {
  if (!existsSync(from)) return;
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(from).filter(wanted)) {
    const kind = lstatSync(path.join(from, name)).isDirectory() ? 'dir' : 'file';
    symlinkSync(path.join(from, name), path.join(to, name), kind);
  }
}
