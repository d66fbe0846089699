// Gathers what is logged within some milliseconds into one write: a system call a line was a sixth of the CPU of the services that
// face HTTP (ARCHITECTURE §9.10). Warnings and errors wait for nothing.

export interface LineWriter {
  write(lines: string): void;
}

/** With so much to write, nothing more is waited for. */
const mostChars = 64 * 1024;
/** What a process that is killed may leave unsaid of its ordinary doings. */
const patienceMillis = 10;
/** Lines of whom nobody needs to hear at once. */
const ordinary = /^\{"level":"(?:info|debug|trace)"/;

/**
 * @param destination writes at once
 * @param atExit calls what it is given when the process ends in whatever way it still notices
 */
export function gatherLines(
  destination: LineWriter,
  atExit: (flush: () => void) => void = (flush) => process.once('exit', flush),
): LineWriter {
  let waiting = '';
  let timer: NodeJS.Timeout | undefined;
  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    const lines = waiting;
    waiting = '';
    if (lines !== '') destination.write(lines);
  };
  atExit(flush);
  return {
    write(lines) {
      waiting += lines;
      if (waiting.length >= mostChars || !ordinary.test(lines)) flush();
      // Keeps no process alive: at its exit everything is written.
      else timer ??= setTimeout(flush, patienceMillis).unref();
    },
  };
}
