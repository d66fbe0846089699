// What a short memory still knows, after which time.
import { expect, test } from '@jest/globals';
import { createShortMemory } from './short-memory.js';

const setUp = (most = 10) => {
  let time = 1_000_000;
  const memory = createShortMemory<number>({ millis: 1_000, most, now: () => time });
  return { memory, pass: (millis: number) => void (time += millis) };
};

test('what nobody asks for goes within two periods', () => {
  const { memory, pass } = setUp();
  memory.keep('a', 1);
  pass(999);
  memory.keep('b', 2);
  pass(2);
  memory.keep('c', 3);
  pass(1_000);
  expect([memory.get('a'), memory.get('b'), memory.get('c')]).toEqual([undefined, undefined, 3]);
});

test('what is asked for in each period stays', () => {
  const { memory, pass } = setUp();
  memory.keep('a', 1);
  for (let period = 0; period < 10; period++) {
    pass(1_000);
    expect(memory.get('a')).toBe(1);
  }
});

test('after a long silence, or a clock that was put back, nothing is known', () => {
  for (const millis of [2_000, 1_000_000, -1]) {
    const { memory, pass } = setUp();
    memory.keep('a', 1);
    pass(millis);
    expect(memory.get('a')).toBeUndefined();
  }
});

test('of too many those kept first go first, and there are never more than twice as many', () => {
  const { memory } = setUp(2);
  for (const [index, name] of ['a', 'b', 'c', 'd', 'e', 'f', 'g'].entries()) memory.keep(name, index);
  const known = (...names: string[]) => names.map((name) => memory.get(name));
  expect(known('a', 'b', 'c', 'd')).toEqual([undefined, undefined, undefined, undefined]);
  expect(known('g', 'f', 'e')).toEqual([6, 5, 4]);
});

test('what is kept again is no more than before, and what it was last', () => {
  const { memory } = setUp(2);
  for (const [name, value] of [
    ['a', 1],
    ['b', 2],
    ['b', 3],
    ['c', 4],
  ] as const)
    memory.keep(name, value);
  expect([memory.get('b'), memory.get('c'), memory.get('a')]).toEqual([3, 4, 1]);
});

test('what is forgotten is in no period', () => {
  const { memory, pass } = setUp();
  memory.keep('a', 1);
  memory.keep('b', 2);
  pass(1_000);
  memory.keep('a', 3);
  memory.forget('a');
  expect([memory.get('a'), memory.get('b')]).toEqual([undefined, 2]);
  memory.clear();
  expect(memory.get('b')).toBeUndefined();
});
