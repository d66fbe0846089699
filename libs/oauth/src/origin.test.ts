// Web origins against lists of patterns: label boundaries, ports, schemes (security catalogue S12).
import { describe, expect, test } from '@jest/globals';
import { isOriginPattern, originRule } from './origin.js';

const list = ['https://app.example', 'https://*.wild.example', 'http://localhost:*', 'https://shop.example:8443'];

describe('S12: a list of origins', () => {
  test.each([
    ['https://app.example', 'listed'],
    ['https://a.wild.example', 'listed'],
    ['https://a.b.wild.example', 'listed'],
    ['http://localhost', 'listed'],
    ['http://localhost:3000', 'listed'],
    ['https://shop.example:8443', 'listed'],
    ['null', 'refused'],
    ['', 'refused'],
    ['http://app.example', 'refused'],
    ['https://app.example:444', 'refused'],
    ['https://APP.example', 'refused'],
    ['https://app.example.evil.example', 'refused'],
    ['https://evilapp.example', 'refused'],
    ['https://evilwild.example', 'refused'],
    ['https://wild.example', 'refused'],
    ['https://.wild.example', 'refused'],
    ['https://a.wild.example.evil.example', 'refused'],
    ['https://evil.example/.wild.example', 'refused'],
    ['https://evil.example#.wild.example', 'refused'],
    ['https://evil.example\\.wild.example', 'refused'],
    ['https://user@app.example', 'refused'],
    ['https://app.example/', 'refused'],
    ['https://app.example, https://a.wild.example', 'refused'],
    ['https://localhost:3000', 'refused'],
    ['http://localhost:3000.evil.example', 'refused'],
    ['http://localhost.evil.example', 'refused'],
    ['https://shop.example', 'refused'],
    [`https://${'a.'.repeat(200)}wild.example`, 'refused'],
  ] as const)('%s is %s', (origin, verdict) => {
    expect(originRule(list, { wildcard: 'labels' }).of(origin)).toBe(verdict);
  });
});

test('a wildcard of one label does not span dots', () => {
  const rule = originRule(['https://*.own.example'], { wildcard: 'label' });
  expect(rule.of('https://x.own.example')).toBe('listed');
  expect(rule.of('https://x.y.own.example')).toBe('refused');
});

test.each([
  [['*'], 'http://anything.test', 'anyone'],
  [['*'], 'null', 'refused'],
  [['https://*'], 'https://anything.test', 'anyone'],
  [['https://*'], 'http://anything.test', 'refused'],
  [['https://*', 'https://app.example'], 'https://app.example', 'listed'],
  [[], 'https://app.example', 'refused'],
] as const)('%j and %s: %s', (patterns, origin, verdict) => {
  expect(originRule(patterns, { wildcard: 'labels' }).of(origin)).toBe(verdict);
});

test.each(['https://*.com', 'https://a.*', 'https://*.*.example.org', 'https://app.example/path', 'app', ''])(
  '%p is no pattern and lets nobody in',
  (pattern) => {
    expect(isOriginPattern(pattern)).toBe(false);
    expect(originRule([pattern], { wildcard: 'labels' }).of('https://evil.com')).toBe('refused');
  },
);

test('names of any length are looked at once', () => {
  const rule = originRule(['https://*.wild.example'], { wildcard: 'labels' });
  for (const text of ['a.', 'a-', '-.', 'wild.example.'])
    expect(rule.of(`https://${text.repeat(25_000)}`)).toBe('refused');
});
