// What a second try may excuse, and what it may not.
import { expect, test } from '@jest/globals';
import { secondTry } from './lib/second-try.mjs';

const failure = (file: string, ...tests: string[]) => ({ file, tests, passed: 4 });
const run = (passed: number, ...failures: { file: string; tests: string[]; passed: number }[]) => ({
  passed,
  failed: failures.reduce((sum, { tests }) => sum + tests.length, 0),
  skipped: 0,
  failures,
});
const said: string[] = [];
const judged = (first: ReturnType<typeof run>, second?: ReturnType<typeof run>) =>
  secondTry(
    first,
    () => (second === undefined ? Promise.reject(new Error('nothing to run')) : Promise.resolve(second)),
    (sentence: string) => said.push(sentence),
  );

test('a run without failures is not run again', async () => {
  expect(await judged(run(10))).toMatchObject({ passed: 10, failed: 0 });
});

test('what passes alone counts, and is named', async () => {
  expect(await judged(run(14, failure('a.test.ts', 'does a thing')), run(5))).toMatchObject({ passed: 15, failed: 0 });
  expect(said.join('\n')).toMatch(/UNSURE.*a\.test\.ts\n {2}does a thing/);
});

test('what fails twice has failed', async () => {
  const [a, b] = [failure('a.test.ts', 'one'), failure('b.test.ts', 'two')];
  expect(await judged(run(18, a, b), run(9, b))).toMatchObject({ passed: 19, failed: 1 });
});

test('many failures are no accident', async () => {
  const many = ['a', 'b', 'c', 'd'].map((name) => failure(name, 'x'));
  expect(await judged(run(1, ...many))).toMatchObject({ failed: 4 });
});

test('a run that broke off has failed', async () => {
  expect(await judged({ passed: 0, failed: 1, skipped: 0, failures: [] })).toMatchObject({ failed: 1 });
});
