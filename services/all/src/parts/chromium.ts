// A browser for tests and benchmarks that click: CARDEA_CHROMIUM, what PATH has, else Debian's package unpacked privately.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Unpacked } from './debian-packages.js';
import { debianTool } from './debian-packages.js';
import type { Progress } from './progress.js';
import { onPath, runs } from './run-tool.js';

export interface Browser {
  readonly executablePath: string;
  readonly environment: Record<string, string>;
  /** Quiet on the network and content with a container: small /dev/shm, no GPU, no right to make a sandbox. */
  readonly args: string[];
}

const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--disable-quic',
  '--disable-sync',
  '--disable-background-networking',
  '--disable-component-update',
  '--no-first-run',
];

/** Throws with what to do when there is none to be had. */
export async function findChromium(options: { readonly cache: string; readonly progress: Progress }): Promise<Browser> {
  const named = process.env['CARDEA_CHROMIUM'];
  const found = named ?? onPath('chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable');
  if (found !== undefined && (named !== undefined || (await runs(found, ['--version'])))) {
    return { executablePath: found, environment: {}, args };
  }
  const cache = path.resolve(options.cache);
  const tool = await debianTool({
    name: 'Chromium',
    packages: ['chromium', 'fonts-dejavu-core'],
    cache,
    progress: options.progress,
    works: ({ root, environment }) => runs(program(root), ['--version'], environment),
    otherwise: 'install chromium, or name a browser with CARDEA_CHROMIUM',
  });
  return { executablePath: program(tool.root), environment: surroundings(tool, cache), args };
}

/** Not the script in usr/bin, which reads the system's settings. */
function program(root: string): string {
  return path.join(root, 'usr/lib/chromium/chromium');
}

/** Fonts and data of the private tree, in place of the system's. Written at each start, since the cache may have been moved. */
function surroundings({ root, environment }: Unpacked, cache: string): Record<string, string> {
  const home = path.join(cache, 'fonts');
  mkdirSync(home, { recursive: true });
  const file = path.join(home, 'fonts.conf');
  const directories = [path.join(root, 'usr/share/fonts'), '/usr/share/fonts'].map((each) => `<dir>${each}</dir>`);
  writeFileSync(file, `<fontconfig>${directories.join('')}<cachedir>${home}</cachedir></fontconfig>\n`);
  return { ...environment, FONTCONFIG_FILE: file, XDG_DATA_DIRS: `${path.join(root, 'usr/share')}:/usr/share` };
}
