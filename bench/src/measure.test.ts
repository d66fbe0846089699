// What fails in a round is told and ends nothing, unless somebody ends it.
import { expect, test } from '@jest/globals';
import type { Driver } from './load/driver.js';
import type { Failure } from './measure.js';
import { isWarm, measureRounds } from './measure.js';

const slice = { units: 10, seconds: 1, p50Millis: 1, p99Millis: 1, p999Millis: 1 };

/** One that cannot do `broken`. */
function driver(asked: string[]): Driver {
  return {
    prepare(scenario) {
      asked.push(scenario);
      return scenario === 'broken' ? Promise.reject(new Error('no such luck')) : Promise.resolve();
    },
    drive: () => Promise.resolve(slice),
    check: () => Promise.resolve(3),
    close: () => Promise.resolve(),
  };
}

const plan = { scenarios: ['broken', 'whole'], rounds: 2, sliceMillis: 1, warmUpMillis: 1, warmUps: 1, units: 1 };

test('a scenario that fails twice is not asked for again, and everything else is measured', async () => {
  const asked: string[] = [];
  const failures: Failure[] = [];
  const kept: number[] = [];
  const contestant = { name: 'a', driver: driver(asked), pids: { a: process.pid }, scenarios: plan.scenarios };
  const { measurements } = await measureRounds([contestant], plan, {
    signal: new AbortController().signal,
    progress: () => undefined,
    failed: (failure) => void failures.push(failure),
    round: (rounds) => void kept.push(rounds.measurements.get('a')?.get('whole')?.length ?? 0),
  });
  expect(asked).toEqual(['broken', 'whole', 'broken', 'whole', 'whole']);
  expect(failures).toEqual(
    Array.from({ length: 2 }, () => ({ who: 'a', scenario: 'broken', why: 'broken: no such luck' })),
  );
  expect(measurements.get('a')?.get('whole')).toMatchObject([{ units: 10, checked: 3 }, { units: 10 }]);
  expect(kept).toEqual([1, 2]);
});

test('whoever ends it ends it', async () => {
  const ended = new AbortController();
  const contestant = { name: 'a', driver: driver([]), pids: { a: process.pid }, scenarios: plan.scenarios };
  ended.abort(new Error('enough'));
  const watch = { signal: ended.signal, progress: () => undefined, failed: () => undefined };
  await expect(measureRounds([contestant], plan, watch)).rejects.toThrow('enough');
});

test.each([
  ['the first tells nothing', [100], false],
  ['it still gets cheaper', [100, 80, 70], false],
  ['it does not any more', [100, 80, 78], true],
  ['it gets dearer', [100, 120], true],
  ['it went on for long enough', [100, 80, 70, 60], true],
])('a scenario is warm: %s', (_name, costs, warm) => {
  expect(isWarm(costs, 4)).toBe(warm);
});
