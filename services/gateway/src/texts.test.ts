// Each language says all that the other says, and nothing is the same in both by mistake.
import { leavesOf } from '@cardea/pages';
import { expect, test } from '@jest/globals';
import { de } from './texts/de.js';
import { en } from './texts/en.js';

const english = leavesOf(en);
const german = leavesOf(de);

test('the keys are the same, in the same order, and every text says something', () => {
  expect(english.length).toBeGreaterThan(40);
  expect(german.map(([key]) => key)).toEqual(english.map(([key]) => key));
  expect([...english, ...german].filter(([, text]) => text.trim() === '')).toEqual([]);
});

test('only what takes parameters is told alike', () => {
  const same = english.filter(([, text], index) => text === german[index]?.[1]);
  expect(same).toEqual([['fallback.setting', '(1)']]);
});
