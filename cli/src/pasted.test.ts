// What was pasted is told from flags, and flags keep their values.
import { expect, test } from '@jest/globals';
import { pastedLast } from './pasted.js';

const challenge = `-${'x7_-'.repeat(20)}`;

test.each([
  ['a challenge', ['explain', challenge], ['explain', '--', challenge]],
  ['a challenge of two dashes', ['explain', `-${challenge}`], ['explain', '--', `-${challenge}`]],
  [
    'flags behind it are flags',
    ['explain', challenge, '--log', 'a.log'],
    ['explain', '--log', 'a.log', '--', challenge],
  ],
  ['the value of a flag stays', ['token', '--client-secret', challenge], ['token', '--client-secret', challenge]],
  ['who says -- has said it', ['explain', '--', challenge], ['explain', '--', challenge]],
  ['flags stay', ['explain', '--format', 'json', '-q'], ['explain', '--format', 'json', '-q']],
  ['standard input stays', ['explain', '-'], ['explain', '-']],
])('%s', (_name, words, expected) => {
  expect(pastedLast(words)).toEqual(expected);
});
