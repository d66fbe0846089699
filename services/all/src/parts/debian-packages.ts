// Debian packages unpacked into the cache by apt as any user may run it: with lists, archives and log of its own, nothing
// installed, no root, the system's sources and keys. Only what the system lacks is fetched; apt checks every signature.
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { withLock } from './locks.js';
import { once } from './once.js';
import type { Progress } from './progress.js';
import { onPath, runTool } from './run-tool.js';

export interface Unpacked {
  /** What would be `/` had they been installed. */
  readonly root: string;
  /** What its programs need in their environment. */
  readonly environment: Readonly<Record<string, string>>;
}

export interface DebianTool {
  /** As people call it. */
  readonly name: string;
  /** The first names the place in the cache. */
  readonly packages: readonly [string, ...string[]];
  /** With all that the packages need, be it on this system or not: a root to change into. */
  readonly whole?: true;
  readonly cache: string;
  readonly progress: Progress;
  /** What installing would have done beyond unpacking, as far as it is needed. */
  readonly finish?: (root: string) => void;
  /** Whether it runs here: a cache may have come from a machine with other libraries. */
  works(unpacked: Unpacked): Promise<boolean>;
  /** What to do where there is no apt: "install …, or set …". */
  readonly otherwise: string;
}

const reportMillis = 5_000;
const listsAgeMillis = 24 * 60 * 60 * 1000;

/** Fetches and unpacks it, once per cache. Throws with what to do instead when that cannot be. */
export async function debianTool(tool: DebianTool): Promise<Unpacked> {
  const place = path.join(tool.cache, 'debian', `${tool.packages[0]}-${release()}-${process.arch}`);
  try {
    const directory = await once({
      path: place,
      progress: tool.progress,
      works: (made) => tool.works(unpackedIn(made)),
      build: (partial) => withLock(path.join(tool.cache, 'apt.lock'), tool.progress, () => unpack(tool, partial)),
    });
    return unpackedIn(directory);
  } catch (error) {
    throw new Error(`${tool.name} cannot be had: ${(error as Error).message}. To go on, ${tool.otherwise}`, {
      cause: error,
    });
  }
}

async function unpack(tool: DebianTool, directory: string): Promise<void> {
  if (onPath('apt-get') === undefined || onPath('dpkg-deb') === undefined) {
    throw new Error('it is not on PATH, and this machine has no apt to fetch it with');
  }
  // Kept until all is unpacked, so that the next run goes on where this one was interrupted.
  const archives = path.join(tool.cache, 'apt', 'archives', path.basename(directory));
  mkdirSync(path.join(archives, 'partial'), { recursive: true });
  const apt = await prepareApt(tool.cache, tool.progress);
  await download(tool.whole === true ? knowingNothing(apt, archives) : apt, tool, archives);
  tool.progress(`unpacking ${tool.name}`);
  const root = path.join(directory, 'root');
  for (const name of readdirSync(archives).filter((each) => each.endsWith('.deb'))) {
    await runTool('dpkg-deb', ['-x', path.join(archives, name), root]);
  }
  tool.finish?.(root);
  rmSync(archives, { recursive: true, force: true });
}

type Apt = (...args: readonly string[]) => Promise<string>;

/** The same, as on a system on which nothing is installed. */
function knowingNothing(apt: Apt, archives: string): Apt {
  const status = path.join(archives, 'status');
  writeFileSync(status, '');
  return (...args) => apt('-o', `Dir::State::status=${status}`, ...args);
}

async function prepareApt(cache: string, progress: Progress): Promise<Apt> {
  const home = path.join(cache, 'apt');
  const lists = path.join(home, `lists-${release()}`);
  mkdirSync(path.join(lists, 'partial'), { recursive: true });
  const apt = aptOf(home, lists);
  const read = statSync(path.join(lists, 'read'), { throwIfNoEntry: false });
  if (read === undefined || Date.now() - read.mtimeMs > listsAgeMillis) {
    progress("reading the lists of Debian's packages");
    // A source that fails is not yet a failure: another may have the package.
    await apt('update').catch((error: unknown) => progress(`apt: ${(error as Error).message}`));
    if (!readdirSync(lists).some((name) => /_Packages(\.\w+)?$/.test(name))) {
      throw new Error('apt knows no packages: look at /etc/apt/sources.list and the network');
    }
    writeFileSync(path.join(lists, 'read'), '');
  }
  return apt;
}

/** apt-get with lists, archives and log of its own. @param cwd where it puts sources that it fetches */
export function aptOf(home: string, lists: string, cwd = home): Apt {
  const configuration = path.join(home, 'apt.conf');
  // Hooks that images for containers bring would clean the system's cache, which an ordinary user may not.
  const hooks = ['APT::Update', 'DPkg'].flatMap((each) => [`${each}::Pre-Invoke`, `${each}::Post-Invoke`]);
  const cleared = [...hooks, 'APT::Update::Post-Invoke-Success', 'DPkg::Pre-Install-Pkgs'];
  writeFileSync(configuration, cleared.map((each) => `#clear ${each};\n`).join(''));
  const settings = {
    'Dir::State::lists': lists,
    'Dir::Cache': home,
    'Dir::Cache::pkgcache': '',
    'Dir::Cache::srcpkgcache': '',
    'Dir::Log': home,
    'Debug::NoLocking': '1',
    'APT::Sandbox::User': '',
    'APT::Install-Recommends': '0',
    'Acquire::Languages': 'none',
    'Acquire::Retries': '3',
    'Acquire::http::Timeout': '30',
    'Acquire::https::Timeout': '30',
  };
  const options = Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  const env = { ...process.env, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive', APT_CONFIG: configuration };
  return (...args) => runTool('apt-get', [...options, '-qq', '-y', ...args], { env, cwd });
}

/** Fetches the packages and all they need that the system lacks; apt resumes a broken transfer. */
async function download(apt: Apt, tool: DebianTool, archives: string): Promise<void> {
  const into = ['-o', `Dir::Cache::archives=${archives}`];
  const wanted = [...into, '--reinstall', 'install', ...tool.packages];
  // What an interrupted run fetched before the lists changed must not be mixed in.
  await apt(...into, 'autoclean');
  const plan = await apt('--print-uris', ...wanted);
  const sizes = [...plan.matchAll(/^'[^']*' \S+ (\d+)/gm)].map(([, size]) => Number(size));
  const megabytes = Math.ceil(sizes.reduce((sum, size) => sum + size, 0) / 1e6);
  tool.progress(`fetching ${tool.name} from Debian's packages (${sizes.length} packages, ${megabytes} MB)`);
  const timer = setInterval(() => {
    tool.progress(`fetching ${tool.name}: ${Math.floor(bytesIn(archives) / 1e6)} of ${megabytes} MB`);
  }, reportMillis);
  try {
    await apt('--download-only', ...wanted);
  } finally {
    clearInterval(timer);
  }
}

function bytesIn(directory: string): number {
  const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const size = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  return files.reduce((sum, entry) => sum + size(path.join(entry.parentPath, entry.name)), 0);
}

/** As in "debian-12": what is unpacked for one release need not run on another. */
export function release(): string {
  if (!existsSync('/etc/os-release')) return process.platform;
  const text = readFileSync('/etc/os-release', 'utf8');
  const field = (name: string): string => new RegExp(`^${name}="?([\\w.-]+)`, 'm').exec(text)?.[1] ?? '';
  return `${field('ID')}-${field('VERSION_ID')}`;
}

function unpackedIn(directory: string): Unpacked {
  const root = path.join(directory, 'root');
  const above = process.env['LD_LIBRARY_PATH'];
  const libraries = [...libraryDirectories(root), ...(above === undefined ? [] : [above])];
  return { root, environment: { LD_LIBRARY_PATH: libraries.join(':') } };
}

function libraryDirectories(root: string): readonly string[] {
  if (!existsSync(root)) return [];
  const files = readdirSync(root, { recursive: true, withFileTypes: true });
  const shared = files.filter((entry) => !entry.isDirectory() && /\.so(\.[\d.]+)?$/.test(entry.name));
  return [...new Set(shared.map((entry) => entry.parentPath))].sort();
}
