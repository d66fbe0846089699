// Tables for the life of keys: who signs, who is published, at which instant.
import { describe, expect, test } from '@jest/globals';
import type { KeyLife } from './key-set.js';
import { isKeySet, keyState, nextKeyChange, publishedKeys, signingKey } from './key-set.js';

const idTokens = 'hydra.openid.id-token';
const accessTokens = 'hydra.jwt.access-token';

const key = (kid: string, activatesAt: number, more: Partial<KeyLife> = {}): KeyLife => ({
  keySet: idTokens,
  kid,
  algorithm: 'RS256',
  createdAt: 0,
  activatesAt,
  ...more,
});

describe('signingKey', () => {
  test.each<{ what: string; keys: KeyLife[]; now: number; signs: string | undefined }>([
    { what: 'nothing from nothing', keys: [], now: 10, signs: undefined },
    { what: 'not before its time', keys: [key('a', 11)], now: 10, signs: undefined },
    { what: 'at its very instant', keys: [key('a', 10)], now: 10, signs: 'a' },
    { what: 'the newest activated', keys: [key('a', 1), key('c', 9), key('b', 5)], now: 10, signs: 'c' },
    { what: 'the old one until the next is due', keys: [key('a', 1), key('b', 20)], now: 19, signs: 'a' },
    { what: 'the next one once it is due', keys: [key('a', 1), key('b', 20)], now: 20, signs: 'b' },
    { what: 'never a retired key', keys: [key('a', 1), key('b', 5, { retiredAt: 10 })], now: 10, signs: 'a' },
    { what: 'a key to be retired later', keys: [key('b', 5, { retiredAt: 11 })], now: 10, signs: 'b' },
    { what: 'never a destroyed key', keys: [key('b', 5, { destroyedAt: 9 })], now: 10, signs: undefined },
    { what: 'not another set', keys: [key('a', 1, { keySet: accessTokens })], now: 10, signs: undefined },
    { what: 'not another algorithm', keys: [key('a', 1, { algorithm: 'ES256' })], now: 10, signs: undefined },
    {
      what: 'the later created of one instant',
      keys: [key('b', 1, { createdAt: 2 }), key('a', 1, { createdAt: 3 })],
      now: 10,
      signs: 'a',
    },
    { what: 'the greater kid of twins', keys: [key('b', 1), key('a', 1)], now: 10, signs: 'b' },
  ])('$what', ({ keys, now, signs }) => {
    expect(signingKey(keys, idTokens, 'RS256', now)?.kid).toBe(signs);
    expect(signingKey([...keys].reverse(), idTokens, 'RS256', now)?.kid).toBe(signs);
  });
});

describe('keyState', () => {
  const keys = [
    key('old', 1),
    key('now', 5),
    key('soon', 50),
    key('pulled', 6, { retiredAt: 7 }),
    key('gone', 2, { retiredAt: 3, destroyedAt: 4 }),
    key('other', 2, { algorithm: 'ES256' }),
  ];
  test.each([
    ['old', 'retired'],
    ['now', 'current'],
    ['soon', 'next'],
    ['pulled', 'retired'],
    ['gone', 'destroyed'],
    ['other', 'current'],
  ] as const)('%s is %s', (kid, state) => {
    const found = keys.find((candidate) => candidate.kid === kid) as KeyLife;
    expect(keyState(keys, found, 10)).toBe(state);
  });
});

describe('publishedKeys', () => {
  test('next, current and retired ones, newest first within their set; never destroyed ones', () => {
    const keys = [
      key('a', 1),
      key('x', 3, { keySet: accessTokens }),
      key('n', 50),
      key('r', 2, { retiredAt: 4 }),
      key('d', 2, { destroyedAt: 5 }),
    ];
    expect(publishedKeys(keys, 10).map(({ kid }) => kid)).toEqual(['n', 'r', 'a', 'x']);
    expect(publishedKeys([...keys].reverse(), 10).map(({ kid }) => kid)).toEqual(['n', 'r', 'a', 'x']);
  });
});

test('nextKeyChange is the next instant anything changes', () => {
  const keys = [key('a', 1, { retiredAt: 30 }), key('b', 20), key('c', 2, { destroyedAt: 9 })];
  expect(nextKeyChange(keys, 10)).toBe(20);
  expect(nextKeyChange(keys, 20)).toBe(30);
  expect(nextKeyChange(keys, 30)).toBe(Infinity);
});

test.each([
  [idTokens, true],
  [accessTokens, true],
  ['HYDRA.openid.id-token', false],
  ['__proto__', false],
] as const)('isKeySet(%j) is %s', (name, verdict) => {
  expect(isKeySet(name)).toBe(verdict);
});
