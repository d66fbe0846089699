// `npm run test:failover`: installs and builds what is missing, then loses the PostgreSQL primary under load
// (test-e2e/src/failover).
import { nodeProblem } from './lib/node-version.mjs';

const say = (sentence) => void process.stderr.write(`${sentence}\n`);

async function run() {
  const problem = nodeProblem();
  if (problem !== undefined) throw new Error(problem);
  // What follows is written in a JavaScript that older versions cannot even read.
  const [{ install }, { ensureBuilt }] = await Promise.all([import('./install.mjs'), import('./lib/built.mjs')]);
  await install(say);
  await ensureBuilt(say);
  const { main } = await import('../test-e2e/dist/failover/main.js');
  return main(process.argv.slice(2));
}

try {
  process.exitCode = await run();
} catch (error) {
  say(`failover: ${error.message}`);
  process.exitCode = 1;
}
