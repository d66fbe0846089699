// What waits for a session: bounded, in order, in fair batches, and nothing late is handed out (security §2.3 rule 8).
import { expect, test } from '@jest/globals';
import { createJobQueue, settle } from './job-queue.js';
import type { Job } from './messages.js';

const job = (kid: string, deadline = 100): Job => ({ kind: 'sign', kid, input: '', deadline });
const kids = (batch: readonly { job: Job }[]) => batch.map((waiting) => waiting.job.kid);

function queueAt(clock: { now: number }, longest = 100) {
  return createJobQueue({ longest, now: () => clock.now });
}

test('over its bound it refuses before the loop turns, as RESOURCE_EXHAUSTED, and has room again when some were taken', async () => {
  const queue = queueAt({ now: 0 }, 2);
  const waiting = [queue.add(job('a'), undefined), queue.add(job('b'), undefined)];
  const turn = new Promise((resolve) => setImmediate(resolve, 'the loop turned'));
  const refused = expect.objectContaining({ code: 'temporarily_unavailable', grpc: 'RESOURCE_EXHAUSTED' });
  await expect(Promise.race([queue.add(job('c'), undefined), turn])).rejects.toEqual(refused);
  const [first] = queue.takeBatch(2);
  waiting.push(queue.add(job('d'), undefined));
  settle(first!, { value: undefined });
  await waiting[0];
  expect(kids(queue.takeBatch(1))).toEqual(['b', 'd']);
});

test.each([
  [1, 3, 3],
  [1, 100, 8],
  [2, 6, 3],
  [2, 1, 1],
  [4, 10, 3],
])('%i sessions share %i jobs: the first takes %i', (threads, jobs, taken) => {
  const queue = queueAt({ now: 0 });
  for (let index = 0; index < jobs; index++) void queue.add(job(String(index)), undefined);
  expect(kids(queue.takeBatch(threads))).toEqual(Array.from({ length: taken }, (_, index) => String(index)));
  expect(queue.size()).toBe(jobs - taken);
});

test('what is late is refused and makes room for what is not', async () => {
  const clock = { now: 0 };
  const queue = queueAt(clock);
  const late = expect(queue.add(job('late', 5), undefined)).rejects.toMatchObject({ code: 'temporarily_unavailable' });
  void queue.add(job('in time'), undefined);
  clock.now = 5;
  expect(kids(queue.takeBatch(1))).toEqual(['in time']);
  await late;
});

test('a lost token fails all that wait, and the reason stays here', async () => {
  const queue = queueAt({ now: 0 });
  const waiting = queue.add(job('a'), undefined);
  queue.clear('the token is gone');
  await expect(waiting).rejects.toMatchObject({ code: 'temporarily_unavailable' });
  await expect(waiting).rejects.not.toThrow('the token is gone');
  expect(queue.size()).toBe(0);
});

test('what a session did not do goes in front, once, and not at all when it was done late', async () => {
  const queue = queueAt({ now: 0 }, 2);
  const back = queue.add(job('back'), undefined);
  const batch = queue.takeBatch(1);
  void queue.add(job('a'), undefined);
  void queue.add(job('b'), undefined);
  expect(queue.giveBack(batch)).toEqual([]);
  const [again, a, b] = queue.takeBatch(1);
  expect([again, a, b].map((waiting) => waiting?.job.kid)).toEqual(['back', 'a', 'b']);
  expect(queue.giveBack([again!, a!, b!])).toEqual([again]);
  settle(again!, { value: undefined });
  await back;
  settle(a!, { value: undefined });
  expect(kids(queue.takeBatch(1))).toEqual(['b']);
});

test('what is late is refused though nobody takes it', async () => {
  const clock = { now: 0 };
  const queue = queueAt(clock);
  const late = queue.add(job('late', 5), undefined);
  void queue.add(job('in time'), undefined);
  queue.expire();
  expect(queue.size()).toBe(2);
  clock.now = 5;
  queue.expire();
  await expect(late).rejects.toMatchObject({ code: 'temporarily_unavailable' });
  expect(kids(queue.takeBatch(1))).toEqual(['in time']);
});

test('signatures that wait for a key which was ended are refused, and nothing else is', async () => {
  const queue = queueAt({ now: 0 });
  const ended = queue.add(job('bad'), undefined);
  void queue.add(job('good'), undefined);
  void queue.add({ kind: 'examine', kid: 'bad', deadline: 100 }, undefined);
  queue.drop('bad');
  await expect(ended).rejects.toMatchObject({ code: 'temporarily_unavailable' });
  expect(queue.takeBatch(1).map((waiting) => [waiting.job.kind, waiting.job.kid])).toEqual([
    ['sign', 'good'],
    ['examine', 'bad'],
  ]);
});
