// A statement is settled once: by its answer, or by a server that said nothing for too long.
import { expect, jest, test } from '@jest/globals';
import { setTimeout as later } from 'node:timers/promises';
import type { Answered } from './asking.js';
import { askPatiently } from './asking.js';
import { saidNothing } from './failures.js';

const refusal = new Error('no such table');

test.each([
  ['an answer', 0, 60_000, { value: 7 }],
  ['an answer where patience has no end', 5, 0, { value: 7 }],
  ['a refusal', 0, 60_000, { reason: refusal }],
  ['a refusal where patience has no end', 5, 0, { reason: refusal }],
])('%s comes as a promise', async (_name, afterMillis, patienceMillis, outcome) => {
  const send = (answered: Answered): void =>
    void setTimeout(
      () => ('reason' in outcome ? answered(outcome.reason) : answered(null, outcome.value)),
      afterMillis,
    );
  const [settled] = await Promise.allSettled([askPatiently(send, patienceMillis, undefined)]);
  expect(settled).toMatchObject(outcome);
});

test('silence is told once, and what comes later is not', async () => {
  const answered = jest.fn<Answered>();
  let late: Answered | undefined;
  askPatiently((settle) => (late = settle), 5, answered);
  await later(50);
  expect(answered).toHaveBeenCalledTimes(1);
  expect(saidNothing(answered.mock.calls[0]?.[0])).toBe(true);
  late?.(null, 7);
  expect(answered).toHaveBeenCalledTimes(1);
});

test('an answer ends the waiting', async () => {
  const answered = jest.fn<Answered>();
  askPatiently((settle) => settle(null, 7), 5, answered);
  await later(50);
  expect(answered.mock.calls).toEqual([[null, 7]]);
});
