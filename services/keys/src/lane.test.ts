// A lane: bounded at work, bounded in waiting, and it begins nothing that is late.
import { expect, test } from '@jest/globals';
import { createLane } from './lane.js';

function held() {
  let release: () => void = () => undefined;
  const promise = new Promise<string>((resolve) => {
    release = () => resolve('done');
  });
  return { promise, release };
}

test('the rest waits its turn, and what is over the bound is refused at once', async () => {
  const lane = createLane({ atOnce: 1, waiting: 1, now: () => 0 });
  const first = held();
  const begun: string[] = [];
  const work = (name: string) => () => {
    begun.push(name);
    return first.promise;
  };
  const answers = [lane(1, work('a')), lane(1, work('b'))];
  await expect(lane(1, work('c'))).rejects.toMatchObject({ code: 'temporarily_unavailable' });
  expect(begun).toEqual(['a']);
  first.release();
  expect(await Promise.all(answers)).toEqual(['done', 'done']);
  expect(begun).toEqual(['a', 'b']);
});

test('what became late while it waited is never begun', async () => {
  let now = 0;
  const lane = createLane({ atOnce: 1, waiting: 2, now: () => now });
  const first = held();
  const running = lane(10, () => first.promise);
  let begun = false;
  const late = lane(10, () => {
    begun = true;
    return Promise.resolve('done');
  });
  const refused = expect(late).rejects.toMatchObject({ code: 'temporarily_unavailable' });
  const patient = lane(99, () => Promise.resolve('in time'));
  now = 10;
  first.release();
  await refused;
  expect(begun).toBe(false);
  expect(await running).toBe('done');
  expect(await patient).toBe('in time');
});

test('a failure gives its place back', async () => {
  const lane = createLane({ atOnce: 1, waiting: 0, now: () => 0 });
  await expect(lane(1, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  expect(await lane(1, () => Promise.resolve('next'))).toBe('next');
});
