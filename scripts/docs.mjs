// `npm run docs [-- --out DIR]`: the pages of docs/ as a site that works from a file system.
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runBuilt } from './lib/run-built.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

await runBuilt('docs', async (say) => {
  const { values } = parseArgs({ options: { out: { type: 'string' } } });
  const { writeSite } = await import('./docs/site.mjs');
  const look = await import('../libs/pages/dist/index.js');
  const out = path.resolve(values.out ?? path.join(root, 'dist/docs'));
  const { pages, broken } = await writeSite(root, out, look);
  for (const each of broken) say(`dead link: ${each}`);
  process.stdout.write(`${pages} pages: open ${path.join(out, 'index.html')}\n`);
  return broken.length === 0 ? 0 : 1;
});
