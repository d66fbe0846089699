// `npm run docs [-- --out DIR]`: the pages of docs/ as a site that works from a file system.
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { install } from './install.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const say = (sentence) => void process.stderr.write(`${sentence}\n`);

try {
  const { values } = parseArgs({ options: { out: { type: 'string', default: 'dist/docs' } } });
  await install(say);
  const { ensureBuilt } = await import('./lib/built.mjs');
  await ensureBuilt(say);
  const { writeSite } = await import('./docs/site.mjs');
  const look = await import('../libs/pages/dist/index.js');
  const out = path.resolve(root, values.out);
  const { pages, broken } = await writeSite(root, out, look);
  for (const each of broken) say(`dead link: ${each}`);
  process.stdout.write(`${pages} pages: open ${path.join(out, 'index.html')}\n`);
  process.exitCode = broken.length === 0 ? 0 : 1;
} catch (error) {
  say(`docs: ${error.message}`);
  process.exitCode = 1;
}
