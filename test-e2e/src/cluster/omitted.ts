// Objects of the chart that this cluster is too old for: what a current one gets beyond what was installed here, by kind.
import { runTool } from '@cardea/all';
import { parseAllDocuments } from 'yaml';
import type { Helm } from './helm.js';
import { chart } from './helm.js';
import { release } from './plan.js';

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string };
}

const current = ['--kube-version', '1.34.0', '--api-versions', 'policy/v1,autoscaling/v2'];

/** @param values the file that the release was installed with */
export async function omittedKinds(helm: Helm, helmFile: string, values: string): Promise<string> {
  const there = new Set(namesOf(await helm.run('get', 'manifest', release)));
  const template = await runTool(helmFile, ['template', release, chart, '--values', values, ...current]);
  const missing = namesOf(template).filter((name) => !there.has(name) && !/-test$|-migrate-/.test(name));
  const counts = new Map<string, number>();
  for (const name of missing) {
    const [kind = ''] = name.split('/');
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return [...counts].map(([kind, count]) => `${String(count)} ${kind}`).join(', ') || 'nothing';
}

const namesOf = (text: string): string[] =>
  parseAllDocuments(text)
    .map((document) => document.toJS() as Manifest | null)
    .flatMap((each) => (each === null ? [] : [`${each.kind}/${each.metadata.name}`]));
