// Which replica gets a call: tables of what is known of two or three, and who is asked.
import { describe, expect, test } from '@jest/globals';
import type { Candidate } from './choice.js';
import { createChoice } from './choice.js';

interface Known extends Candidate {
  readonly name: string;
}

/** A replica of which nothing is known but what is said here. */
const replica = (name: string, known: Partial<Candidate> = {}): Known => ({
  ...{ name, ready: true, unready: false, silentMillis: 0, outstanding: 0, answerMillis: undefined },
  ...known,
});

const silent = { silentMillis: 5_000 };

/** How often each is asked that somebody asks at all, of as many calls. */
function asked(choose: (replicas: readonly Known[]) => Known | undefined, replicas: readonly Known[], calls: number) {
  const counts: Record<string, number> = {};
  for (let call = 0; call < calls; call++) {
    const name = choose(replicas)?.name ?? 'nobody';
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

const who = (gather: boolean, replicas: readonly Known[]) =>
  Object.keys(
    asked(
      createChoice<Known>(gather, () => 0),
      replicas,
      12,
    ),
  )
    .sort()
    .join(' ');

describe.each([[true], [false]])('gathered: %s', (gather) => {
  test.each<[string, Known[], string]>([
    ['nobody', [], 'nobody'],
    ['one that is not connected', [replica('a', { ready: false })], 'nobody'],
    ['one that is silent', [replica('a', silent)], 'a'],
    ['two, none of them connected', [replica('a', { ready: false }), replica('b', { ready: false })], 'nobody'],
    ['one of two connected', [replica('a', { ready: false }), replica('b')], 'b'],
    ['one of two silent', [replica('a', silent), replica('b', { outstanding: 99 })], 'b'],
    ['one of two lacks something', [replica('a', { unready: true }), replica('b', { outstanding: 99 })], 'b'],
    ['silence is worse', [replica('a', silent), replica('b', { unready: true })], 'b'],
    ['all silent, the less busy', [replica('a', { ...silent, outstanding: 1 }), replica('b', silent)], 'b'],
    ['both have plenty', [replica('a', { outstanding: 80 }), replica('b', { outstanding: 70 })], 'b'],
  ])('%s', (_name, replicas, expected) => {
    expect(who(gather, replicas)).toBe(expected);
  });
});

test.each<[string, Known[], string]>([
  ['calls go round', [replica('a'), replica('b'), replica('c')], 'a b c'],
  ['the least busy is asked', [replica('a', { outstanding: 2 }), replica('b', { outstanding: 1 })], 'b'],
  [
    'how slow does not count',
    [replica('a', { outstanding: 1, answerMillis: 900 }), replica('b', { outstanding: 2 })],
    'a',
  ],
])('evenly: %s', (_name, replicas, expected) => {
  expect(who(false, replicas)).toBe(expected);
});

test('gathered, all calls are at the first, and a few at each of the others in turn', () => {
  const choose = createChoice<Known>(true, () => 0);
  const three = [replica('a', { outstanding: 63, answerMillis: 9 }), replica('b', { answerMillis: 1 }), replica('c')];
  expect(asked(choose, three, 3 * 1_024)).toEqual({ a: 3 * 1_024 - 2 * 16, b: 16, c: 16 });
  // Whoever cannot be relied on gets none of them either.
  const [a = replica('a'), b = replica('b')] = three;
  expect(asked(choose, [a, b, replica('c', { unready: true })], 3 * 1_024)).toEqual({ a: 3 * 1_024 - 16, b: 16 });
});

test.each<[string, Known[], boolean]>([
  ['63 calls', [replica('a', { outstanding: 63 }), replica('b')], true],
  ['64 calls', [replica('a', { outstanding: 64 }), replica('b')], false],
  [
    'as fast as the other',
    [replica('a', { outstanding: 9, answerMillis: 50 }), replica('b', { answerMillis: 50 })],
    true,
  ],
  [
    'four times as slow, and a moment',
    [replica('a', { outstanding: 9, answerMillis: 13 }), replica('b', { answerMillis: 2 })],
    true,
  ],
  ['slower than that', [replica('a', { outstanding: 9, answerMillis: 14 }), replica('b', { answerMillis: 2 })], false],
  [
    'slow until a moment ago',
    [replica('a', { outstanding: 0, answerMillis: 90 }), replica('b', { answerMillis: 2 })],
    true,
  ],
  ['nothing known of the other', [replica('a', { outstanding: 9, answerMillis: 90 }), replica('b')], true],
  [
    'the fast one lacks something',
    [replica('a', { outstanding: 9, answerMillis: 90 }), replica('b', { answerMillis: 2, unready: true })],
    true,
  ],
])('gathered: whether one is enough with %s', (_name, replicas, expected) => {
  const choose = createChoice<Known>(true, () => 0);
  // Past the first practice.
  asked(choose, [replica('a'), replica('b')], 16);
  choose(replicas);
  // Once it was not, all get the same, whatever is known of them then.
  const later = asked(choose, [replica('a'), replica('b')], 100);
  expect(later).toEqual(expected ? { a: 100 } : { a: 50, b: 50 });
});

test('one that was not enough is tried again after two seconds, then four, up to a minute, and from two again once it was', () => {
  let now = 1_000_000;
  const choose = createChoice<Known>(true, () => now);
  const calm = [replica('a', { outstanding: 1 }), replica('b')];
  const full = [replica('a', { outstanding: 64 }), replica('b', { outstanding: 64 })];
  const isGathered = () => asked(choose, calm, 10)['b'] === undefined;
  /** @returns how long all get the same after one was not enough, seconds */
  const spreads = (): number => {
    // Past whatever is practice.
    for (let call = 0; call < 64; call++) choose(full);
    const began = now;
    while (!isGathered()) now += 1_000;
    return (now - began) / 1_000;
  };
  asked(choose, calm, 16);
  expect(Array.from({ length: 8 }, spreads)).toEqual([2, 4, 8, 16, 32, 60, 60, 60]);
  now += 61_000;
  expect(spreads()).toBe(2);
});
