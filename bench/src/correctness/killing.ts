// Kills a service of an installation of the benchmark's own as a crash does, and sees it come back: the demo starts again whatever
// ends (services/all).
import { portTable } from '@cardea/all';
import { setTimeout as sleep } from 'node:timers/promises';

/** What is killed: who decides, and who signs. */
export type Victim = 'token' | 'keys';

export interface Killing {
  readonly service: Victim;
  /** Since the load began. */
  readonly atSeconds: number;
  /** From its death until it said that it is ready. */
  readonly backMillis: number;
}

const ports = { token: 'managementToken', keys: 'managementKeys' } as const;
const patienceMillis = 60_000;
const pollMillis = 20;

/** @param base of the installation's ports @returns milliseconds until it is ready again @throws when it does not come back */
export async function killAndWait(service: Victim, pid: number, base: number, signal: AbortSignal): Promise<number> {
  const url = `http://127.0.0.1:${String(portTable(base)[ports[service]])}/health/ready`;
  const begun = performance.now();
  process.kill(pid, 'SIGKILL');
  // What still answers for a moment is the dead one.
  await sleep(pollMillis, undefined, { signal });
  while (performance.now() < begun + patienceMillis) {
    const answer = await fetch(url, { signal }).catch(() => undefined);
    await answer?.arrayBuffer();
    if (answer?.ok === true) return performance.now() - begun;
    await sleep(pollMillis, undefined, { signal });
  }
  throw new Error(`${service} did not come back within ${String(patienceMillis / 1000)} s`);
}
