// A table of texts is listed whole, in order, whatever its texts are made of.
import { expect, test } from '@jest/globals';
import { html } from './html.js';
import { leavesOf } from './leaves.js';

test('texts, HTML, functions, tables and lists', () => {
  const table = { a: 'one', b: { c: html`<b>two</b>`, d: (name: string, of: string) => name + of }, e: ['x', 'y'] };
  expect(leavesOf(table)).toEqual([
    ['a', 'one'],
    ['b.c', '<b>two</b>'],
    ['b.d', '(2)'],
    ['e.0', 'x'],
    ['e.1', 'y'],
  ]);
});
