// The longest wait for a dead replica, out of what a checker wrote down.
import { expect, test } from '@jest/globals';
import { longestWait, sayLongestWait } from './dead-replica.js';
import type { Ask } from './history.js';

const ask = (sent: number, answered: number, what = 'issue', by = 'gateway-1'): Ask => ({
  ...{ what, by, sent, answered },
  outcome: 'answered',
});

test('a wait counts from the kill, or from the question when that came later, and not at all when it was over before', () => {
  const kills = [1_000, 5_000];
  expect(longestWait([], kills)).toBe(0);
  expect(longestWait([ask(0, 999)], kills)).toBe(0);
  expect(longestWait([ask(0, 1_040)], kills)).toBe(40);
  expect(longestWait([ask(1_900, 2_000), ask(4_950, 5_070)], kills)).toBe(100);
  // Nobody who asks so late asks a dead one.
  expect(longestWait([ask(2_001, 4_900)], kills)).toBe(0);
});

test('only questions of the kinds that wait for nothing else count, and only those at our own doors', () => {
  const others = [ask(1_000, 4_000, 'refresh'), ask(1_000, 4_000, 'introspect', 'token-1')];
  const say = (...asks: Ask[]) => sayLongestWait([...others, ...asks], [1_000], ['issue', 'introspect']);
  expect(say(ask(1_000, 1_300), ask(100, 150))).toBe(
    'nobody waited longer than 300 ms around a kill, 50 ms at other times',
  );
  expect(() => say(ask(1_000, 2_001), ask(100, 150))).toThrow('somebody waited 1001 ms around a kill');
});

test('a machine on which everybody waits shows nothing', () => {
  const asks = [ask(1_000, 3_000), ask(5_000, 7_100)];
  expect(sayLongestWait(asks, [1_000], ['issue'])).toContain('2000 ms around a kill, 2100 ms at other times');
});
