// Ends a process that cannot end by itself: Node waits for every thread at its exit, and one that is inside a PKCS#11 library
// comes back when the library lets go of it, if ever.
import type { Log } from '@cardea/service';

/** From now on the exit of this process, which comes when all its work is done, is by a signal that nobody waits for. */
export function endByForce(log: Log, held: number): void {
  log.warn({ threads: held }, 'calls hang in the PKCS#11 library; the process will end by a signal');
  process.once('exit', () => process.kill(process.pid, 'SIGKILL'));
}
