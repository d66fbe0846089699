// Kubernetes for a test's own cluster: nobody packages its servers for Debian 12, but Debian has the source, with all that it is made
// of, and the Go that compiles it. Built once per cache; an interrupted build goes on where it was.
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import type { Unpacked } from './debian-packages.js';
import { debianTool, release } from './debian-packages.js';
import { unpackSource } from './debian-source.js';
import { renewLibrary } from './kubernetes-library.js';
import { once } from './once.js';
import type { Progress } from './progress.js';
import { runs, runTool } from './run-tool.js';

const version = '1.20.2';
const programs = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubelet', 'kube-proxy'] as const;
const reportMillis = 60_000;

/** What its scripts ask git for elsewhere. */
const versionFile = `KUBE_GIT_COMMIT=debian
KUBE_GIT_TREE_STATE=archive
KUBE_GIT_VERSION=v${version}
KUBE_GIT_MAJOR=1
KUBE_GIT_MINOR=20
`;

/** What make starts ends with it: compilers do not ask who still waits for them. */
const group = `trap 'trap - TERM; kill 0' TERM; "$@" & wait $!`;

export interface Kubernetes {
  readonly version: string;
  /** Where its five programs are. */
  readonly bin: string;
}

/** Throws with the reason when it cannot be built. Minutes and some 2 GB of the cache at the first time, 300 MB afterwards. */
export async function findKubernetes(cache: string, progress: Progress): Promise<Kubernetes> {
  const bin = await once({
    path: path.join(cache, `kubernetes-${version}-renewed-${release()}-${process.arch}`),
    progress,
    works: (directory) => runs(path.join(directory, 'kubelet'), ['--version']),
    build: (directory) => build(cache, progress, directory),
  });
  return { version, bin };
}

async function build(cache: string, progress: Progress, directory: string): Promise<void> {
  const work = path.join(cache, 'kubernetes-build');
  const tree = path.join(work, 'tree');
  const env = await builders(cache, progress, work);
  if (!existsSync(tree)) {
    const partial = `${tree}.partial`;
    rmSync(partial, { recursive: true, force: true });
    await unpackSource({ name: 'kubernetes', cache, progress, env }, partial);
    renameSync(partial, tree);
  }
  await renewLibrary(tree, cache, progress);
  writeFileSync(path.join(work, 'version'), versionFile);
  const home = path.join(tree, '.go/src/k8s.io');
  mkdirSync(home, { recursive: true });
  if (!existsSync(path.join(home, 'kubernetes'))) symlinkSync('../../..', path.join(home, 'kubernetes'));
  const began = Date.now();
  const minutes = () => `${((Date.now() - began) / 60_000).toFixed(0)} min`;
  progress(`building Kubernetes ${version} from Debian's source (a quarter of an hour of one core, once)`);
  const timer = setInterval(() => progress(`building Kubernetes: ${minutes()}`), reportMillis);
  try {
    // A dash goes to Go: who else works here keeps a processor.
    const what = [`-p=${Math.max(1, availableParallelism() - 1)}`, ...programs.map((name) => `cmd/${name}`)].join(' ');
    const words = ['sh', '-c', group, 'make', 'make', `WHAT=${what}`];
    await runTool('setsid', words, { cwd: tree, env: { ...env, GOPATH: path.join(tree, '.go') } });
  } finally {
    clearInterval(timer);
  }
  const places = ['_output/bin', '_output/local/bin/linux/amd64', '_output/local/bin/linux/arm64'];
  const made = places.map((place) => path.join(tree, place)).find((place) => existsSync(path.join(place, 'kubelet')));
  if (made === undefined) throw new Error(`make ended well, and left no kubelet below ${tree}/_output`);
  for (const name of programs) copyFileSync(path.join(made, name), path.join(directory, name));
  progress(`Kubernetes is built, in ${minutes()}`);
  rmSync(work, { recursive: true, force: true });
}

/** The environment in which its make finds Go, and everything else that a Debian without compilers lacks. */
async function builders(cache: string, progress: Progress, work: string) {
  const tool = await debianTool({
    name: 'Go, make and what unpacks sources',
    packages: ['golang-go', 'make', 'rsync', 'xz-utils', 'patch'],
    cache,
    progress,
    works: async (unpacked) => {
      const env = environmentOf(unpacked);
      const words = [
        ['go', 'version'],
        ['make', '--version'],
        ['rsync', '--version'],
        ['xz', '--version'],
        ['patch', '--version'],
      ];
      const ran = await Promise.all(words.map((each) => runs('env', each, env)));
      return ran.every((well) => well);
    },
    otherwise: 'run this where apt has golang-go, as on Debian 12',
  });
  for (const name of ['home', 'gocache']) mkdirSync(path.join(work, name), { recursive: true });
  return {
    ...process.env,
    ...environmentOf(tool),
    HOME: path.join(work, 'home'),
    GOCACHE: path.join(work, 'gocache'),
    // Without the clouds' own libraries and Docker's, which are half of what there is to compile.
    GOFLAGS: '-tags=providerless,dockerless',
    GO111MODULE: 'off',
    CGO_ENABLED: '0',
    KUBE_GIT_VERSION_FILE: path.join(work, 'version'),
  };
}

function environmentOf({ root, environment }: Unpacked): Record<string, string> {
  const go = path.join(root, 'usr/lib/go');
  const bin = path.join(root, 'usr/bin');
  return {
    ...environment,
    PATH: `${bin}:${process.env['PATH'] ?? ''}`,
    // Packages of the standard library are named by where they are, and a link is not.
    GOROOT: existsSync(go) ? realpathSync(go) : go,
  };
}
