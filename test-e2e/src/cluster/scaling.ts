// A service goes from one pod to three and back under load, and what it gets done follows: each pod has a slice of a processor to itself,
// and is asked for what is its own work and next to nobody else's, so that nothing else is the bound.
import type { Lane, Turn } from './load.js';
import { getDiscovery, getToken } from './load.js';
import type { Node } from './node.js';
import type { Report } from './outcome.js';
import type { Plan } from './plan.js';
import { readyPods, scale } from './pods.js';
import { withSlices } from './slices.js';
import type { Clients } from './under-load.js';
import { throughput, underLoad } from './under-load.js';

/** Programs are slow until their compiler has seen them at work, and callers look for new pods every five seconds. */
const warmMillis = 20_000;
const measureMillis = 10_000;
/** Three do at least this much more than one did before, or does after them. */
const follows = 1.5;
/** One alone has used up its slice in more of the time than this, or something else was the bound and the comparison says nothing. */
const bound = 0.5;
/**
 * For each pod, of each client: several at once, on connections of their own, so that something waits whenever a pod's slice begins. More
 * pods get more to do: what comes together is done together, and cheaper, so that the same clients, spread thinner, would get little more.
 */
const lanesEach = 8;

interface Order {
  readonly turn: Turn;
  /**
   * Of a processor, for each pod: twice of what a new one needs that nobody asks (a gateway 0.01 to 0.015, a token pod up to 0.025), and so
   * little that three of them, and what others do for them, are less than a busy machine has left.
   */
  readonly share: number;
}

/** What is a service's own work and next to nobody else's. */
const orders = {
  /** A document that it holds ready: it asks nobody. */
  gateway: { turn: getDiscovery, share: 0.04 },
  /** Opaque ones: nobody signs. */
  token: { turn: getToken, share: 0.05 },
} satisfies Record<string, Order>;

export const scaled = Object.keys(orders) as readonly (keyof typeof orders)[];

export interface Scaling {
  readonly plan: Plan;
  readonly node: Node;
  readonly clients: Clients;
  readonly found: Report;
}

/** Leaves two, unbound. @throws when a request failed, or three pods did not do more than one */
export async function scaleThere(scaling: Scaling, service: keyof typeof orders): Promise<void> {
  const { plan, node, clients, found } = scaling;
  const { turn, share } = orders[service];
  const rates: number[] = [];
  const held: number[] = [];
  for (const replicas of [1, 3, 1]) {
    await underLoad(clients, found, () => scale(node.api, service, replicas));
    const lanes: readonly Lane[] = Array.from({ length: replicas * lanesEach }, () => clients.lanes).flat();
    const work = { ...clients, lanes, turn };
    await throughput(work, warmMillis);
    const sliced = await withSlices(plan, await readyPods(node.api, service), share, () =>
      throughput(work, measureMillis),
    );
    rates.push(sliced.result);
    held.push(sliced.held);
  }
  await scale(node.api, service, 2);
  const [one = 0, three = 0, again = 0] = rates;
  const [first = 0, , last = 0] = held;
  const inWhole = (numbers: readonly number[]): string => numbers.map((each) => each.toFixed(0)).join(', ');
  const bounded = `${String(share)} of a processor for each pod, used up in ${inWhole(held.map((part) => part * 100))} % of the time`;
  const told = `${inWhole(rates)} requests a second with ${bounded}`;
  if (Math.min(first, last) < bound) throw new Error(`something else was the bound: ${told}`);
  if (three < follows * Math.max(one, again)) throw new Error(`what is done does not follow: ${told}`);
  found(told);
}
