// A fixed piece of work whose CPU time says how fast this machine is right now; figures are compared by their ratio to it.
import { createHash } from 'node:crypto';

const document = JSON.stringify(Array.from({ length: 40 }, (_, index) => ({ index, name: `member ${String(index)}` })));

/** Hashing, parsing and writing text, about a millisecond of it, as a request does in small. */
function work(): number {
  let bytes = 0;
  for (let round = 0; round < 40; round++) {
    const parsed = JSON.parse(document) as unknown[];
    const text = JSON.stringify(parsed);
    bytes += createHash('sha256').update(text).digest().length + text.length;
  }
  return bytes;
}

/**
 * Runs the loop a number of times.
 *
 * @returns CPU microseconds of each
 */
export function calibrate(times: number): number[] {
  return Array.from({ length: times }, () => {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    return user + system;
  });
}

/**
 * How crowded the machine is: by the clock, how many times as long the loop takes as it has a CPU.
 *
 * @returns about 1 where nobody else wants one
 */
export function crowding(): number {
  const begun = performance.now();
  const micros = calibrate(200).reduce((sum, each) => sum + each, 0);
  return ((performance.now() - begun) * 1000) / micros;
}
