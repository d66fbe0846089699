// How scripts begin that mount, make networks and change roots: as root, on Linux, with a directory of their own and mounts that nobody
// else sees; and what is gone when they end, however that is.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { runBuilt } from './run-built.mjs';

/** The directory, for the process that is inside. */
const inside = 'CARDEA_ENCLOSED_IN';

/**
 * Sets the exit code: to what the main program answers, 1 when it throws, and 2 where it cannot be run at all.
 *
 * @param {object} script
 * @param {string} script.name what npm calls it
 * @param {string} script.does what only root may do, of all that it does: `mounts`
 * @param {(directory: string) => Promise<number>} script.run in a directory that is gone afterwards, with all that is mounted
 * @param {(directory: string) => void} [script.after] takes away what the kernel keeps beyond that
 */
export async function runEnclosed({ name, does, run, after }) {
  const directory = process.env[inside];
  if (directory !== undefined) {
    await runBuilt(name, () => run(directory));
    // Told to end, it may have tools at work still, which end with it.
    process.exit();
  }
  if (process.platform !== 'linux' || process.getuid?.() !== 0) {
    process.stderr.write(`${name}: ${does}, which only root may, on Linux: run it as root\n`);
    process.exitCode = 2;
    return;
  }
  await enclose(name, after);
}

async function enclose(name, after) {
  // Not /tmp: that may be memory, and images cannot lie on an overlay.
  const directory = mkdtempSync(`/var/tmp/cardea-${name.replace(':', '-')}-`);
  // Whatever is mounted from here on is seen by nobody else, and gone with the last process, however that ends.
  const words = ['--mount', '--propagation', 'private', process.execPath, ...process.argv.slice(1)];
  const child = spawn('unshare', words, { stdio: 'inherit', env: { ...process.env, [inside]: directory } });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => void child.kill(signal));
  process.exitCode = await new Promise((resolve) => {
    child.once('error', (error) => {
      process.stderr.write(`${name}: unshare (util-linux) cannot be run: ${error.message}\n`);
      resolve(2);
    });
    child.once('exit', (code) => resolve(code ?? 1));
  });
  after?.(directory);
  rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
}
