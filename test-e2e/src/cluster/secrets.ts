// What must survive upgrades byte by byte: every secret of the release (Hydra's chart replaces its own at each).
import type { KubeApi } from './api.js';
import { namespace, release } from './plan.js';

export type Secrets = Readonly<Record<string, string>>;

export async function secretsOf(api: KubeApi): Promise<Secrets> {
  const all = await api.list(`/api/v1/namespaces/${namespace}/secrets`);
  const own = all.filter(({ metadata: { name } }) => new RegExp(`^${release}-(?:secrets|ca|\\w+-tls)$`).test(name));
  return Object.fromEntries(
    own.flatMap(({ metadata, data = {} }) =>
      Object.entries(data).map(([key, value]): [string, string] => [`${metadata.name}/${key}`, value]),
    ),
  );
}

/** @returns how many values there are @throws with the names, and never the values, of those that differ */
export function expectSame(before: Secrets, after: Secrets): number {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const differing = names.filter((name) => before[name] !== after[name]);
  if (differing.length > 0) throw new Error(`not the same secrets any more: ${differing.join(', ')}`);
  if (names.length < 20) throw new Error(`these are all secrets: ${names.join(', ')}`);
  return names.length;
}
