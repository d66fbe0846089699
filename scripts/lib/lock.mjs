// One script at a time installs or builds; others wait for it. A lock whose holder died is taken over.
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
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

/** Takes the lock, or answers who has it. */
function take(file) {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return undefined;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
  let holder;
  try {
    holder = Number(readFileSync(file, 'utf8'));
  } catch {
    // Released just now: the next try gets it.
    return 0;
  }
  // Empty for a moment while its holder writes its number.
  if (holder === 0 || alive(holder)) return holder;
  // Only one of several waiting processes can move the dead one's file away.
  const grave = `${file}.${process.pid}`;
  try {
    renameSync(file, grave);
    rmSync(grave);
  } catch {
    // Another one did.
  }
  return 0;
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
  const file = path.join(directory, name);
  let told = false;
  for (let holder = take(file); holder !== undefined; holder = take(file)) {
    if (!told && holder !== 0) progress(`waiting for process ${holder}, which does the same (${name})`);
    told ||= holder !== 0;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}
