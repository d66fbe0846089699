// How often each is chosen.
import { expect, test } from '@jest/globals';
import { zipf } from './zipf.js';

test('the first is chosen twice as often as the second and three times as often as the third', () => {
  const draws = 110_000;
  let drawn = 0;
  // Evenly spread, so that nothing here depends on luck.
  const choose = zipf(3, () => (drawn++ + 0.5) / draws);
  const counts = [0, 0, 0];
  for (let draw = 0; draw < draws; draw++) counts[choose()]! += 1;
  expect(counts.map((count) => Math.round(count / 10_000))).toEqual([6, 3, 2]);
});

test('nothing outside the list is chosen, whatever the random number', () => {
  const extremes = [0, 1 - Number.EPSILON, 0.5];
  for (const random of extremes) {
    const index = zipf(1_000, () => random)();
    expect(index).toBeGreaterThanOrEqual(0);
    expect(index).toBeLessThan(1_000);
  }
});
