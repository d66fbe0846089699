// The schedule of key rotation: every instant of a key's life, by a clock that is an argument.
import { describe, expect, test } from '@jest/globals';
import { rotationPlan } from './key-rotation.js';
import type { KeyLife } from './key-set.js';
import { keyState, signingKey } from './key-set.js';

const rules = { interval: 1_000, prePublish: 100, keep: 300 };
const key = (kid: string, activatesAt: number, change: Partial<KeyLife> = {}): KeyLife => ({
  ...{ keySet: 'set', algorithm: 'ES256', kid, createdAt: activatesAt - 100, activatesAt },
  ...change,
});
const plan = (keys: readonly KeyLife[], now: number) => rotationPlan(keys, now, rules);
const nothing = { create: [], destroy: [] };
const successor = (activatesAt: number) => ({
  create: [{ keySet: 'set', algorithm: 'ES256', activatesAt }],
  destroy: [],
});

describe('a successor', () => {
  test.each<[string, readonly KeyLife[], number, object]>([
    ['is not due before its time to be published', [key('a', 0)], 899, nothing],
    ['is due when it must be published', [key('a', 0)], 900, successor(1_000)],
    ['that comes late is still published as long', [key('a', 0)], 5_000, successor(5_100)],
    ['is not made twice', [key('a', 0), key('b', 1_000)], 900, nothing],
    ['of a successor has its own time', [key('a', 0), key('b', 1_000)], 1_900, { ...successor(2_000), destroy: ['a'] }],
    [
      'is made for a key that was promoted, not for the one before',
      [key('a', 0), key('b', 500)],
      900,
      { ...nothing, destroy: ['a'] },
    ],
    ['is not made where nothing signs', [key('a', 0, { retiredAt: 10 })], 5_000, nothing],
    ['is not made where the last key was destroyed', [key('a', 0, { destroyedAt: 10 })], 5_000, nothing],
    ['is not made for a key that does not sign yet', [key('a', 9_000)], 900, nothing],
    [
      'is made for each algorithm and set',
      [key('a', 0), key('b', 0, { algorithm: 'RS256' })],
      900,
      {
        create: [
          { keySet: 'set', algorithm: 'ES256', activatesAt: 1_000 },
          { keySet: 'set', algorithm: 'RS256', activatesAt: 1_000 },
        ],
        destroy: [],
      },
    ],
  ])('%s', (_name, keys, now, expected) => expect(plan(keys, now)).toEqual(expected));
});

describe('a key that signs no more', () => {
  test.each<[string, readonly KeyLife[], number, readonly string[]]>([
    ['stays as long as what it signed', [key('a', 0), key('b', 500)], 799, []],
    ['goes when all of it has expired', [key('a', 0), key('b', 500)], 800, ['a']],
    ['is counted from the first that took its place', [key('a', 0), key('b', 500), key('c', 700)], 800, ['a']],
    ['is counted from its retirement', [key('a', 0, { retiredAt: 200 }), key('b', 490)], 500, ['a']],
    ['stays while nothing else signs', [key('a', 0, { retiredAt: 200 })], 9_000, []],
    [
      'is counted from the last time it signed, where a younger one was retired at once',
      [key('a', 0), key('b', 500, { retiredAt: 600 }), key('c', 1_000)],
      1_299,
      ['b'],
    ],
    ['that never signed goes when it was long retired', [key('a', 0), key('b', 9_000, { retiredAt: 100 })], 400, ['b']],
    ['is not destroyed twice', [key('a', 0, { destroyedAt: 600 }), key('b', 500)], 890, []],
    ['of another algorithm does not matter', [key('a', 0), key('b', 500, { algorithm: 'RS256' })], 890, []],
  ])('%s', (_name, keys, now, destroyed) => expect(plan(keys, now).destroy).toEqual(destroyed));
});

test('E23: over years no verifier with an old copy of the key set meets a key it does not know, nor misses one it needs', () => {
  const keys: KeyLife[] = [key('k0', 0)];
  /** What was published at an instant. */
  const published = new Map<number, ReadonlySet<string>>();
  const step = 10;
  for (let now = 0; now <= 20_000; now += step) {
    const { create, destroy } = plan(keys, now);
    for (const wanted of create) keys.push({ ...wanted, kid: `k${String(keys.length)}`, createdAt: now });
    for (const kid of destroy) {
      const index = keys.findIndex((candidate) => candidate.kid === kid);
      keys[index] = { ...keys[index]!, destroyedAt: now };
    }
    published.set(now, new Set(keys.filter((one) => keyState(keys, one, now) !== 'destroyed').map(({ kid }) => kid)));
    const signs = signingKey(keys, 'set', 'ES256', now);
    // A copy that is nearly as old as a key is published before it signs.
    const copy = published.get(now - rules.prePublish + step);
    if (copy !== undefined) expect(copy).toContain(signs?.kid);
    // The oldest token that is still good.
    const signed = signingKey(keys, 'set', 'ES256', Math.max(0, now - rules.keep + step));
    expect(published.get(now)).toContain(signed?.kid);
  }
  expect(keys).toHaveLength(21);
  expect(published.get(20_000)?.size).toBeLessThanOrEqual(3);
});
