// helm as an operator types it, against the cluster, with nothing of this machine's own settings.
import { runTool } from '@cardea/all';
import path from 'node:path';
import { root } from '../processes.js';
import type { Node } from './node.js';
import type { HelmProgram, Plan } from './plan.js';
import { namespace, release } from './plan.js';

export const chart = path.join(root, 'helm/cardea');

export interface Helm {
  readonly version: string;
  /** Runs it in the release's namespace. @returns what it says @throws with its last words */
  run(...words: readonly string[]): Promise<string>;
  /** Installs or upgrades, and waits until all is ready. @param more settings, `name=value` */
  apply(verb: 'install' | 'upgrade', ...more: readonly string[]): Promise<void>;
}

/** How long a busy machine may need until a dozen of pods is ready. */
const timeout = '15m';

export function createHelm(program: HelmProgram, plan: Plan, node: Node, values: string): Helm {
  const home = path.join(plan.directory, `helm-${program.version}`);
  const env = {
    ...process.env,
    ...{ HELM_CACHE_HOME: home, HELM_CONFIG_HOME: home, HELM_DATA_HOME: home, HELM_NO_PLUGINS: '1' },
    KUBECONFIG: node.kubeconfig,
  };
  const run: Helm['run'] = (...words) => runTool(program.file, ['--namespace', namespace, ...words], { env });
  return {
    version: program.version,
    run,
    async apply(verb, ...more) {
      const settings = more.flatMap((each) => ['--set', each]);
      await run(verb, release, chart, '--values', values, ...settings, '--wait', '--timeout', timeout);
    },
  };
}
