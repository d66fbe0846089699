// `npm run demo`: installs and builds what is missing, then starts everything (ARCHITECTURE §8, §11).
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { nodeProblem } from './lib/node-version.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const say = (sentence) => void process.stderr.write(`          ${sentence}\n`);

async function demo() {
  const problem = nodeProblem();
  if (problem !== undefined) throw new Error(problem);
  // What follows is written in a JavaScript that older versions cannot even read.
  const [{ install }, { ensureBuilt }] = await Promise.all([import('./install.mjs'), import('./lib/built.mjs')]);
  await install(say);
  await ensureBuilt(say);
  const { runDemo } = await import('../services/all/dist/index.js');
  return runDemo({ root, argv: process.argv.slice(2), env: process.env });
}

try {
  process.exitCode = await demo();
} catch (error) {
  process.stderr.write(`demo: ${error.message}\n`);
  process.exitCode = 1;
}
