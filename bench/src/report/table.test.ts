// Columns as a terminal shows them.
import { expect, test } from '@jest/globals';
import { table } from './table.js';

test('names stand to the left, numbers to the right', () => {
  const rows = [
    ['scenario', 'µs', 'req/s'],
    ['jwks', '41', '20000'],
    ['the whole flow', '1200', '5'],
  ];
  expect(table(rows)).toBe(
    [
      'scenario          µs  req/s',
      '--------------  ----  -----',
      'jwks              41  20000',
      'the whole flow  1200      5',
    ].join('\n'),
  );
});

test('a short row ends early', () => expect(table([['a', 'b'], ['c']])).toBe('a  b\n-  -\nc'));
