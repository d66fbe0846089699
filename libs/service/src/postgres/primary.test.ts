// Which server takes writes, by what several say of themselves: never a standby, never one that another has replaced.
import { expect, test } from '@jest/globals';
import type { Standing } from './primary.js';
import { createPrimary } from './primary.js';

const a = { host: 'a', port: 1 };
const b = { host: 'b', port: 2 };
const standby: Standing = { writable: false, timeline: 0 };
const writes = (timeline: number): Standing => ({ writable: true, timeline });

/** Servers that answer as said; undefined does not answer at all. */
function servers(says: { a: Standing | Error | undefined; b: Standing | Error | undefined }) {
  const asked: string[] = [];
  const moved: string[] = [];
  const primary = createPrimary({
    hosts: [a, b],
    ask({ host }) {
      asked.push(host);
      const answer = says[host as 'a' | 'b'];
      if (answer === undefined) return new Promise(() => undefined);
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    },
    moved: ({ host }) => moved.push(host),
  });
  return { says, asked, moved, primary };
}

test('a standby is passed over, and the primary is not asked again while nobody doubts it', async () => {
  const { primary, asked, moved } = servers({ a: standby, b: writes(1) });
  expect(await Promise.all([primary.find(), primary.find()])).toEqual([b, b]);
  expect(await primary.find()).toBe(b);
  expect(asked).toEqual(['a', 'b']);
  expect(moved).toEqual([]);
});

test('one that does not answer does not hold up the one that does', async () => {
  const { primary } = servers({ a: undefined, b: writes(1) });
  expect(await primary.find()).toBe(b);
});

test('of two that take writes the one that was promoted last is believed, and the change is told', async () => {
  const { says, primary, moved } = servers({ a: writes(1), b: standby });
  expect(await primary.find()).toBe(a);
  says.b = writes(2);
  expect(await primary.find()).toBe(a);
  primary.doubt();
  expect(await primary.find()).toBe(b);
  expect(moved).toEqual(['b']);
});

test('one that was replaced is not used again, even where its successor is away', async () => {
  const { says, primary } = servers({ a: new Error('connect ECONNREFUSED'), b: writes(2) });
  expect(await primary.find()).toBe(b);
  primary.doubt();
  Object.assign(says, { a: writes(1), b: new Error('connect ECONNREFUSED') });
  await expect(primary.find()).rejects.toThrow('a:1 was the primary before another one was promoted');
  says.b = writes(2);
  expect(await primary.find()).toBe(b);
});

test('when none takes writes, each says why', async () => {
  const { says, primary } = servers({ a: standby, b: new Error('connect ECONNREFUSED') });
  await expect(primary.find()).rejects.toThrow(
    'no PostgreSQL server takes writes: a:1 is a standby; b:2: connect ECONNREFUSED',
  );
  says.b = writes(3);
  expect(await primary.find()).toBe(b);
});
