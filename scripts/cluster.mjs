// `npm run test:cluster`: installs the chart on a Kubernetes of its own and does to it what operators do (test-e2e/src/cluster). Root
// and Linux only: it says so and ends with 2 elsewhere.
import { readdirSync, rmdirSync } from 'node:fs';
import path from 'node:path';
import { runEnclosed } from './lib/enclosed.mjs';

await runEnclosed({
  name: 'test:cluster',
  does: 'makes networks, mounts and cgroups',
  run: async (directory) => (await import('../test-e2e/dist/cluster/main.js')).main(process.argv.slice(2), directory),
  after: (directory) => removeCgroups(path.basename(directory)),
});

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
