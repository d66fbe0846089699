// Has what is new made where it is collected soon, gives back what the start of a process has left behind, and has what grows old
// afterwards collected seldom.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * To be called before there is much to do. Of a place in the code whose objects all lived when V8 looked, a hundred of them, it makes all
 * further ones in the old generation, for as long as the process lives; of requests under way that is chance. In four starts of
 * the token service out of 36 such a place held all of a request that has a JWT signed, 9 MB a second: the old generation was collected every
 * two seconds, not every forty, and the latest of a hundred answers at 60 % of the rate took 35 ms, not 15.
 */
export function makeAllYoung(): void {
  setFlagsFromString('--no-allocation-site-pretenuring');
}

/**
 * From the next collection on the old generation is collected when it is twice what lived the last time: on two cores answers are
 * 20 ms late while one is under way. V8 would begin at a few megabytes more; when it was made to wait, 99 of 100 introspections at 60 % of the
 * rate came in 7 ms instead of 19. Three times what lived makes nothing better, for little grows old here (10 and 7 ms with twice, 8 and 9 with
 * three times), and the four services hold 676 MB under load with it instead of 599.
 */
export function collectSeldom(): void {
  setFlagsFromString('--heap-growing-percent=100');
}

/**
 * Collects all garbage there is, sources that were parsed and settings that were checked, and shrinks the young generation to nothing:
 * a start has it grow to its full size, and V8 would keep that for as long as there is little to do. 23 MB of each process, for 110 to
 * 180 ms of CPU on a crowded machine, once, in which nothing is answered.
 */
export function forgetStart(): void {
  setFlagsFromString('--expose-gc');
  // Contexts that are made from now on have it, until they may not.
  const collect = runInNewContext('gc') as (how?: object) => void;
  setFlagsFromString('--no-expose-gc');
  // What is called a last resort is the only one that shrinks. Node.js 20, told anything at all, collects the young generation alone.
  if (Number.parseInt(process.versions.node) < 22) collect();
  else collect({ type: 'major', execution: 'sync', flavor: 'last-resort' });
}
