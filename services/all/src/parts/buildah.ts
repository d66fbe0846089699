// buildah, which builds images without a daemon: the one on PATH, else Debian's package unpacked privately.
import path from 'node:path';
import { debianTool } from './debian-packages.js';
import type { Progress } from './progress.js';
import { onPath, runs } from './run-tool.js';

/** Throws with what to do when there is none to be had. */
export async function findBuildah(
  cache: string,
  progress: Progress,
): Promise<{ readonly file: string; readonly environment: Readonly<Record<string, string>> }> {
  const installed = onPath('buildah');
  if (installed !== undefined && (await runs(installed, ['--version']))) return { file: installed, environment: {} };
  const program = (root: string): string => path.join(root, 'usr/bin/buildah');
  const { root, environment } = await debianTool({
    name: 'buildah',
    packages: ['buildah'],
    cache,
    progress,
    works: (unpacked) => runs(program(unpacked.root), ['--version'], unpacked.environment),
    otherwise: 'install buildah',
  });
  return { file: program(root), environment };
}
