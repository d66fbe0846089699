// Pages: sizes as Hydra takes them, links as its SDKs read them.
import { expect, test } from '@jest/globals';
import { besidePage, linkHeader, readPage } from './pagination.js';

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

test('links say where a list begins, and keep what we do not know', () => {
  const query = [
    { name: 'limit', value: '1' },
    { name: 'page_size', value: '9' },
    { name: 'page_token', value: 'here' },
  ];
  expect(besidePage(query)).toEqual({ limit: '1' });
  expect(linkHeader('/admin/clients', besidePage(query), { size: 9, token: 'here' }, '', 'begin')).toBe(
    '</admin/clients?limit=1&page_size=9&page_token=begin>; rel="first"',
  );
});
