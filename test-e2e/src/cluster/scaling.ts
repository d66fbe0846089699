// A service goes from one pod to three and back under load, each pod with a slice of a processor to itself, and what it gets done follows.
import type { Node } from './node.js';
import type { Report } from './outcome.js';
import type { Plan } from './plan.js';
import { readyPods, scale } from './pods.js';
import { slice } from './slices.js';
import type { Clients } from './under-load.js';
import { showTally, throughput, underLoad } from './under-load.js';

const measureMillis = 15_000;
/** Small enough that three of them together are not what the machine has. */
const share = 0.1;
/** Three do at least this much more than one, where the clients' few connections happen to be on two of them. */
const follows = 1.5;

export interface Scaling {
  readonly plan: Plan;
  readonly node: Node;
  readonly clients: Clients;
  readonly found: Report;
}

/** Leaves two, unbound. @throws when a request failed, or more pods did no more */
export async function scaleThere({ plan, node, clients, found }: Scaling, service: string): Promise<void> {
  const rates: number[] = [];
  for (const replicas of [1, 3, 1]) {
    await underLoad(clients, found, () => scale(node.api, service, replicas));
    slice(plan, await readyPods(node.api, service), share);
    const { rate, tally } = await throughput(clients, measureMillis);
    if (tally.failed.length > 0) throw new Error(showTally(tally) + tally.failed.slice(0, 3).join('\n'));
    rates.push(rate);
  }
  await scale(node.api, service, 2);
  slice(plan, await readyPods(node.api, service), undefined);
  const said = `${rates.map((rate) => rate.toFixed(0)).join(', ')} requests a second, with ${String(share)} processors a pod`;
  const [before = 0, more = 0, after = 0] = rates;
  if (more < follows * Math.max(before, after)) throw new Error(said);
  found(said);
}
