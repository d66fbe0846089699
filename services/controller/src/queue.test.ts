// What is mentioned is looked at once, never twice at a time, and a failure brings it back.
import { expect, test } from '@jest/globals';
import type { Queue } from './queue.js';
import { createQueue } from './queue.js';

const pauses = { breadth: 2, firstPauseMillis: 1, longestPauseMillis: 8, failed: () => undefined };

/** A promise to be settled by hand. */
function gate(): { passed: Promise<void>; open: () => void } {
  let open = (): void => undefined;
  const passed = new Promise<void>((resolve) => (open = resolve));
  return { passed, open };
}

test('many mentions while it is looked at mean once more', async () => {
  const first = gate();
  const [begun, done] = [gate(), gate()];
  const looked: string[] = [];
  const queue = createQueue({
    ...pauses,
    async work(item) {
      looked.push(item);
      if (looked.length > 1) return done.open();
      begun.open();
      await first.passed;
    },
  });
  queue.add('a');
  await begun.passed;
  for (let i = 0; i < 5; i++) queue.add('a');
  expect(looked).toEqual(['a']);
  first.open();
  await done.passed;
  await queue.close();
  expect(looked).toEqual(['a', 'a']);
});

test('no more at a time than its breadth', async () => {
  let [now, most] = [0, 0];
  const all = gate();
  let left = 10;
  const queue = createQueue({
    ...pauses,
    async work() {
      most = Math.max(most, ++now);
      await new Promise(setImmediate);
      now--;
      if (--left === 0) all.open();
    },
  });
  for (let i = 0; i < 10; i++) queue.add(String(i));
  await all.passed;
  await queue.close();
  expect(most).toBe(2);
});

test('what fails comes back until it does not, and is told each time', async () => {
  const failures: string[] = [];
  const done = gate();
  let attempts = 0;
  const queue = createQueue({
    ...pauses,
    failed: (item, error) => void failures.push(`${item}: ${(error as Error).message}`),
    async work() {
      if (++attempts < 4) throw new Error(String(attempts));
      done.open();
    },
  });
  queue.add('a');
  await done.passed;
  await queue.close();
  expect(failures).toEqual(['a: 1', 'a: 2', 'a: 3']);
});

test('closed, it ends what it has begun and begins nothing', async () => {
  const first = gate();
  const looked: string[] = [];
  const queue: Queue = createQueue({
    ...pauses,
    async work(item) {
      looked.push(item);
      await first.passed;
      throw new Error('would come back');
    },
  });
  for (const item of ['a', 'b', 'c']) queue.add(item);
  const closed = queue.close();
  first.open();
  await closed;
  queue.add('d');
  expect(looked).toEqual(['a', 'b']);
});
