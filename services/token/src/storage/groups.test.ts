// Who goes together, and who waits for whom.
import { expect, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { createGroups } from './groups.js';

/** Work that ends when it is told to. */
function heldWork() {
  const batches: { readonly rows: readonly number[]; readonly end: () => void }[] = [];
  const group = createGroups({ name: 'test', observed: undefined }, (rows: readonly number[]) => {
    return new Promise<readonly number[]>((resolve) => batches.push({ rows, end: () => resolve(rows) }));
  });
  /** Settles when so many batches have begun. */
  const begun = async (count: number) => {
    while (batches.length < count) await sleep(1);
  };
  return { batches, group, begun };
}

test('rows that come while a batch is under way go together in the next', async () => {
  const { batches, group, begun } = heldWork();
  const first = group(0);
  await begun(1);
  const later = [group(1), group(2)];
  batches[0]?.end();
  await begun(2);
  batches[1]?.end();
  expect(await Promise.all([first, ...later])).toEqual([0, 1, 2]);
  expect(batches.map(({ rows }) => rows)).toEqual([[0], [1, 2]]);
});

test('many rows do not wait for the batch under way', async () => {
  const { batches, group, begun } = heldWork();
  void group(0);
  await begun(1);
  const many = Array.from({ length: 100 }, (_, index) => group(index + 1));
  await begun(2);
  batches[1]?.end();
  expect(await Promise.all(many)).toHaveLength(100);
});

test('a batch that waits for somebody does not hold up those behind it, and no third one begins', async () => {
  const { batches, group, begun } = heldWork();
  const stuck = group(0);
  await begun(1);
  const overtaking = group(1);
  await begun(2);
  const third = group(2);
  batches[1]?.end();
  expect(await overtaking).toBe(1);
  await begun(3);
  expect(batches.map(({ rows }) => rows)).toEqual([[0], [1], [2]]);
  batches[0]?.end();
  batches[2]?.end();
  expect(await Promise.all([stuck, third])).toEqual([0, 2]);
});
