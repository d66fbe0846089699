// `npm run test:cluster`: builds a Kubernetes, starts it in namespaces of its own, and does to the chart what operators do (issue 9, L2).
import { findChromium, findHelms, findKubernetes, findNodePrograms, runTool } from '@cardea/all';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { root } from '../processes.js';
import { findArchives } from './archives.js';
import { runEnclosed } from './namespaces.js';
import type { Plan } from './plan.js';
import { writePage } from './page.js';
import type { Outcome } from './outcome.js';

const help = `Usage: npm run test:cluster [-- --helm VERSION] [--write] [--keep-images] [--prepare]

Builds Kubernetes from Debian's source (once: a quarter of an hour, 2 GB), builds the images, starts a cluster of one node in namespaces of its
own, installs the chart with helm, and tests, upgrades, rolls back, disturbs, scales and reinstalls it under load; the last installation is
another helm's, and upgraded by this one. Root, on Debian 12.

  --helm VERSION   with this helm instead of the newest that is known here
  --write          write what came out into docs/kubernetes.md
  --keep-images    take the images of the last run, whatever has changed since
  --prepare        build what is kept in the cache, and start nothing

Ends with 1 when something does not hold.
`;

const began = Date.now();
const progress = (sentence: string) =>
  void process.stderr.write(`${String(Math.round((Date.now() - began) / 1000)).padStart(4)} s  ${sentence}\n`);

interface Options {
  readonly helm: string | undefined;
  readonly write: boolean;
  readonly keep: boolean;
  readonly prepare: boolean;
}

function optionsOf(argv: readonly string[]): Options | undefined {
  const helmAt = argv.indexOf('--helm');
  const helm = helmAt < 0 ? undefined : argv[helmAt + 1];
  const rest = argv.filter((_, index) => helmAt < 0 || (index !== helmAt && index !== helmAt + 1));
  if (helmAt >= 0 && helm === undefined) return undefined;
  if (rest.some((word) => !['--write', '--keep-images', '--prepare'].includes(word))) return undefined;
  const said = (word: string): boolean => rest.includes(word);
  return { helm, write: said('--write'), keep: said('--keep-images'), prepare: said('--prepare') };
}

/**
 * @param directory where it may put some gigabytes, which the caller removes, with the cgroups of its name
 * @returns the exit code: 0, 1 when something does not hold, 2 when the command line was wrong
 */
export async function main(argv: readonly string[], directory: string): Promise<number> {
  const options = optionsOf(argv);
  if (options === undefined) {
    process.stderr.write(help);
    return argv.includes('--help') ? 0 : 2;
  }
  const plan = await Promise.race([prepare(options, directory), interruption()]);
  if (options.prepare) return 0;
  // Some kernels have them as modules, which cannot be asked for from inside.
  for (const name of ['overlay', 'br_netfilter', 'nf_conntrack']) await runTool('modprobe', [name]).catch(() => '');
  const file = path.join(directory, 'plan.json');
  writeFileSync(file, JSON.stringify(plan));
  const inside = fileURLToPath(new URL('inside-main.js', import.meta.url));
  const enclosed = runEnclosed(directory, [process.execPath, inside, file, String(began)]);
  try {
    const code = await Promise.race([enclosed.ended, interruption()]);
    if (code === 0 && options.write) {
      const outcome = JSON.parse(readFileSync(path.join(directory, 'outcome.json'), 'utf8')) as Outcome;
      writePage(path.join(root, 'docs/kubernetes.md'), outcome);
      progress('docs/kubernetes.md says so');
    }
    return code;
  } finally {
    await enclosed.kill();
  }
}

/** Rejects when somebody wants this to end. */
const interruption = () =>
  new Promise<never>((_, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.once(signal, () => reject(new Error(`ended by ${signal}`)));
    }
  });

async function prepare({ helm, keep }: Options, directory: string): Promise<Plan> {
  const cache = path.join(root, '.cache');
  const programs = await findNodePrograms(cache, progress);
  const helms = await findHelms({ cache, progress });
  const known = Object.entries(helms).map(([version, file]) => ({ version, file }));
  const own = known.find(({ version }) => helm === undefined || version === helm);
  const other = known.find((each) => each !== own);
  if (own === undefined || other === undefined) {
    throw new Error(`there is no helm ${String(helm)}, but ${Object.keys(helms).join(' and ')}`);
  }
  const chromium = await findChromium({ cache, progress });
  const busybox = path.join(programs.root, 'bin/busybox');
  const archives = await findArchives({ cache, scratch: directory, busybox, keep, progress });
  const kubernetes = await findKubernetes(cache, progress);
  const cgroup = path.basename(directory);
  return { directory, cgroup, kubernetes, programs, helm: own, otherHelm: other, chromium, archives };
}
