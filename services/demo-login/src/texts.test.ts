// Each language says all that the other says, and what is the same in both is meant to be.
import { leavesOf } from '@cardea/pages';
import { expect, test } from '@jest/globals';
import { de } from './texts/de.js';
import { en } from './texts/en.js';

const english = leavesOf(en);
const german = leavesOf(de);

test('the keys are the same, in the same order, and every text says something', () => {
  expect(english.length).toBeGreaterThan(70);
  expect(german.map(([key]) => key)).toEqual(english.map(([key]) => key));
  expect([...english, ...german].filter(([, text]) => text.trim() === '')).toEqual([]);
});

test('texts take the same parameters, and nothing else is the same', () => {
  const same = english.filter(([, text], index) => text === german[index]?.[1]);
  const parameters = english.filter(([, text]) => /^\(\d\)$/.test(text));
  expect(parameters.length).toBeGreaterThan(5);
  expect(same.filter((leaf) => !parameters.includes(leaf)).map(([key]) => key)).toEqual([
    'scopes.address.detail',
    'device.code',
  ]);
  expect(same).toEqual(expect.arrayContaining(parameters));
});
