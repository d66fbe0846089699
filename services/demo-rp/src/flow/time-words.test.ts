// Times as people read them.
import { expect, test } from '@jest/globals';
import { de } from '../texts/de.js';
import { en } from '../texts/en.js';
import { clockTime, distance, duration, instant } from './time-words.js';

test.each([
  [0, '0 s'],
  [-5, '0 s'],
  [59, '59 s'],
  [60, '1 min'],
  [3581, '59 min 41 s'],
  [3600, '1 h'],
  [3605, '1 h'],
  [90_000, '1 day 1 h'],
  [2_592_000, '30 days'],
])('duration(%d) is %s', (seconds, expected) => {
  expect(duration(en, seconds)).toBe(expected);
});

test.each([
  [100, 100, 'now'],
  [160, 100, 'in 1 min'],
  [97, 100, '3 s ago'],
])('distance(%d, %d) is %s', (seconds, now, expected) => {
  expect(distance(en, seconds, now)).toBe(expected);
});

test.each([
  [1_795_536_312, '24 Nov 2026, 16:05:12 UTC'],
  [0, '1 Jan 1970, 00:00:00 UTC'],
  [1e20, undefined],
])('instant(%d) is %s', (seconds, expected) => {
  expect(instant(en, seconds)).toBe(expected);
});

test('clock time', () => {
  expect(clockTime(1_795_536_312_000)).toBe('16:05:12 UTC');
});

test('in German', () => {
  expect(instant(de, 1_795_536_312)).toBe('24. Nov. 2026, 16:05:12 UTC');
  expect([distance(de, 97, 100), distance(de, 90_100, 100)]).toEqual(['vor 3 Sek.', 'in 1 Tag 1 Std.']);
});
