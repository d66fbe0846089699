// A release is taken away and installed again under its name: secrets, keys and what clients hold are as they were.
import http from 'node:http';
import type { Helm } from './helm.js';
import type { Node } from './node.js';
import type { Report } from './outcome.js';
import { ask } from './patient-client.js';
import { until } from './patience.js';
import { namespace, release } from './plan.js';
import { services, untilReady } from './pods.js';
import type { Secrets } from './secrets.js';
import { expectSame, secretsOf } from './secrets.js';
import type { Clients } from './under-load.js';
import { underLoad } from './under-load.js';

export interface Keeping {
  readonly node: Node;
  readonly helm: Helm;
  /** With which it is installed again. */
  readonly other: Helm;
  readonly clients: Clients;
  readonly before: Secrets;
  readonly found: Report;
  /** While nothing of the release runs. */
  meanwhile(): Promise<void>;
}

export async function keepsItsData({ node, helm, other, clients, before, found, meanwhile }: Keeping): Promise<void> {
  const keys = await keyIds(clients);
  await helm.run('uninstall', release, '--wait', '--timeout', '10m');
  await until('the end of all pods', 300, async () => {
    const selector = encodeURIComponent(`app.kubernetes.io/instance=${release}`);
    const left = await node.api.list(`/api/v1/namespaces/${namespace}/pods?labelSelector=${selector}`);
    return left.length === 0 ? true : undefined;
  });
  expectSame(before, await secretsOf(node.api));
  await meanwhile();
  await other.apply('install');
  for (const service of services) await untilReady(node.api, service, 2);
  found(`${String(expectSame(before, await secretsOf(node.api)))} values of secrets the same`);
  const again = await keyIds(clients);
  if (again !== keys) throw new Error(`the keys were ${keys} and are ${again}`);
  found('the same signing keys');
  // Their clients and refresh tokens are those of before.
  await underLoad(clients, found, async () => void (await new Promise((resolve) => setTimeout(resolve, 5_000))));
}

async function keyIds({ addresses }: Clients): Promise<string> {
  const agent = new http.Agent();
  const { body } = await ask(agent, { method: 'GET', url: `${addresses.issuer}/.well-known/jwks.json` });
  const { keys } = JSON.parse(body) as { readonly keys: readonly { readonly kid: string }[] };
  return keys
    .map(({ kid }) => kid)
    .sort()
    .join(' ');
}
