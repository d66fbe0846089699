// A floor holds when the rate is reached, no answer was wrong and hardly any late.
import { expect, test } from '@jest/globals';
import { judgeFloor, showFloors } from './floors.js';

const slice = { units: 4_000, seconds: 1, p50Millis: 2, p99Millis: 100 };

test.each<[string, Parameters<typeof judgeFloor>[2], boolean]>([
  ['all of it in time', slice, true],
  ['a few less, as chance has it', { ...slice, units: 3_800 }, true],
  ['too few', { ...slice, units: 3_700 }, false],
  ['too late', { ...slice, p99Millis: 101 }, false],
  ['a wrong answer', undefined, false],
])('%s', (_name, found, holds) => {
  expect(judgeFloor('introspection', 4_000, found).holds).toBe(holds);
});

test('what does not hold says so, and why it failed', () => {
  const shown = showFloors([
    judgeFloor('introspection', 4_000, slice),
    judgeFloor('refresh', 800, { ...slice, p99Millis: 101 }),
    judgeFloor('revoke', 1_000, undefined, 'revoke: 503'),
  ]);
  expect(shown).toMatch(/introspection +4000 +4000 +2\.0 +100\.0 +holds/);
  expect(shown).toMatch(/refresh .* DOES NOT HOLD/);
  expect(shown).toMatch(/revoke .* FAILED: revoke: 503/);
});
