// SoftHSM with one token of our own, and the native half of pkcs11js to speak to it: what the keys service needs for its keys
// to be on an HSM.
import { randomInt } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { debianTool } from './debian-packages.js';
import { once } from './once.js';
import { prepareAddon } from './pkcs11-addon.js';
import type { Progress } from './progress.js';
import { onPath, runTool, runs } from './run-tool.js';

export interface HsmParts {
  /** The PKCS#11 library. */
  readonly library: string;
  readonly pin: string;
  readonly tokenLabel: string;
  /** For every process that loads the library. */
  readonly environment: Record<string, string>;
  /** softhsm2-util. */
  readonly utility: string;
}

export interface HsmOptions {
  /** The installation's state: the token and its PINs. */
  readonly directory: string;
  readonly cache: string;
  readonly progress: Progress;
}

const tokenLabel = 'cardea';

/** Undefined, after a sentence that says why, where it cannot be had. */
export async function prepareHsm(options: HsmOptions): Promise<HsmParts | undefined> {
  const cache = path.resolve(options.cache);
  try {
    const soft = await findSoftHsm(cache, options.progress);
    await prepareAddon(cache, options.progress);
    return await openToken(soft, options);
  } catch (error) {
    options.progress(`going on without SoftHSM: ${(error as Error).message}`);
    return undefined;
  }
}

interface SoftHsm {
  readonly library: string;
  readonly utility: string;
  readonly environment: Readonly<Record<string, string>>;
}

const libraries = [
  '/usr/lib/softhsm/libsofthsm2.so',
  `/usr/lib/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu/softhsm/libsofthsm2.so`,
  '/usr/lib64/softhsm/libsofthsm2.so',
  '/usr/lib64/pkcs11/libsofthsm2.so',
  '/usr/local/lib/softhsm/libsofthsm2.so',
  '/opt/homebrew/lib/softhsm/libsofthsm2.so',
];

async function findSoftHsm(cache: string, progress: Progress): Promise<SoftHsm> {
  const utility = onPath('softhsm2-util');
  const library = libraries.find((file) => existsSync(file));
  if (utility !== undefined && library !== undefined) return { utility, library, environment: {} };
  const tool = await debianTool({
    name: 'SoftHSM',
    packages: ['softhsm2'],
    cache,
    progress,
    works: async ({ root, environment }) => {
      const unpacked = within(root);
      return existsSync(unpacked.library) && (await runs(unpacked.utility, ['--version'], environment));
    },
    otherwise: 'install softhsm2, or give an HSM with HSM_LIBRARY, HSM_PIN and HSM_TOKEN_LABEL',
  });
  return { ...within(tool.root), environment: tool.environment };
}

/** Where Debian puts them. */
function within(root: string): { utility: string; library: string } {
  return {
    utility: path.join(root, 'usr/bin/softhsm2-util'),
    library: path.join(root, 'usr/lib/softhsm/libsofthsm2.so'),
  };
}

async function openToken(soft: SoftHsm, options: HsmOptions): Promise<HsmParts> {
  const home = await once({
    path: path.join(path.resolve(options.directory), 'softhsm'),
    progress: options.progress,
    build: (directory) => initialise(soft, directory, options.progress),
  });
  const pins = JSON.parse(readFileSync(path.join(home, 'pins.json'), 'utf8')) as { user: string };
  const environment = { ...soft.environment, SOFTHSM2_CONF: configure(home) };
  return { library: soft.library, utility: soft.utility, pin: pins.user, tokenLabel, environment };
}

async function initialise(soft: SoftHsm, directory: string, progress: Progress): Promise<void> {
  progress('creating a SoftHSM token');
  chmodSync(directory, 0o700);
  mkdirSync(path.join(directory, 'tokens'), { mode: 0o700 });
  const pins = { user: digits(), securityOfficer: digits() };
  writeFileSync(path.join(directory, 'pins.json'), JSON.stringify(pins), { mode: 0o600 });
  const env = { ...process.env, ...soft.environment, SOFTHSM2_CONF: configure(directory) };
  const access = ['--pin', pins.user, '--so-pin', pins.securityOfficer];
  // Named, or the utility may load the library of another installation.
  const args = ['--module', soft.library, '--init-token', '--free', '--label', tokenLabel, ...access];
  await runTool(soft.utility, args, { env });
}

/** Written at each start, since the directory may have been moved. */
function configure(home: string): string {
  const file = path.join(home, 'softhsm2.conf');
  const settings = [
    `directories.tokendir = ${path.join(home, 'tokens')}`,
    'objectstore.backend = file',
    'log.level = ERROR',
  ];
  writeFileSync(file, `${settings.join('\n')}\nslots.removable = false\n`, { mode: 0o600 });
  return file;
}

/** 16 random digits: what every token takes for a PIN. */
function digits(): string {
  return Array.from({ length: 16 }, () => randomInt(10)).join('');
}
