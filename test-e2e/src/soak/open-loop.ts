// Clients that come when they come, whether or not those before were answered: a Poisson stream of the errands of faults/load.ts.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Stage } from '../faults/load.js';
import { turn } from '../faults/load.js';

export interface OpenLoop {
  /** Errands that were begun so far. */
  begun(): number;
  /** Errands nobody went on because so many were under way. */
  skipped(): number;
  /** Settles when all that was begun is done. */
  stop(): Promise<void>;
}

/** Errands under way at once; more would only be a heap of our own. */
const most = 1_000;

export function startOpenLoop(stage: Stage, perSecond: number): OpenLoop {
  const underWay = new Set<Promise<void>>();
  let [begun, skipped, running] = [0, 0, true];
  const begin = () => {
    if (underWay.size >= most) {
      skipped++;
      return;
    }
    begun++;
    const errand = turn(stage).finally(() => underWay.delete(errand));
    underWay.add(errand);
  };
  const arrivals = (async () => {
    for (let due = performance.now(); running;) {
      due -= (Math.log(1 - stage.random()) * 1_000) / perSecond;
      const wait = due - performance.now();
      if (wait > 0) await sleep(wait);
      begin();
    }
  })();
  return {
    begun: () => begun,
    skipped: () => skipped,
    async stop() {
      running = false;
      await arrivals;
      await Promise.all(underWay);
    },
  };
}
