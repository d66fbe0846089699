// Makes one file that plain Node runs from a fixture of this room, for tests that need a second process.
import { build } from 'esbuild';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));

/** The cache that tests share with the demo, so that nothing is fetched twice. */
export const cache = path.resolve(here, '../../../../.cache');

/** @param name of the fixture, such as "launch.fixture.ts" */
export async function bundle(name: string, directory: string): Promise<string> {
  const outfile = path.join(directory, name.replace(/\.ts$/, '.mjs'));
  const entryPoints = [path.join(here, name)];
  await build({ entryPoints, outfile, bundle: true, format: 'esm', platform: 'node', logLevel: 'error' });
  return outfile;
}
