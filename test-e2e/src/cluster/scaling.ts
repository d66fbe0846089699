// A service goes from one pod to three and back under load, and nobody's request fails for it. What it gets done is told, and follows only
// where pods have processors of their own: here everything runs on those of one machine.
import type { Node } from './node.js';
import type { Report } from './outcome.js';
import { scale } from './pods.js';
import type { Clients } from './under-load.js';
import { showTally, throughput, underLoad } from './under-load.js';

const measureMillis = 15_000;

export interface Scaling {
  readonly node: Node;
  readonly clients: Clients;
  readonly found: Report;
}

/** Leaves two. @throws when a request failed */
export async function scaleThere({ node, clients, found }: Scaling, service: string): Promise<void> {
  const rates: string[] = [];
  for (const replicas of [1, 3, 1]) {
    await underLoad(clients, found, () => scale(node.api, service, replicas));
    const { rate, tally } = await throughput(clients, measureMillis);
    if (tally.failed.length > 0) throw new Error(showTally(tally) + tally.failed.slice(0, 3).join('\n'));
    rates.push(rate.toFixed(0));
  }
  found(`${rates.join(', ')} requests a second`);
  await scale(node.api, service, 2);
}
