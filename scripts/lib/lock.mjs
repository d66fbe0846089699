// One script at a time installs or builds; the others wait. The lock is a directory with one file, named for its holder: it is
// taken by renaming a prepared directory onto it, which the file system refuses while a holder's file is inside, so a dead
// holder can be cleared away without ever touching a living one.
import { mkdirSync, readdirSync, renameSync, rmSync, rmdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(path.dirname(fileURLToPath(import.meta.url))));
const directory = path.join(root, '.cache', 'locks');

function alive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** The living holder; the files of dead ones are removed. */
function holderOf(place) {
  let names;
  try {
    names = readdirSync(place);
  } catch {
    return undefined;
  }
  for (const name of names) {
    if (alive(Number(name))) return Number(name);
    rmSync(path.join(place, name), { force: true });
  }
  return undefined;
}

/** Takes the lock, or answers who has it. */
function take(place) {
  const prepared = `${place}.${process.pid}`;
  mkdirSync(prepared, { recursive: true });
  writeFileSync(path.join(prepared, String(process.pid)), '');
  for (;;) {
    try {
      renameSync(prepared, place);
      return undefined;
    } catch (error) {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    }
    const holder = holderOf(place);
    if (holder === undefined) continue;
    rmSync(prepared, { recursive: true });
    return holder;
  }
}

function release(place) {
  rmSync(path.join(place, String(process.pid)));
  try {
    rmdirSync(place);
  } catch {
    // The next one has it already.
  }
}

/**
 * @template T
 * @param {string} name
 * @param {(sentence: string) => void} progress told once when there is somebody to wait for
 * @param {() => T | Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withScriptLock(name, progress, work) {
  mkdirSync(directory, { recursive: true });
  const place = path.join(directory, name);
  let told = false;
  for (let holder = take(place); holder !== undefined; holder = take(place)) {
    if (!told) progress(`waiting for process ${holder}, which does the same (${name})`);
    told = true;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  try {
    return await work();
  } finally {
    release(place);
  }
}
