// Preloaded into every process of a demo (`node --import`): when the demo is gone, however it went, they end too. The sign
// is the end of standard input, a pipe whose other side only the demo holds.

/** A drain is polite; past this nobody is left to wait for it. */
const patienceMillis = 8_000;

process.stdin.on('error', () => undefined);
process.stdin.on('close', () => {
  setTimeout(() => process.exit(1), patienceMillis).unref();
  process.kill(process.pid, 'SIGTERM');
});
process.stdin.resume();
// A process that has done its work need not wait for its parent.
(process.stdin as Partial<{ unref(): void }>).unref?.();
