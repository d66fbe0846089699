// A request id is good for one request: replays share its result, failures do not stick, memory is bounded.
import { expect, test } from '@jest/globals';
import { createReplayMemory } from './replay-memory.js';

function memoryWithClock(generation = 100) {
  const clock = { now: 0 };
  const memory = createReplayMemory<string>({ generation, generationMillis: 1000, now: () => clock.now });
  let made = 0;
  const once = (requestId: string, statement: string, work?: () => Promise<string>) =>
    memory.once(
      requestId,
      (first) => first.startsWith(`${statement} `),
      work ?? (() => Promise.resolve(`${statement} #${String(++made)}`)),
    );
  return { clock, once };
}

test('a replay gets the first result, whether it comes later or meanwhile', async () => {
  const { once } = memoryWithClock();
  const both = await Promise.all([once('id', 'a'), once('id', 'a')]);
  expect([...both, await once('id', 'a')]).toEqual(['a #1', 'a #1', 'a #1']);
  expect(await once('other', 'a')).toBe('a #2');
});

test('another request under a used id is refused', async () => {
  const { once } = memoryWithClock();
  await once('id', 'a');
  await expect(once('id', 'b')).rejects.toMatchObject({ code: 'conflict' });
  expect(await once('id', 'a')).toBe('a #1');
});

test('a failure is told to all who wait for it, and forgotten', async () => {
  const { once } = memoryWithClock();
  const failing = () => Promise.reject(new Error('away'));
  const both = await Promise.allSettled([once('id', 'a', failing), once('id', 'a')]);
  expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(await once('id', 'a')).toBe('a #1');
});

test('results are kept for one generation at least, and for two at most', async () => {
  const { clock, once } = memoryWithClock();
  await once('id', 'a');
  clock.now = 1000;
  await once('turn', 'b');
  expect(await once('id', 'a')).toBe('a #1');
  clock.now = 2000;
  await once('turn again', 'c');
  expect(await once('id', 'a')).toBe('a #4');
});

test('a flood makes room by forgetting the oldest', async () => {
  const { once } = memoryWithClock(10);
  await once('first', 'a');
  for (let index = 0; index < 9; index++) await once(String(index), 'b');
  expect(await once('first', 'a')).toBe('a #1');
  for (let index = 9; index < 25; index++) await once(String(index), 'b');
  expect(await once('first', 'a')).toBe('a #27');
});
