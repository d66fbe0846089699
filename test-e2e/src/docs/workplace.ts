// Where the commands of a page are run: a directory that looks like the clone, commands by the names that pages use, ports of the
// demo in the place of the default ones.
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Demo } from '../demo.js';
import { root } from '../processes.js';

export interface Workplace {
  readonly directory: string;
  readonly env: NodeJS.ProcessEnv;
  /** The text of a page with the ports of the running demo. */
  moved(text: string): string;
  remove(): void;
}

/** Default ports, and the offset that each has in a demo of other ports; the last ones belong to what readers write. */
const offsets: Readonly<Partial<Record<string, number>>> = {
  ...{ 4444: 0, 4445: 1, 4450: 2, 4451: 3, 4460: 10, 4461: 11, 4462: 12, 4463: 13, 4464: 14, 3000: 20, 5555: 30 },
  ...{ 4446: 50, 3100: 51, 8080: 52, 6000: 53 },
};

/** @param person URL that opens addresses */
export function prepareWorkplace(demo: Demo, person: string): Workplace {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'cardea-docs-'));
  const clone = path.join(directory, 'clone');
  const bin = path.join(directory, 'bin');
  for (const each of [clone, bin]) mkdirSync(each);
  for (const name of readdirSync(root)) {
    if (!['.git', '.cardea', '.cache'].includes(name)) symlinkSync(path.join(root, name), path.join(clone, name));
  }
  // What the demo keeps is found where a demo in the clone keeps it.
  symlinkSync(demo.home, path.join(clone, '.cardea'));
  const base = Number(new URL(demo.public).port);
  const moved = (text: string) =>
    text.replace(/\b\d{4}\b/g, (port) => {
      const offset = offsets[port];
      return offset === undefined ? port : String(base + offset);
    });
  const tool = (name: string, text: string) => {
    writeFileSync(path.join(bin, name), `#!/bin/bash\n${text}\n`);
    chmodSync(path.join(bin, name), 0o755);
  };
  const cli = JSON.stringify(path.join(root, 'cli/bin/cardea.js'));
  // The default port of the relying party is a port like the others: every demo has its own.
  const port = `[[ "$1 $2" == 'perform authorization-code' && "$*" != *--port* ]] && set -- "$@" --port ${moved('4446')}`;
  tool('cardea', `${port}\nexec ${JSON.stringify(process.execPath)} ${cli} "$@"`);
  // As npx does for what is installed, without looking further.
  tool('npx', `name=$1; shift; [ "$name" = cardea ] || exit 127; exec cardea "$@"`);
  const hasCurl = (process.env['PATH'] ?? '').split(':').some((place) => existsSync(path.join(place, 'curl')));
  const standIn = path.join(root, 'test-e2e/src/docs/curl-stand-in.mjs');
  if (!hasCurl) tool('curl', `exec ${JSON.stringify(process.execPath)} ${JSON.stringify(standIn)} "$@"`);
  tool('xdg-open', `exec curl -s --data-urlencode "url=$1" ${person}`);
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    ...{ NODE_OPTIONS: '', HOME: directory, PATH: `${bin}:${process.env['PATH'] ?? ''}` },
    ...{ CARDEA_ADMIN_URL: demo.admin, CARDEA_PUBLIC_URL: demo.public },
  };
  return { directory: clone, env, moved, remove: () => rmSync(directory, { recursive: true, force: true }) };
}
