// Each language says all that the other says, and what is the same in both is meant to be.
import { leavesOf } from '@cardea/pages';
import { expect, test } from '@jest/globals';
import { de } from './texts/de.js';
import { en } from './texts/en.js';

const english = leavesOf(en);
const german = leavesOf(de);

test('the keys are the same, and every text says something', () => {
  expect(english.length).toBeGreaterThan(200);
  const keys = (leaves: [string, string][]) => leaves.map(([key]) => key).sort();
  expect(keys(german)).toEqual(keys(english));
  expect([...english, ...german].filter(([, text]) => text.trim() === '')).toEqual([]);
});

test('texts take the same parameters, and nothing else is the same', () => {
  const translated = new Map(german);
  const same = english.filter(([key, text]) => translated.get(key) === text);
  const parameters = english.filter(([, text]) => /^\(\d\)$/.test(text));
  expect(parameters.length).toBeGreaterThan(10);
  expect(same).toEqual(expect.arrayContaining(parameters));
  expect(same.filter((leaf) => !parameters.includes(leaf)).map(([key]) => key)).toEqual([]);
});
