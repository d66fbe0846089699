// How scripts begin that need the built services: a Node that can read them, dependencies, a build; and how they end.
import path from 'node:path';
import { nodeProblem } from './node-version.mjs';

const say = (sentence) => void process.stderr.write(`${sentence}\n`);

/**
 * Sets the exit code: to what `run` answers, or 1 when it throws.
 *
 * @param {string} name the script's, which is what npm calls it
 * @param {(say: (sentence: string) => void) => Promise<number>} run
 */
export async function runBuilt(name, run) {
  try {
    const problem = nodeProblem();
    if (problem !== undefined) throw new Error(problem);
    // What follows is written in a JavaScript that older versions cannot even read.
    const [{ install }, { ensureBuilt }] = await Promise.all([import('../install.mjs'), import('./built.mjs')]);
    await install(say);
    await ensureBuilt(say);
    // Files are named from where the command was typed.
    if (process.env.npm_lifecycle_event === name) process.chdir(path.resolve(process.env.INIT_CWD || '.'));
    process.exitCode = await run(say);
  } catch (error) {
    say(`${name}: ${error.message}`);
    process.exitCode = 1;
  }
}
