// Progress on standard error: a line a step, with the seconds since the start.

/** @param write takes whole lines */
export function createProgress(write: (line: string) => void, now: () => number): (sentence: string) => void {
  const begun = now();
  return (sentence) => write(`${((now() - begun) / 1000).toFixed(1).padStart(6)} s  ${sentence}\n`);
}
