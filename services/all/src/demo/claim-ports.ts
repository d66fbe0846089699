// Makes sure that every port a demo needs is free before anything starts, and says plainly which one is not.
import { portIsFree, portOwner } from './port-owner.js';

/** What wants which port. */
export type Wanted = Readonly<Record<string, number>>;

/** More than this only repeat that a whole demo is there. */
const shown = 3;
/** An outgoing connection may have had the port by chance. */
const chanceMillis = 500;
/** How long processes of a run that was killed may take to leave. */
const leavingMillis = 5_000;

/**
 * @param patient true when an earlier run ended without tidying up: what it started is just ending
 * @throws an Error that names each taken port, who has it where that can be known, and the way out
 */
export async function claimPorts(wanted: Wanted, patient: boolean): Promise<void> {
  const end = Date.now() + (patient ? leavingMillis : chanceMillis);
  for (;;) {
    const taken = await takenOf(wanted);
    if (taken.length === 0) return;
    if (Date.now() >= end) throw new Error(sentence(taken));
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function takenOf(wanted: Wanted): Promise<[what: string, port: number][]> {
  const free = await Promise.all(Object.values(wanted).map(portIsFree));
  return Object.entries(wanted).filter((_entry, index) => free[index] === false);
}

function sentence(taken: readonly [string, number][]): string {
  const places = taken.slice(0, shown).map(([what, port]) => {
    const owner = portOwner(port);
    return `port ${String(port)} (${what}) is taken${owner === undefined ? '' : ` by ${owner}`}`;
  });
  const more = taken.length > shown ? ` and ${String(taken.length - shown)} more` : '';
  return `${places.join(', ')}${more}: stop what is there, or use other ports, as in \`npm run demo -- --ports 20000\``;
}
