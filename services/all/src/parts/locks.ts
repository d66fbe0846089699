// Locks between processes that outlive nobody: a directory with one file named for its holder. A lock is taken by renaming a
// prepared directory onto it, which the file system refuses while a holder's file is inside; so no two ever hold it, and what
// a killed process left is cleared by unlinking exactly that process's file.
import {
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  rmdirSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Progress } from './progress.js';

export interface Lock {
  release(): void;
}

export interface Held {
  /** The process that has it. */
  readonly by: number;
}

const retryMillis = 100;
let prepared = 0;

/** Takes the lock, or tells who has it. */
export function tryLock(file: string): Lock | Held {
  mkdirSync(path.dirname(file), { recursive: true });
  const holder = `${process.pid}-${startOf(process.pid)}`;
  const own = `${file}.${process.pid}.${(prepared += 1)}`;
  rmSync(own, { recursive: true, force: true });
  mkdirSync(own);
  writeFileSync(path.join(own, holder), '');
  for (;;) {
    try {
      renameSync(own, file);
      return { release: () => release(file, holder) };
    } catch (error) {
      if (!['ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    }
    const by = clearDead(file);
    if (by !== undefined) {
      rmSync(own, { recursive: true });
      return { by };
    }
  }
}

/** Does the work while holding the lock, and waits for whoever holds it now. */
export async function withLock<T>(file: string, progress: Progress, work: () => Promise<T>): Promise<T> {
  let told = false;
  for (;;) {
    const lock = tryLock(file);
    if ('release' in lock) {
      try {
        return await work();
      } finally {
        lock.release();
      }
    }
    if (!told && lock.by !== process.pid) progress(`waiting for process ${lock.by}, which is at the same work`);
    told = true;
    await sleep(retryMillis);
  }
}

export function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It lives, but is somebody else's.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function release(file: string, holder: string): void {
  try {
    unlinkSync(path.join(file, holder));
    rmdirSync(file);
  } catch {
    // The next one has it already, or its whole directory is gone.
  }
}

/** The living holder; dead ones are removed. */
function clearDead(file: string): number | undefined {
  for (const holder of entries(file)) {
    const [pid, start] = holder.split('-') as [string, string];
    // A process that got the number of a dead one began at another time.
    if (alive(Number(pid)) && startOf(Number(pid)) === start) return Number(pid);
    rmSync(path.join(file, holder), { force: true });
  }
  return undefined;
}

function entries(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

/** When a process began, in the kernel's ticks; "0" where there is no /proc to ask, "dead" for one that only awaits burial. */
function startOf(pid: number): string {
  try {
    // The name in parentheses may hold spaces; the 20th field behind it is the start (proc(5)).
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? 'dead' : (fields[19] ?? '0');
  } catch {
    return '0';
  }
}
