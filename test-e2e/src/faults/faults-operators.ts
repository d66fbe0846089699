// What operators do while everything runs, and what clocks do: secrets rotate in two steps, one replica's clock is wrong.
import { readFileSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import type { Fault } from './fault.js';
import { nothing, refusals } from './fault.js';
import type { House } from './house.js';

/** Restarts in an orderly way, one after the other. */
async function roll(house: House): Promise<void> {
  for (const name of ['token-1', 'token-2', 'worker'] as const) {
    await house.members[name].stop();
    await house.members[name].start();
  }
}

/** Loaded before anything else: the process lives that far from the others in time. */
const skew = (millis: number) =>
  `data:text/javascript,${encodeURIComponent(`
    const Real = Date, now = Real.now, off = ${String(millis)};
    globalThis.Date = class extends Real {
      constructor(...given) { given.length === 0 ? super(now() + off) : super(...given); }
      static now() { return now() + off; }
    };`)}`;

const skewed = (how: string, millis: number): Fault => ({
  id: 'F20',
  how,
  may: refusals,
  async inflict(house, during) {
    const member = house.members['token-2'];
    await member.stop();
    await member.start({ NODE_OPTIONS: `--import=${skew(millis)}` });
    await during.pause(during.millis);
    await member.stop();
    await member.start();
  },
});

export const operatorFaults: readonly Fault[] = [
  skewed('the clock of one token service is 5 s ahead', 5_000),
  skewed('the clock of one token service is 5 s behind', -5_000),
  skewed('the clock of one token service is 5 minutes ahead', 300_000),
  skewed('the clock of one token service is 5 minutes behind', -300_000),
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
