// Looks at every process again and again while the load goes on, and fits a slope to what its heap holds after a collection.
import { setTimeout as sleep } from 'node:timers/promises';
import type { House } from '../faults/house.js';
import type { MemberName } from '../faults/house-settings.js';
import { memberNames } from '../faults/house-settings.js';
import type { Reading } from './reading.js';
import { readProcess } from './reading.js';
import type { Sample, Slope } from './slope.js';
import { slopeOf } from './slope.js';

interface Look extends Reading {
  readonly name: MemberName;
  readonly at: number;
}

export interface Watch {
  /** Settles when the last look is over. */
  stop(): Promise<readonly Look[]>;
}

/** @param everyMillis from the beginning of one round to that of the next */
export function watchHeaps(house: House, probes: string, everyMillis: number): Watch {
  const looks: Look[] = [];
  const ending = new AbortController();
  const rounds = (async () => {
    while (!ending.signal.aborted) {
      const began = Date.now();
      for (const name of memberNames) {
        const member = house.members[name];
        // Who is being restarted says nothing.
        const reading = member.running() ? await readProcess(member.pid(), probes).catch(() => undefined) : undefined;
        if (reading !== undefined) looks.push({ ...reading, name, at: Date.now() });
      }
      const rest = Math.max(0, began + everyMillis - Date.now());
      await sleep(rest, undefined, { signal: ending.signal }).catch(() => undefined);
    }
  })();
  return {
    async stop() {
      ending.abort();
      await rounds;
      return looks;
    },
  };
}

export interface Growth {
  readonly name: MemberName;
  /** Of the last life, since it counts: MiB. */
  readonly heap: { readonly first: number; readonly last: number };
  readonly resident: { readonly first: number; readonly last: number };
  readonly slope: Slope | undefined;
}

const mebibytes = (bytes: number) => bytes / 2 ** 20;

/** @param from when a heap begins to count, milliseconds since the epoch */
export function growthOf(name: MemberName, looks: readonly Look[], from: number): Growth {
  const warm = looks.filter((look) => look.name === name && look.at >= from);
  const held = ({ heapBytes, externalBytes }: Reading) => mebibytes(heapBytes + externalBytes);
  const samples = warm.map((look): Sample => ({ life: look.pid, hours: look.at / 3_600_000, mebibytes: held(look) }));
  const life = warm.filter(({ pid }) => pid === warm.at(-1)?.pid);
  const ends = (of: (look: Look) => number) => ({ first: of(life[0] ?? nobody), last: of(life.at(-1) ?? nobody) });
  return {
    name,
    heap: ends(held),
    resident: ends(({ residentBytes }) => mebibytes(residentBytes)),
    slope: slopeOf(samples),
  };
}

const nobody = { heapBytes: NaN, externalBytes: NaN, residentBytes: NaN } as Look;
