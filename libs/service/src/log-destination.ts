// Where log lines go: a file descriptor that may be full, slow or gone. What it does not take is dropped and counted; the process goes
// on without a word rather than waiting for room (security F24, "log volume full").
import { writeSync } from 'node:fs';
import type { LineWriter } from './log-lines.js';

export interface LogDestination extends LineWriter {
  /** Lines it did not take, in all. */
  dropped(): number;
  /** Tells of each loss, in lines; those of before at once. */
  whenDropped(tell: (lines: number) => void): void;
}

/** How long a reader that is slow is waited for, once; lines are dropped from then on until it reads again. */
const patienceMillis = 1_000;
const pauseMillis = 10;

const sleep = (millis: number) => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, millis);

/**
 * @param descriptor standard output unless said otherwise
 * @param write as `fs.writeSync`: how many bytes were taken; throws with a `code`
 */
export function openDestination(
  descriptor = 1,
  write: (descriptor: number, bytes: Buffer, offset: number) => number = (to, bytes, offset) =>
    writeSync(to, bytes, offset),
): LogDestination {
  let dropped = 0;
  /** It took part of a line, so that the next one must not begin in its midst. */
  let torn = false;
  let impatient = false;
  let tell: (lines: number) => void = () => undefined;

  /** @returns how many bytes it took */
  const put = (bytes: Buffer): number => {
    let taken = 0;
    let waited = 0;
    while (taken < bytes.length) {
      try {
        taken += write(descriptor, bytes, taken);
        impatient = false;
      } catch (error) {
        const mayCome = (error as NodeJS.ErrnoException).code === 'EAGAIN';
        if (!mayCome || impatient || waited >= patienceMillis) {
          impatient = mayCome;
          return taken;
        }
        sleep(pauseMillis);
        waited += pauseMillis;
      }
    }
    return taken;
  };

  return {
    dropped: () => dropped,
    whenDropped(listener) {
      tell = listener;
      if (dropped > 0) tell(dropped);
    },
    write(lines) {
      const bytes = Buffer.from(torn ? `\n${lines}` : lines);
      const taken = put(bytes);
      if (taken === bytes.length) torn = false;
      else {
        // The break before it is no line.
        const lost = countLines(bytes.subarray(taken)) - (torn && taken === 0 ? 1 : 0);
        dropped += lost;
        tell(lost);
        if (taken > 0) torn = bytes[taken - 1] !== newLine;
      }
    },
  };
}

const newLine = 0x0a;

function countLines(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(newLine); at >= 0; at = bytes.indexOf(newLine, at + 1)) count++;
  return count;
}
