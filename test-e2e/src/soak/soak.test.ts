// What a soak concludes from what it saw: slopes with their errors, and which refusals a fault explains.
import { describe, expect, test } from '@jest/globals';
import { nothing, refusals, signatures } from '../faults/fault.js';
import { readOptions, UsageError } from './options.js';
import type { Outcome } from './outcome.js';
import { complaints, kindsOf } from './outcome.js';
import { schedule } from './schedule.js';
import type { Sample } from './slope.js';
import { slopeOf, verdictOf } from './slope.js';
import { showSoak } from './tables.js';
import { allowanceOf } from './windows.js';

/** Two lives on levels of their own, with what looks like noise. */
const samples = (perHour: number, noise: number): Sample[] =>
  [1, 2].flatMap((life) =>
    Array.from({ length: 30 }, (_, index) => {
      const hours = life + index / 360;
      return { life, hours, mebibytes: 40 * life + perHour * hours + noise * (((index * 11) % 30) / 30 - 0.5) };
    }),
  );

describe('slopes', () => {
  test('are of all lives, whatever their levels', () => {
    const slope = slopeOf(samples(7, 0));
    expect(slope?.perHour).toBeCloseTo(7, 6);
    expect(slope?.error).toBeCloseTo(0, 6);
    expect(slope?.samples).toBe(60);
  });
  test.each([
    [0, 0.01, 'below'],
    [50, 0.01, 'ABOVE'],
    [1, 1, 'not above'],
  ])('%d MiB an hour, noise of %d: %s', (perHour, noise, verdict) => {
    expect(verdictOf(slopeOf(samples(perHour, noise)), 1)).toBe(verdict);
  });
  test('need enough samples', () => {
    expect(verdictOf(slopeOf(samples(7, 0).slice(0, 5)), 1)).toBe('too short');
  });
});

test('a fault explains what it allows, as long as it lasts', () => {
  const windows = [
    { id: 'F05', from: 100, to: 200, may: refusals },
    { id: 'F03', from: 180, to: 300, may: signatures },
    { id: 'F22', from: 400, to: 500, may: nothing },
  ];
  const may = (sent: number, answered: number) => allowanceOf({ sent, answered }, windows);
  expect(may(0, 99)).toEqual({ refuse: [], lose: false, hang: false });
  expect(may(90, 110).refuse).toBe(true);
  expect(may(190, 210).refuse).toBe(true);
  expect(may(250, 260).refuse).toEqual(signatures.refuse);
  expect(may(400, 500)).toEqual({ refuse: [], lose: false, hang: false });
});

test('questions are counted by kind, and their time outside of faults alone', () => {
  const ask = (what: string, sent: number, answered: number) =>
    ({ what, sent, answered, by: 'g', outcome: 'answered' }) as const;
  const asks = [ask('issue', 0, 7), ask('issue', 1_000, 9_000), ask('look', 10, 12)];
  const windows = [{ id: 'F05', from: 2_000, to: 3_000, may: refusals }];
  expect(kindsOf(asks, windows, 2)).toEqual([
    { what: 'issue', perSecond: 1, p99Millis: 7 },
    { what: 'look', perSecond: 0.5, p99Millis: 2 },
  ]);
});

test('restarts come before anything is measured, and again in a long one', () => {
  const ids = (minutes: number) => schedule(minutes).map(({ fault }) => fault.id);
  expect(ids(2)[0]).toBe('F22');
  expect(new Set(ids(2))).toEqual(new Set(['F05', 'F10', 'F22']));
  expect(ids(10).filter((id) => id === 'F22')).toHaveLength(2);
});

describe('the outcome', () => {
  const slope = { perHour: 30, error: 1, samples: 40 };
  const growth = { name: 'admin', heap: { first: 1, last: 2 }, resident: { first: 3, last: 4 }, slope } as const;
  const good: Outcome = {
    ...{ minutes: 1, reached: 20, perSecond: 10, errands: 600, skipped: 0, requests: 2_000, refusals: 1, lost: 0 },
    ...{ kinds: [{ what: 'issue', perSecond: 3, p99Millis: 12 }], windows: [], busy: 0.5, breaches: [] },
    growth: [{ ...growth, slope: { ...slope, perHour: 0 } }],
    idle: { millis: 31_000, above: [] },
  };
  test('holds when nothing grows and nothing is broken', () => {
    expect(complaints(good)).toEqual([]);
    expect(showSoak(good)).toContain('**It holds.**');
  });
  test.each<[Partial<Outcome>, string]>([
    [{ growth: [growth] }, 'the heap of admin grows by 30.0 MiB an hour'],
    [{ idle: { millis: undefined, above: [{ what: 'admin sockets', idle: 3, now: 9 }] } }, 'admin sockets: 9, idle 3'],
    [{ skipped: 4 }, '4 errands were not begun'],
    [
      { breaches: [{ invariant: 'INV4', subject: 'issue', sentence: 'issue was refused', history: [] }] },
      'INV4: issue was refused',
    ],
  ])('%j', (more, complaint) => {
    expect(complaints({ ...good, ...more })).toEqual([complaint]);
    expect(showSoak({ ...good, ...more })).toContain(`**It does not hold:** ${complaint}.`);
  });
});

test('options', () => {
  expect(readOptions(['--minutes', '2.5', '--json'])).toMatchObject({ minutes: 2.5, json: true, perSecond: undefined });
  expect(readOptions(['--help'])).toBe('help');
  for (const wrong of [['--minutes', 'x'], ['--per-second', '0'], ['--what'], ['more']])
    expect(() => readOptions(wrong)).toThrow(UsageError);
});
