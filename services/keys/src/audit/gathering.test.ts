// A commit waits for what is being made, and for those of a crowd who come again; for nothing else.
import { expect, test } from '@jest/globals';
import { createGathering } from './gathering.js';

const aDay = 24 * 3_600_000;
const patient = () => createGathering({ few: aDay, crowd: aDay, present: aDay });

/** Whether it settles without anything more happening. */
const settles = (promise: Promise<void>) =>
  Promise.race([
    promise.then(() => true),
    new Promise<boolean>((resolve) => setImmediate(() => setImmediate(resolve, false))),
  ]);

test.each([
  ['nothing ever arrived', [], true],
  ['nothing else is on its way', [[1, 0, 0]], true],
  ['more is being made', [[1, 3, 0]], false],
  [
    'what was being made has come',
    [
      [1, 1, 0],
      [2, 0, 0],
    ],
    true,
  ],
  ['enough wait, though more is being made', [[32, 30, 0]], true],
  ['few are in the commit before: they come again, and are not waited for', [[1, 0, 14]], true],
  ['a crowd is in the commit before', [[1, 0, 15]], false],
  [
    'most of a crowd have come again',
    [
      [1, 0, 19],
      [15, 0, 0],
    ],
    true,
  ],
  ['a crowd is being made, and as many wait', [[20, 20, 0]], false],
  ['enough wait of a larger crowd', [[32, 0, 200]], true],
] as const)('when %s', async (_name, arrivals, complete) => {
  const gathering = patient();
  for (const [waiting, underWay, writing] of arrivals) gathering.arrived(waiting, underWay, writing);
  const waits = gathering.complete();
  expect(await settles(waits)).toBe(complete);
  gathering.arrived(32, 0, 0);
  await waits;
});

test('it ends with the last that was being made, or with enough of them', async () => {
  for (const [waiting, underWay] of [
    [3, 0],
    [32, 5],
  ] as const) {
    const gathering = patient();
    gathering.arrived(1, 2, 0);
    const waits = gathering.complete();
    gathering.arrived(2, 1, 0);
    expect(await settles(waits)).toBe(false);
    gathering.arrived(waiting, underWay, 0);
    expect(await settles(waits)).toBe(true);
  }
});

test.each([
  [3, false],
  [20, true],
])('after %d more commits a crowd that did not come again is forgotten: %s', async (commits, forgotten) => {
  const gathering = patient();
  gathering.arrived(40, 0, 24);
  for (let count = 0; count < commits; count++) await gathering.complete();
  gathering.arrived(1, 0, 5);
  const waits = gathering.complete();
  expect(await settles(waits)).toBe(forgotten);
  gathering.arrived(32, 0, 0);
  await waits;
});

test.each([
  ['few', { few: 1 }, [1, 1, 0]],
  ['a crowd that was there', { crowd: 1 }, [1, 1, 20]],
  ['a crowd of which none is being made any more', { crowd: 1 }, [20, 0, 40]],
  ['a crowd that is being made', { present: 1 }, [1, 20, 0]],
] as const)('what never comes of %s is not waited for', async (_name, patience, [waiting, underWay, writing]) => {
  const gathering = createGathering({ few: aDay, crowd: aDay, present: aDay, ...patience });
  gathering.arrived(waiting, underWay, writing);
  await gathering.complete();
  gathering.arrived(waiting, underWay, writing);
  await gathering.complete();
});
