// A commit waits for what is being made, and for nothing else.
import { expect, test } from '@jest/globals';
import { createGathering } from './gathering.js';

const aDay = 24 * 3_600_000;
const patient = () => createGathering(aDay);

/** Whether it settles without anything more happening. */
const settles = (promise: Promise<void>) =>
  Promise.race([
    promise.then(() => true),
    new Promise<boolean>((resolve) => setImmediate(() => setImmediate(resolve, false))),
  ]);

test.each([
  ['nothing ever arrived', [], true],
  ['nothing else is under way', [[1, 0]], true],
  ['more is under way', [[1, 3]], false],
  [
    'what was under way has come',
    [
      [1, 1],
      [2, 0],
    ],
    true,
  ],
  ['enough wait, though more is under way', [[32, 30]], true],
] as const)('when %s', async (_name, arrivals, complete) => {
  const gathering = patient();
  for (const [waiting, underWay] of arrivals) gathering.arrived(waiting, underWay);
  const waits = gathering.complete();
  expect(await settles(waits)).toBe(complete);
  gathering.arrived(1, 0);
  await waits;
});

test('it ends with the last that was under way, or with enough of them', async () => {
  for (const [waiting, underWay] of [
    [3, 0],
    [32, 5],
  ] as const) {
    const gathering = patient();
    gathering.arrived(1, 2);
    const waits = gathering.complete();
    gathering.arrived(2, 1);
    expect(await settles(waits)).toBe(false);
    gathering.arrived(waiting, underWay);
    expect(await settles(waits)).toBe(true);
  }
});

test('what never comes is not waited for', async () => {
  const gathering = createGathering(1);
  gathering.arrived(1, 1);
  await gathering.complete();
  await gathering.complete();
});
