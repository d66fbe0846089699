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

/** Loaded before anything else: the process lives that far from the others in time, all its life or from one moment to another. */
const skew = (aheadMillis: number, { from = 0, to = Infinity } = {}) =>
  `--import=data:text/javascript,${encodeURIComponent(`
    const Real = Date, now = Real.now, born = performance.now();
    const off = () => { const age = performance.now() - born; return age > ${String(from)} && age < ${String(to)} ? ${String(aheadMillis)} : 0; };
    globalThis.Date = class extends Real {
      constructor(...given) { given.length === 0 ? super(now() + off()) : super(...given); }
      static now() { return now() + off(); }
    };`)}`;

/** A little, and it serves. */
const skewed = (how: string, aheadMillis: number): Fault => ({
  id: 'F20',
  how: `the clock of one token service is ${how}`,
  may: nothing,
  async inflict(house, during) {
    const member = house.members['token-2'];
    await member.stop();
    await member.start({ NODE_OPTIONS: skew(aheadMillis) });
    await during.pause(during.millis);
    await member.stop();
    await member.start();
  },
});

/** So much that it may not even start. */
const wrong = (how: string, aheadMillis: number): Fault => ({
  id: 'F20',
  how: `a token service starts with a clock that is ${how}, and does not`,
  may: nothing,
  async inflict(house) {
    const member = house.members['token-2'];
    await member.stop();
    const started = await member.start({ NODE_OPTIONS: skew(aheadMillis) }).then(
      () => true,
      () => false,
    );
    await member.stop();
    await member.start();
    if (started) throw new Error('it started');
  },
});

const stepping = (how: string, aheadMillis: number): Fault => ({
  id: 'F20',
  how: `the clock of one token service steps ${how} while it serves, and back`,
  may: refusals,
  async inflict(house, during) {
    const member = house.members['token-2'];
    await member.stop();
    const began = Date.now();
    // It is ready long before.
    const from = 20_000;
    await member.start({ NODE_OPTIONS: skew(aheadMillis, { from, to: from + during.millis }) });
    if (Date.now() - began > from) throw new Error('it took too long to start');
    await during.pause(from + during.millis);
    await member.stop();
    await member.start();
  },
});

export const operatorFaults: readonly Fault[] = [
  skewed('3 s ahead', 3_000),
  skewed('3 s behind', -3_000),
  wrong('5 minutes ahead', 300_000),
  wrong('5 minutes behind', -300_000),
  stepping('a day ahead', 86_400_000),
  stepping('5 minutes back', -300_000),
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
