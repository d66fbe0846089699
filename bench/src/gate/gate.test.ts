// What the gate makes of rounds and of a baseline.
import { expect, test } from '@jest/globals';
import { ours } from '../report/results.js';
import { allowedGrowth, better, dearer, floor, judge, mostCrowding, ratiosOf, verdictOn } from './judge.js';

const slice = (gateway: number, postgres: number) => ({
  ...{ cpuMicros: { gateway, postgres }, checked: 1, units: 1, seconds: 1, p50Millis: 1, p99Millis: 1, p999Millis: 1 },
});

test('a request costs what its best round says, in requests to a bare server at its best', () => {
  const measurements = new Map([
    [ours, new Map([['x', [slice(90, 60), slice(60, 40), slice(500, 100)]]])],
    [floor, new Map([['discovery', [slice(55, 0), slice(50, 0), slice(400, 0)]]])],
  ]);
  expect(ratiosOf({ measurements })).toEqual({ x: 2 });
});

const findings = judge(
  { same: 2, dearer: 2, cheaper: 2 },
  { same: 2 * allowedGrowth, dearer: 2.01 * allowedGrowth, cheaper: 1, new: 1 },
);

test('what has grown by more than is allowed is too dear, and what nobody has allowed anything', () =>
  expect(findings.filter(({ dear }) => dear).map(({ scenario }) => scenario)).toEqual(['dearer', 'new']));

test('what may be spent is the dearer of two looks', () =>
  expect(dearer({ up: 7, down: 3, once: 1 }, { up: 9, down: 2 })).toEqual({ up: 9, down: 3, once: 1 }));

test('of two looks the better one counts', () => {
  const again = judge({ dearer: 2 }, { dearer: 2 });
  expect(better(findings, again).find(({ scenario }) => scenario === 'dearer')?.dear).toBe(false);
  expect(better(again, findings)).toEqual(again);
});

test('a crowded machine judges nobody', () => {
  const innocent = findings.filter(({ dear }) => !dear);
  expect(verdictOn(innocent, mostCrowding, 0)).toBe('well');
  expect(verdictOn(findings, mostCrowding, 0)).toBe('too dear');
  expect(verdictOn(innocent, mostCrowding + 0.1, 0)).toBe('not judged');
  expect(verdictOn(findings, mostCrowding + 0.1, 0)).toBe('not judged');
});

test('where something failed, or nothing was found, nothing is well', () => {
  const innocent = findings.filter(({ dear }) => !dear);
  expect(verdictOn(innocent, 1, 1)).toBe('too dear');
  expect(verdictOn([], 1, 0)).toBe('too dear');
});
