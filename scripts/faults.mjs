// `npm run faults`: installs and builds what is missing, then kills parts under load and checks what clients were told
// (test-e2e/src/faults).
import path from 'node:path';
import { nodeProblem } from './lib/node-version.mjs';

const say = (sentence) => void process.stderr.write(`${sentence}\n`);

async function run() {
  const problem = nodeProblem();
  if (problem !== undefined) throw new Error(problem);
  // What follows is written in a JavaScript that older versions cannot even read.
  const [{ install }, { ensureBuilt }] = await Promise.all([import('./install.mjs'), import('./lib/built.mjs')]);
  await install(say);
  await ensureBuilt(say);
  const { main } = await import('../test-e2e/dist/faults/main.js');
  // Files are named from where the command was typed.
  if (process.env.npm_lifecycle_event === 'faults') process.chdir(path.resolve(process.env.INIT_CWD ?? '.'));
  return main(process.argv.slice(2));
}

try {
  process.exitCode = await run();
} catch (error) {
  say(`faults: ${error.message}`);
  process.exitCode = 1;
}
