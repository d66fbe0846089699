// Signals for processes that may have ended a moment ago, as PostgreSQL's do with each connection.

/** @throws for every other reason than that there is no such process any more */
export function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
