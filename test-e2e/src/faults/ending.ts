// Ends something at the provider: asked for until it is acknowledged, now or later, because a client that got no answer does so.
import type { End, Span } from './history.js';
import { acknowledge } from './history.js';
import type { WorkingMemory } from './memory.js';

export interface Ending {
  /**
   * Asks once; what is not acknowledged is `unfinished` from then on.
   *
   * @param ends of whatever it ends, each with a list of its own
   * @param attempt settles with the acknowledgement, or undefined
   */
  (by: string, ends: readonly End[][], attempt: () => Promise<Span | undefined>): Promise<void>;
}

export function createEnding(memory: WorkingMemory): Ending {
  return async (by, ends, attempt) => {
    const mark: End = { by, sent: Date.now() };
    for (const each of ends) each.push(mark);
    const unfinished = {
      end: mark,
      async again() {
        const told = await attempt();
        if (told === undefined) return false;
        acknowledge(mark, told.answered);
        memory.unfinished.delete(unfinished);
        return true;
      },
    };
    memory.unfinished.add(unfinished);
    await unfinished.again();
  };
}
