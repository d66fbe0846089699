// What the gate makes of rounds and of a baseline.
import { expect, test } from '@jest/globals';
import { allowedGrowth, judge, ratiosOf } from './gate.js';
import { ours } from './report/results.js';

const slice = (gateway: number, postgres: number) => ({
  ...{ cpuMicros: { gateway, postgres }, checked: 1, units: 1, seconds: 1, p50Millis: 1, p99Millis: 1, p999Millis: 1 },
});

test('a request costs what its best round says, in calibration loops', () => {
  const measurements = new Map([[ours, new Map([['x', [slice(90, 60), slice(60, 40), slice(500, 100)]]])]]);
  expect(ratiosOf({ measurements, calibration: [55, 50, 400], residentBytes: {} })).toEqual({ x: 2 });
});

test('what has grown by more than is allowed fails, and what nobody has allowed anything', () => {
  const verdicts = judge(
    { same: 2, dearer: 2, cheaper: 2 },
    { same: 2 * allowedGrowth, dearer: 2.01 * allowedGrowth, cheaper: 1, new: 1 },
  );
  expect(verdicts.filter(({ failed }) => failed).map(({ scenario }) => scenario)).toEqual(['dearer', 'new']);
});
