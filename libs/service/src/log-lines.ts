// Gathers what is logged within one turn of the event loop into one write: a system call a line was a twentieth of the gateway's
// CPU (ARCHITECTURE §9.10).

export interface LineWriter {
  write(lines: string): void;
}

/** With so much to write, nothing more is waited for. */
const mostChars = 64 * 1024;

/**
 * @param destination writes at once
 * @param atExit calls what it is given when the process ends in whatever way it still notices
 */
export function gatherLines(
  destination: LineWriter,
  atExit: (flush: () => void) => void = (flush) => process.once('exit', flush),
): LineWriter {
  let waiting = '';
  const flush = (): void => {
    const lines = waiting;
    waiting = '';
    if (lines !== '') destination.write(lines);
  };
  atExit(flush);
  return {
    write(lines) {
      if (waiting === '') setImmediate(flush);
      waiting += lines;
      if (waiting.length >= mostChars) flush();
    },
  };
}
