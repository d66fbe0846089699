// `npm run test:cluster`: installs the chart on a Kubernetes of its own and does to it what operators do (test-e2e/src/cluster). Root
// and Linux only: it says so and ends with 2 elsewhere.
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, rmdirSync } from 'node:fs';
import path from 'node:path';
import { runBuilt } from './lib/run-built.mjs';

const inside = 'CARDEA_CLUSTER_INSIDE';
const own = process.argv.slice(2);
if (process.platform !== 'linux' || process.getuid?.() !== 0) {
  process.stderr.write(
    'test:cluster: makes networks, mounts and cgroups, which only root may, on Linux: run it as root\n',
  );
  process.exitCode = 2;
} else if (process.env[inside] === undefined) {
  // Not /tmp: that may be memory, and images cannot lie on an overlay.
  const directory = mkdtempSync('/var/tmp/cardea-cluster-');
  // Whatever is mounted from here on is seen by nobody else, and gone with the last process, however that ends.
  const words = ['--mount', '--propagation', 'private', process.execPath, ...process.argv.slice(1)];
  const child = spawn('unshare', words, { stdio: 'inherit', env: { ...process.env, [inside]: directory } });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => void child.kill(signal));
  process.exitCode = await new Promise((resolve) => {
    child.once('error', (error) => {
      process.stderr.write(`test:cluster: unshare (util-linux) cannot be run: ${error.message}\n`);
      resolve(2);
    });
    child.once('exit', (code) => resolve(code ?? 1));
  });
  removeCgroups(path.basename(directory));
  rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
} else {
  await runBuilt('test:cluster', async () =>
    (await import('../test-e2e/dist/cluster/main.js')).main(own, process.env[inside]),
  );
  // Told to end, it may have tools at work still, which end with it.
  process.exit();
}

/** Those of a cluster that is over: the kernel keeps them for whoever made them. */
function removeCgroups(name) {
  const home = '/sys/fs/cgroup';
  const below = (directory) => {
    try {
      for (const entry of readdirSync(directory, { withFileTypes: true })) {
        if (entry.isDirectory()) below(path.join(directory, entry.name));
      }
      rmdirSync(directory);
    } catch (error) {
      if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') {
        process.stderr.write(`test:cluster: ${directory} is left behind: ${error.message}\n`);
      }
    }
  };
  for (const hierarchy of [home, ...readdirSync(home).map((each) => path.join(home, each))]) {
    below(path.join(hierarchy, name));
  }
}
