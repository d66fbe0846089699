// A slice of load: when it ends, what its sample covers, and what a wrong answer does to it.
import { expect, test } from '@jest/globals';
import type { Lane } from './lane.js';
import { driveOpenLoop, driveSlice } from './slice.js';

const lanes = [{ index: 0 }, { index: 1 }] as unknown as Lane[];
const check = () => Promise.resolve();

test('a slice ends with its work, and its sample covers all of it', async () => {
  let left = 1_000;
  const step = () => (left-- > 0 ? Promise.resolve(String(left)) : undefined);
  const { slice, kept } = await driveSlice({ step, check }, lanes, 60_000, () => performance.now());
  expect(slice.units).toBe(1_000);
  expect(kept.length).toBeGreaterThanOrEqual(24);
  expect(kept.length).toBeLessThan(48);
  const numbers = kept.map(Number);
  expect(Math.max(...numbers)).toBeGreaterThan(900);
  expect(Math.min(...numbers)).toBeLessThan(100);
});

test('a slice ends with its time', async () => {
  let clock = 0;
  const step = () => Promise.resolve(String((clock += 10)));
  const { slice } = await driveSlice({ step, check }, lanes.slice(0, 1), 100, () => clock);
  expect(slice).toEqual({ units: 10, seconds: 0.1, p50Millis: 10, p99Millis: 10, p999Millis: 10 });
});

test('a wrong answer fails it', async () => {
  const step = () => Promise.reject(new Error('wrong'));
  await expect(driveSlice({ step, check }, lanes, 100, () => 0)).rejects.toThrow('wrong');
});

test('in an open loop units begin when they are due, and one that waits for a lane is late', async () => {
  // A random number that makes every gap the mean one.
  const random = () => 1 - 1 / Math.E;
  const begun: number[] = [];
  const step = async () => {
    begun.push(performance.now());
    // The third stands still: those that fall due meanwhile wait, for there is one lane.
    if (begun.length === 3) await new Promise((resolve) => setTimeout(resolve, 120));
    return String(begun.length);
  };
  const from = performance.now();
  const clock = { now: () => performance.now(), random };
  const { slice } = await driveOpenLoop({ step, check }, lanes.slice(0, 1), { millis: 200, perSecond: 100 }, clock);
  expect(slice.units).toBe(19);
  // None begins before it is due, and none of those that waited is forgotten.
  begun.forEach((at, index) => expect(at - from).toBeGreaterThanOrEqual(10 * (index + 1) - 1));
  expect(slice.p99Millis).toBeGreaterThan(100);
});
