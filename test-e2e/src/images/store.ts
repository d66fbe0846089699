// buildah over a store of our own: makes the image that the Dockerfile builds in, builds its targets, and shows what is in them.
import { findBuildRoot, findBuildah, runTool } from '@cardea/all';
import { copyFileSync, cpSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../processes.js';

/** What an image says of itself, as Docker has it. */
export interface ImageConfig {
  readonly User: string;
  readonly Env: readonly string[];
  readonly Entrypoint: readonly string[];
  readonly Labels: Readonly<Record<string, string>>;
  readonly Healthcheck?: { readonly Test: readonly string[] };
}

export interface Image {
  readonly target: string;
  readonly config: ImageConfig;
  /** When it says it was made. */
  readonly created: string;
  /** Where its files are mounted. */
  readonly files: string;
}

export interface Store {
  /** Builds one target of deploy/Dockerfile and mounts it. */
  build(target: string): Promise<Image>;
  /** An image of files that lie there already, by their directories. */
  assemble(name: string, order: Assembly): Promise<void>;
  /** Writes an image, built or assembled, as `docker load` takes it. @param reference under which it is loaded */
  save(name: string, reference: string, file: string): Promise<void>;
}

export interface Assembly {
  /** What is added to its root, one over the other. */
  readonly layers: readonly string[];
  readonly entrypoint: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

type Progress = (sentence: string) => void;
type Buildah = (verb: string, ...args: readonly string[]) => Promise<string>;

/** In a namespace for processes that ends with whoever waits for it (setpriv(1), unshare(1)). */
const alone = ['setpriv', '--pdeathsig', 'KILL', 'unshare', '--pid', '--fork', '--kill-child', '--mount-proc'];

const baseImage = 'localhost/cardea-build-base';

/** @param directory for the store, which may become some gigabytes @throws when the kernel or the network refuses something */
export async function openStore(directory: string, progress: Progress): Promise<Store> {
  const cache = path.join(root, '.cache');
  const buildah = await runner(directory, cache, progress);
  await makeBase(buildah, directory, cache, progress);
  const npmCache = (await runTool('npm', ['config', 'get', 'cache'])).trim();
  mkdirSync(npmCache, { recursive: true });
  const context = path.join(directory, 'context');
  takeContext(context);
  return {
    async build(target) {
      // Docker's format: the other one has no HEALTHCHECK. Times are 0, so that the same files are the same image.
      await buildah(
        ...[
          'bud',
          ...trusting(directory),
          '--isolation',
          'chroot',
          '--layers',
          '--format',
          'docker',
          '--timestamp',
          '0',
        ],
        ...['--build-arg', `BUILD=${baseImage}`, '--volume', `${npmCache}:/root/.npm`, '--target', target],
        ...['--file', path.join(context, 'deploy/Dockerfile'), '--tag', nameOf(target), context],
      );
      const name = nameOf(target);
      const said = JSON.parse(await buildah('inspect', '--type', 'image', name)) as {
        readonly Docker: { readonly created: string; readonly config: ImageConfig };
      };
      const container = await buildah('from', ...trusting(directory), name);
      const files = await buildah('mount', container);
      return { target, config: said.Docker.config, created: said.Docker.created, files };
    },
    async assemble(name, { layers, entrypoint, environment }) {
      const container = await buildah('from', 'scratch');
      for (const layer of layers) await buildah('add', container, layer, '/');
      const env = Object.entries(environment).flatMap(([key, value]) => ['--env', `${key}=${value}`]);
      await buildah('config', ...env, '--entrypoint', JSON.stringify(entrypoint), container);
      await buildah('commit', ...committing(directory), container, nameOf(name));
      await buildah('rm', container);
    },
    async save(name, reference, file) {
      const policy = ['--signature-policy', path.join(directory, 'policy.json')];
      await buildah('push', ...policy, nameOf(name), `docker-archive:${file}:${reference}`);
    },
  };
}

const nameOf = (target: string) => `localhost/cardea/${target}`;

/** The clone as it is now, for all targets alike; of what .dockerignore names, that which is large or secret is not even copied. */
function takeContext(directory: string): void {
  const left = new Set(['.git', '.cache', '.cardea', 'node_modules', 'dist', 'secrets']);
  cpSync(root, directory, { recursive: true, filter: (file) => file === root || !left.has(path.basename(file)) });
}

async function runner(directory: string, cache: string, progress: Progress): Promise<Buildah> {
  const { file, environment } = await findBuildah(cache, progress);
  const settings = path.join(directory, 'containers.conf');
  mkdirSync(directory, { recursive: true });
  writeFileSync(settings, '');
  writeFileSync(path.join(directory, 'registries.conf'), '');
  writeFileSync(path.join(directory, 'policy.json'), '{"default":[{"type":"insecureAcceptAnything"}]}');
  const place = (name: string) => path.join(directory, name);
  mkdirSync(place('tmp'), { recursive: true });
  // What the machine's owner has set for containers of his own says nothing here.
  const apart = { CONTAINERS_CONF: settings, CONTAINERS_STORAGE_CONF: '/dev/null', TMPDIR: place('tmp') };
  const env = { ...process.env, ...environment, ...apart };
  const own = ['--root', place('layers'), '--runroot', place('run'), '--storage-driver', 'overlay'];
  const flags = [...own, '--registries-conf', place('registries.conf')];
  const libraries = environment['LD_LIBRARY_PATH'];
  const found = libraries === undefined ? [] : await finding(libraries, directory);
  return async (verb, ...args) => {
    const words = [file, ...flags, verb, ...args];
    // Who is interrupted leaves no step of a build behind; everything else has to mount where we are.
    const [program = '', ...rest] = verb === 'bud' ? [...alone, ...found, ...words] : words;
    return (await runTool(program, rest, { env })).trim();
  };
}

/**
 * In a namespace for mounts: has programs find these libraries without our environment, as buildah starts itself anew for each step of a
 * build (ldconfig(8)).
 */
async function finding(libraries: string, directory: string): Promise<string[]> {
  const [list, cache] = [path.join(directory, 'ld.so.conf'), path.join(directory, 'ld.so.cache')];
  writeFileSync(list, ['include /etc/ld.so.conf', ...libraries.split(':'), ''].join('\n'));
  await runTool('/sbin/ldconfig', ['-X', '-f', list, '-C', cache]);
  return ['sh', '-c', 'mount --bind "$0" /etc/ld.so.cache && exec "$@"', cache];
}

/** No image is fetched, and none of ours is signed. */
const trusting = (directory: string) => ['--signature-policy', path.join(directory, 'policy.json'), '--pull-never'];

const committing = (directory: string) => [
  ...trusting(directory).slice(0, 2),
  ...['--format', 'docker', '--timestamp', '0'],
];

/** What the Dockerfile takes as `BUILD`: Debian, Node and npm, and how this machine's npm gets its packages. */
async function makeBase(buildah: Buildah, directory: string, cache: string, progress: Progress): Promise<void> {
  const { debian, node } = await findBuildRoot(cache, progress);
  progress('making the image to build in');
  const settings = path.join(directory, 'settings');
  const certificates = '/etc/ssl/certs/ca-certificates.crt';
  mkdirSync(path.join(settings, path.dirname(certificates)), { recursive: true });
  copyFileSync(certificates, path.join(settings, certificates));
  mkdirSync(path.join(settings, 'usr/local/etc'), { recursive: true });
  const registry = (await runTool('npm', ['config', 'get', 'registry'])).trim();
  writeFileSync(path.join(settings, 'usr/local/etc/npmrc'), `registry=${registry}\ncafile=${certificates}\n`);
  const container = await buildah('from', 'scratch');
  await buildah('add', container, debian, '/');
  await buildah('add', container, node, '/usr/local');
  await buildah('add', container, settings, '/');
  const path_ = 'PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin';
  await buildah('config', '--env', path_, '--env', `NODE_EXTRA_CA_CERTS=${certificates}`, container);
  await buildah('commit', ...committing(directory), container, baseImage);
  await buildah('rm', container);
}
