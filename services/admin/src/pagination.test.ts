// Pages: sizes as Hydra takes them, links as its SDKs read them.
import { expect, test } from '@jest/globals';
import { linkHeader, readPage } from './pagination.js';

test.each<[string | undefined, number]>([
  [undefined, 100],
  ['', 100],
  ['0', 100],
  ['-5', 100],
  ['1', 1],
  ['500', 500],
  ['501', 500],
  ['999999999999', 500],
])('page_size=%s means %d', (size, expected) => {
  const query = [
    { name: 'page_token', value: 't' },
    ...(size === undefined ? [] : [{ name: 'page_size', value: size }]),
  ];
  expect(readPage(query)).toEqual({ size: expected, token: 't' });
});

test.each(['many', '1e3', '0x10', '1.5', ' 1'])('page_size=%j is refused', (value) => {
  expect(() => readPage([{ name: 'page_size', value }])).toThrow(expect.objectContaining({ code: 'invalid_request' }));
});

test('links keep the list’s own parameters, sorted', () => {
  const page = { size: 3, token: 'here' };
  expect(linkHeader('/admin/clients', { owner: 'a b', client_name: '' }, page, '')).toBe(
    '</admin/clients?owner=a+b&page_size=3>; rel="first"',
  );
  expect(linkHeader('/admin/clients', { owner: 'o', client_name: 'n' }, page, 'x/y')).toBe(
    '</admin/clients?client_name=n&owner=o&page_size=3>; rel="first",' +
      '</admin/clients?client_name=n&owner=o&page_size=3&page_token=x%2Fy>; rel="next"',
  );
});
