// `npm run bench`: installs and builds what is missing, then measures (bench/src/main.ts).
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { nodeProblem } from './lib/node-version.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const say = (sentence) => void process.stderr.write(`${sentence}\n`);

async function run() {
  const problem = nodeProblem();
  if (problem !== undefined) throw new Error(problem);
  // What follows is written in a JavaScript that older versions cannot even read.
  const [{ install }, { ensureBuilt }] = await Promise.all([import('./install.mjs'), import('./lib/built.mjs')]);
  await install(say);
  await ensureBuilt(say);
  const { main } = await import('../bench/dist/main.js');
  return main(process.argv.slice(2), async () => {
    const [{ prepareSlowHsm }, all] = await Promise.all([
      import('./lib/slow-hsm.mjs'),
      import('../services/all/dist/index.js'),
    ]);
    return prepareSlowHsm({ root, all, progress: say });
  });
}

try {
  process.exitCode = await run();
} catch (error) {
  say(`bench: ${error.message}`);
  process.exitCode = 1;
}
