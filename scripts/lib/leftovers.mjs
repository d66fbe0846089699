// What tests left when they had ended: processes of theirs that still run, and names in the directories of the system.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const read = (file) => {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return ''; // It has ended meanwhile, or is somebody else's.
  }
};

/**
 * Processes whose environment names a directory, as that of everything started below a run of jest does. None where there
 * is no /proc.
 *
 * @returns {{ pid: number, command: string }[]}
 */
function processesWith(directory) {
  if (!existsSync('/proc')) return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => read(`/proc/${pid}/environ`).includes(directory))
    .filter((pid) => !/^\d+ \(.*\) [ZX]/s.test(read(`/proc/${pid}/stat`)))
    .map((pid) => ({ pid: Number(pid), command: read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim() }));
}

/**
 * Ends what still runs, after a while in which it may end by itself.
 *
 * @returns {Promise<string[]>} what had to be ended
 */
export async function endProcessesWith(directory, patienceMillis = 10_000) {
  for (const end = Date.now() + patienceMillis; Date.now() < end; await sleep(100))
    if (processesWith(directory).length === 0) return [];
  const left = processesWith(directory);
  for (const { pid } of left) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended by itself after all.
    }
  }
  return left.map(({ pid, command }) => `process ${String(pid)}: ${command}`);
}

/** Runs of jest and the parts around them have names of their own, and go when those end. */
const ours = /^(cardea-(?!jest-|test-)|playwright|org\.chromium)/;

/** Remembers which names of ours there are; the answer tells those that came since. */
export function watchPlaces(places = [...new Set([os.tmpdir(), '/var/tmp'])]) {
  const names = () =>
    places.filter(existsSync).flatMap((place) =>
      readdirSync(place)
        .filter((name) => ours.test(name))
        .map((name) => path.join(place, name)),
    );
  const before = new Set(names());
  return () => names().filter((name) => !before.has(name));
}
