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

/** Long enough for a second round of restarts. */
const longMinutes = 5;

/**
 * From this share of a soak's time on heaps count: by then each process has had a third of it since it was restarted, and all that still
 * happens to it has happened once. In half an hour that is the quarter of one after which the leak rule of security §5 begins.
 */
export const countedFrom = 0.5;

/** Restarts come early: whoever lives after them is the one whose heap is watched. */
export const schedule = (minutes: number): readonly Step[] => [
  { at: 0.02, fault: roll },
  ...(minutes < longMinutes ? [] : [{ at: 0.12, fault: roll }]),
  { at: 0.24, fault: flush },
  { at: 0.3, fault: terminate },
  { at: 0.38, fault: restart },
  { at: 0.55, fault: flush },
  { at: 0.6, fault: terminate },
  { at: 0.67, fault: restart },
  { at: 0.75, fault: flush },
  { at: 0.82, fault: terminate },
  { at: 0.9, fault: restart },
];
