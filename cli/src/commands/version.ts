// `cardea version`: what runs here, in Hydra's three lines.
import type { Command } from 'commander';
import { readFileSync } from 'node:fs';
import type { Surroundings } from '../main.js';

/** What the package says of itself; the last two are written when it is packed. */
interface Package {
  readonly version: string;
  readonly gitHead?: string;
  readonly packedAt?: string;
}

export function addVersionCommand(program: Command, { out }: Surroundings): void {
  program
    .command('version')
    .description('Say which version this is.')
    .action(() => {
      const {
        version,
        gitHead = 'unknown',
        packedAt = 'not packed',
      } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as Package;
      out(`Version:    ${version}\nGit Hash:   ${gitHead}\nBuild Time: ${packedAt}\nNode:       ${process.version}\n`);
    });
}
