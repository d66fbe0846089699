// `npm run test:images`: builds the images of deploy/Dockerfile, looks into them, and logs in at what they start
// (test-e2e/src/images). Root and Linux only: it says so and ends with 2 elsewhere.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { runBuilt } from './lib/run-built.mjs';

const inside = 'CARDEA_IMAGES_INSIDE';
const own = process.argv.slice(2);
if (process.platform !== 'linux' || process.getuid?.() !== 0) {
  process.stderr.write('test:images: mounts and changes roots, which only root may, on Linux: run it as root\n');
  process.exitCode = 2;
} else if (process.env[inside] === undefined) {
  // Not /tmp: that may be memory, and the store cannot lie on an overlay.
  const directory = mkdtempSync('/var/tmp/cardea-images-');
  // Whatever is mounted from here on is seen by nobody else, and gone with the last process, however that ends.
  const words = ['--mount', '--propagation', 'private', process.execPath, ...process.argv.slice(1)];
  const child = spawn('unshare', words, { stdio: 'inherit', env: { ...process.env, [inside]: directory } });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => void child.kill(signal));
  process.exitCode = await new Promise((resolve) => {
    child.once('error', (error) => {
      process.stderr.write(`test:images: unshare (util-linux) cannot be run: ${error.message}\n`);
      resolve(2);
    });
    child.once('exit', (code) => resolve(code ?? 1));
  });
  rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
} else {
  await runBuilt('test:images', async () =>
    (await import('../test-e2e/dist/images/main.js')).main(own, process.env[inside]),
  );
  // Told to end, it may have tools at work still, which end with it.
  process.exit();
}
