// `npm test [-- [--only rules,storage,wire,browser] [paths] [jest options]]`: everything on real parts, nothing to prepare.
// Closes with `N passed, N failed` on a line of its own.
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { nodeProblem } from './lib/node-version.mjs';
import { watchPlaces } from './lib/leftovers.mjs';
import { groups, orderedFiles, readTestOrder, testFiles } from './lib/test-groups.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const say = (sentence) => void process.stderr.write(`${sentence}\n`);

const cores = os.availableParallelism();
/**
 * Groups that run together share parts and a run of jest. Suites without a demo wait most of their time, for a lease, a timeout
 * or a process that starts: one more than there are cores keeps those busy. Demos bring a dozen processes each: two suites.
 */
const runs = [
  { names: ['rules', 'storage', 'chart'], workers: Math.min(cores + 1, 8) },
  { names: ['wire', 'browser'], workers: 2 },
];

/** Downloads go on while tests run that do not need them; whoever does waits for them, and says what is wrong with them. */
async function fetchAhead(files, all, cache) {
  const options = { cache, progress: say };
  if (files.browser !== undefined) await all.findChromium(options).catch(() => undefined);
  if (files.wire !== undefined) await all.findPrometheus(options).catch(() => undefined);
}

/** Runs what was ordered and counts. */
async function test(order, signal) {
  const files = orderedFiles(testFiles(root), order);
  if (Object.keys(files).length === 0) throw new Error('no test file matches');
  const [{ install }, { ensureBuilt }] = await Promise.all([import('./install.mjs'), import('./lib/built.mjs')]);
  await install(say);
  await ensureBuilt(say);
  const [{ runJest }, { secondTry }, { partsFor }, all] = await Promise.all([
    import('./lib/jest-run.mjs'),
    import('./lib/second-try.mjs'),
    import('./lib/test-parts.mjs'),
    import('../services/all/dist/index.js'),
  ]);
  const total = { passed: 0, failed: 0, skipped: 0 };
  for (const { names, workers } of runs) {
    const those = names.filter((name) => files[name] !== undefined);
    if (those.length === 0 || signal.aborted) continue;
    for (const name of those) say(`\n== ${name}: ${groups[name]} (${files[name].length} files)`);
    const cache = path.join(root, '.cache');
    const chosen = those.flatMap((name) => files[name]);
    const parts = await partsFor(those, { root, all, cache, files: chosen, progress: say });
    if (those.includes('storage')) void fetchAhead(files, all, cache);
    try {
      const env = { ...process.env, ...parts.env };
      const once = (files, workers) => runJest({ root, files, options: order.options, workers, env, signal });
      const first = await once(chosen, workers);
      // Whoever works on a test shall see it fail; the machine that decides shall not be deceived by its own haste.
      const counted = process.env.CI === 'true' ? await secondTry(first, (failed) => once(failed, 1), say) : first;
      for (const key of Object.keys(total)) total[key] += counted[key];
    } finally {
      await parts.stop();
    }
  }
  return total;
}

const stop = new AbortController();
const newNames = watchPlaces();
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => stop.abort());

try {
  const problem = nodeProblem();
  if (problem !== undefined) throw new Error(problem);
  const order = readTestOrder(process.argv.slice(2));
  const { passed, failed, skipped } = await test(order, stop.signal);
  // On the machine that decides, a test that did not run proves nothing.
  const missing = process.env.CI === 'true' && !order.named ? skipped : 0;
  if (skipped > 0 && !order.named) say(`\n${skipped} skipped${missing > 0 ? ', which CI=true counts as failed' : ''}`);
  const stays = newNames();
  if (stays.length > 0) say(`\nnew since the tests began, and still there:\n  ${stays.join('\n  ')}`);
  process.stdout.write(`\n${passed} passed, ${failed + missing} failed\n`);
  process.exitCode = failed + missing === 0 && !stop.signal.aborted ? 0 : 1;
} catch (error) {
  process.stderr.write(`test: ${error.message}\n`);
  process.stdout.write('\n0 passed, 1 failed\n');
  process.exitCode = 1;
}
