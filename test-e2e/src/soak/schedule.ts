// What happens during a soak, and when: the faults of security §5, by the shares of its time that have gone.
import { catalogue } from '../faults/catalogue.js';
import type { During, Fault } from '../faults/fault.js';
import { nothing } from '../faults/fault.js';
import { rollOnce } from '../faults/faults-processes.js';

export interface Step {
  /** From 0 to 1, of the soak's time. */
  readonly at: number;
  readonly fault: Fault;
}

function ofCatalogue(id: string, words: string): Fault {
  const fault = catalogue.find((one) => one.id === id && one.how.includes(words));
  if (fault === undefined) throw new Error(`the catalogue has no ${id} with "${words}"`);
  return fault;
}

const restart = ofCatalogue('F05', 'PostgreSQL restarts');
const terminate = ofCatalogue('F05', 'pg_terminate_backend');
const flush = ofCatalogue('F10', 'FLUSHALL');
const roll: Fault = {
  id: 'F22',
  how: 'SIGTERM to each gateway, token and keys service in turn',
  may: nothing,
  inflict: (house, during: During) => rollOnce(house, during),
};

/** Long enough for a second round of restarts and something to be measured after it. */
const longMinutes = 5;

/** Restarts come early: whoever lives after them is the one whose heap is watched. */
export const schedule = (minutes: number): readonly Step[] => [
  { at: 0.02, fault: roll },
  ...(minutes < longMinutes ? [] : [{ at: 0.2, fault: roll }]),
  { at: 0.35, fault: flush },
  { at: 0.45, fault: terminate },
  { at: 0.6, fault: restart },
  { at: 0.7, fault: flush },
  { at: 0.8, fault: terminate },
  { at: 0.88, fault: restart },
];
