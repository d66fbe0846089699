// What a soak concludes from what it saw: slopes with their errors, and which refusals a fault explains.
import { describe, expect, test } from '@jest/globals';
import { nothing, refusals, signatures } from '../faults/fault.js';
import { growthOf } from './heaps.js';
import { createReturn } from './idle.js';
import { readOptions, UsageError } from './options.js';
import type { Outcome } from './outcome.js';
import { complaints, kindsOf } from './outcome.js';
import { countedFrom, schedule } from './schedule.js';
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

test.each([2, 10, 28])(
  'in %d minutes heaps count once all has happened that still happens, and nobody is restarted then',
  (minutes) => {
    const steps = schedule(minutes);
    const ways = (some: typeof steps) => new Set(some.map(({ fault }) => `${fault.id} ${fault.how}`));
    const rolls = steps.flatMap(({ fault }, index) => (fault.id === 'F22' ? [index] : []));
    const [early, late] = [true, false].map((wanted) =>
      steps.slice((rolls.at(-1) ?? 0) + 1).filter(({ at }) => at < countedFrom === wanted),
    );
    expect(rolls).toHaveLength(minutes < 5 ? 1 : 2);
    expect(steps[rolls.at(-1) ?? 0]?.at).toBeLessThan(countedFrom - 0.3);
    expect(ways(late ?? [])).toEqual(ways(early ?? []));
    expect(new Set(early?.map(({ fault }) => fault.id))).toEqual(new Set(['F05', 'F10']));
  },
);

test('growth is of what was seen since then, in the life that goes on', () => {
  const look = (pid: number, at: number, mebibytes: number) =>
    ({ name: 'worker', pid, at, heapBytes: mebibytes * 2 ** 20, externalBytes: 0, residentBytes: 2 ** 20 }) as const;
  const minute = 60_000;
  // Warms up, and then grows by a hundredth of a MiB a minute.
  const looks = Array.from({ length: 20 }, (_, at) => look(7, at * minute, at < 10 ? 10 + at : 19 + (at - 9) / 100));
  const growth = growthOf('worker', [look(6, 0, 90), ...looks], 10 * minute);
  expect(growth.heap.first).toBeCloseTo(19.01, 6);
  expect(growth.heap.last).toBeCloseTo(19.1, 6);
  expect(growth.slope?.samples).toBe(10);
  expect(growth.slope?.perHour).toBeCloseTo(0.6, 6);
});

test('back is what was seen at its idle count once, and what is new has to go', () => {
  const { note, above } = createReturn(
    new Map([
      ['sockets', 3],
      ['timers', -1],
      ['sessions', 0],
    ]),
  );
  note(
    new Map([
      ['sockets', 9],
      ['timers', -1],
      ['streams', 2],
    ]),
  );
  expect(above()).toEqual([
    { what: 'sockets', now: 9, idle: 3 },
    { what: 'sessions', now: Infinity, idle: 0 },
    { what: 'streams', now: 2, idle: 0 },
  ]);
  note(
    new Map([
      ['sockets', 3],
      ['timers', 4],
      ['streams', 1],
    ]),
  );
  note(
    new Map([
      ['sockets', 4],
      ['timers', 4],
      ['sessions', 0],
    ]),
  );
  expect(above()).toEqual([{ what: 'streams', now: 1, idle: 0 }]);
  note(new Map([['streams', 0]]));
  expect(above()).toEqual([]);
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
    const unseen = { ...good, kinds: [{ what: 'issue', perSecond: 3, p99Millis: NaN }] };
    expect(showSoak(unseen)).toMatch(/issue +\| 3\.0 +\| – +\|/);
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
