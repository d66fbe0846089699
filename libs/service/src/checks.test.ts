// Readiness: probes run side by side, none is waited for too long, and what they said is remembered for a moment.
import { expect, test } from '@jest/globals';
import { createChecks } from './checks.js';
import { gate } from './running.fixture.js';

test('all is well when every probe answers', async () => {
  const checks = createChecks(() => 0);
  expect(await checks.problems()).toEqual({});
  checks.add('postgres', () => Promise.resolve());
  expect(await createChecks(() => 0).problems()).toEqual({});
});

test('what fails is named, whichever way it fails', async () => {
  const checks = createChecks(() => 0);
  checks.add('rejects', () => Promise.reject(new Error('refused')));
  checks.add('throws', () => {
    throw new Error('at once');
  });
  // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- drivers do that
  checks.add('no error', () => Promise.reject('a word'));
  checks.add('fine', () => Promise.resolve());
  expect(await checks.problems()).toEqual({ rejects: 'refused', throws: 'at once', 'no error': 'a word' });
});

test('probes run side by side', async () => {
  const checks = createChecks(() => 0);
  const first = gate();
  const second = gate();
  // Each can only answer once the other has been asked.
  checks.add('first', () => (first.open(), second.passed));
  checks.add('second', () => (second.open(), first.passed));
  expect(await checks.problems()).toEqual({});
});

test('a probe that never answers is given up', async () => {
  const checks = createChecks(() => 0);
  checks.add('silent', () => new Promise(() => undefined));
  expect(await checks.problems()).toEqual({ silent: 'no answer within 2000 ms' });
});

test('an answer is remembered for a second, and shared by those who ask meanwhile', async () => {
  let now = 0;
  let asked = 0;
  const checks = createChecks(() => now);
  checks.add('counted', () => Promise.resolve(void asked++));
  await Promise.all([checks.problems(), checks.problems()]);
  now = 1_000;
  await checks.problems();
  expect(asked).toBe(1);
  now = 1_001;
  await checks.problems();
  expect(asked).toBe(2);
});
