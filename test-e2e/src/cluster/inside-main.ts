// Runs in the cluster's own namespaces: `inside-main.js PLAN BEGAN`. Starts the node, plays everything, and leaves the outcome beside
// the plan.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { startNode } from './node.js';
import { createSteps } from './outcome.js';
import type { Plan } from './plan.js';
import { play } from './play.js';
import { describeTrouble } from './pods.js';

const [file = '', began = ''] = process.argv.slice(2);
const plan = JSON.parse(readFileSync(file, 'utf8')) as Plan;
const steps = createSteps(Number(began));
const progress = (sentence: string) => void process.stderr.write(`         ${sentence}\n`);

/** Programs of a node are there once for all. */
const node = await steps.step('cluster', async (found) => {
  const started = await startNode(plan, progress);
  found(`one node, Kubernetes ${plan.kubernetes.version}, ready`);
  return started;
});
try {
  await play(plan, node, steps);
  const helm = `${plan.helm.version} (and ${plan.otherHelm.version})`;
  const versions = { Kubernetes: plan.kubernetes.version, helm, Node: process.versions.node };
  const outcome = { versions, processors: availableParallelism(), lines: steps.lines };
  writeFileSync(path.join(plan.directory, 'outcome.json'), JSON.stringify(outcome));
  process.stdout.write('all is as it should be\n');
  process.exit(0);
} catch (error) {
  process.stdout.write(`WRONG  ${(error as Error).message}\n`);
  const trouble = await describeTrouble(node.api).catch((cause: unknown) => String(cause));
  process.stderr.write(`${trouble}\n${lastWords(path.join(plan.directory, 'logs'))}`);
  process.exit(1);
}

/** What the parts of the node said in the end: they are gone with their directory. */
function lastWords(directory: string): string {
  return readdirSync(directory)
    .map((name) => `== ${name}\n${readFileSync(path.join(directory, name), 'utf8').split('\n').slice(-12).join('\n')}`)
    .join('\n');
}
