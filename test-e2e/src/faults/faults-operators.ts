// What operators do while everything runs: secrets rotate in two steps.
import { readFileSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import type { Fault } from './fault.js';
import { nothing } from './fault.js';
import type { House } from './house.js';

/** Restarts in an orderly way, one after the other. */
async function roll(house: House): Promise<void> {
  for (const name of ['token-1', 'token-2', 'worker'] as const) {
    await house.members[name].stop();
    await house.members[name].start();
  }
}

export const operatorFaults: readonly Fault[] = [
  {
    id: 'F28',
    how: 'the system secret is replaced while both token services serve',
    may: nothing,
    async inflict(house) {
      const file = house.systemFile;
      const old = readFileSync(file, 'utf8').trim();
      const fresh = randomBytes(32).toString('base64url');
      // Everybody can read it before anybody writes it.
      writeFileSync(file, `${old},${fresh}\n`);
      await roll(house);
      writeFileSync(file, `${fresh},${old}\n`);
      await roll(house);
    },
  },
];
