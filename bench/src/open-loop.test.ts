// What is told of several slices at one rate is their middle: one in which the machine stood still does not decide.
import { expect, test } from '@jest/globals';
import { latenessOf } from './open-loop.js';

const slice = (p99Millis: number, units = 100) => ({
  ...{ units, seconds: 2, p50Millis: p99Millis / 2, p99Millis, p999Millis: 2 * p99Millis },
  ...{ cpuMicros: { gateway: 10, token: p99Millis }, checked: 3 },
});
const what = { name: 'refresh', share: 0.6, asked: 55 };

test.each([
  ['one', [slice(12)], { p50Millis: 6, p99Millis: 12, p999Millis: 24, cpuMicros: 22, slices: 1, checked: 3 }],
  ['three', [slice(90), slice(12), slice(14)], { p50Millis: 7, p99Millis: 14, cpuMicros: 24, slices: 3, checked: 9 }],
  ['two, for one failed', [slice(10), slice(30)], { p99Millis: 20, slices: 2, checked: 6 }],
])('of %s', (_, slices, told) => {
  expect(latenessOf(what, slices)).toMatchObject({
    scenario: 'refresh',
    share: 0.6,
    asked: 55,
    perSecond: 50,
    ...told,
  });
});

test('of a rate that was asked for there is no share', () => {
  expect(latenessOf({ ...what, share: undefined }, [slice(9, 110)])).toMatchObject({ perSecond: 55 });
  expect(latenessOf({ ...what, share: undefined }, [slice(9)])).not.toHaveProperty('share');
});
