// Middle, extent and percentile of small samples.
import { expect, test } from '@jest/globals';
import { median, percentile, spreadOf } from './statistics.js';

test.each([
  [[3, 1, 2], 2],
  [[4, 1, 3, 2], 2.5],
  [[7], 7],
  [[10, 9, 100], 10],
])('the median of %j is %d', (values, expected) => expect(median(values)).toBe(expected));

test.each([
  [0.5, 50],
  [0.99, 99],
  [0.999, 100],
  [0, 1],
  [1, 100],
])('the percentile %d of 1..100 is %d', (share, expected) => {
  const values = Array.from({ length: 100 }, (_, index) => 100 - index);
  expect(percentile(values, share)).toBe(expected);
});

test('a spread keeps the extremes', () => expect(spreadOf([5, 2, 9])).toEqual({ median: 5, min: 2, max: 9 }));

test('nothing has no statistics', () => {
  expect(() => median([])).toThrow('nothing');
  expect(() => percentile([], 0.5)).toThrow('nothing');
});
