// From measured rounds to the figures of a report, in a terminal and in a page of the documentation.
import { expect, test } from '@jest/globals';
import { compare } from './compare.js';
import { markdown, markdownTable, writeInto } from './markdown.js';
import { measurement, results, taken } from './results.fixture.js';
import { resultOf } from './results.js';
import { show } from './show.js';

const limits = { aim: 50, neverAbove: 90 };

test('a scenario is told by the medians of its rounds, replicas as one', () => {
  expect(resultOf({ name: 'x', limits }, taken, 50)).toEqual({
    name: 'x',
    cpuMicros: { median: 100, min: 80, max: 160 },
    processMicros: { gateway: 40, postgres: 60 },
    ratio: 2,
    limits,
    unitsPerSecond: 500,
    p50Millis: 4,
    p99Millis: 40,
    units: 2600,
    checked: 15,
  });
  const pair = [{ ...measurement(40, 60, 1), cpuMicros: { gateway: 40, 'gateway-2': 30 } }];
  expect(resultOf({ name: 'x' }, pair, 50).processMicros).toEqual({ gateway: 70 });
});

const text = show(results);
/** Cells of the rows that begin so. */
const rows = (name: string) =>
  text.split('\n').flatMap((each) => (each.startsWith(`${name} `) ? [each.split(/ {2,}/)] : []));

test('the report marks what is above what it must never be', () => {
  expect(rows('missed')[0]).toEqual(['missed', '100', '80-160', '50', '90', 'missed', '2.00', '500', '4.0', '40.0']);
  expect(rows('met')[0]?.slice(3, 6)).toEqual(['80', '100', 'holds']);
  expect(rows('free')[0]?.slice(3, 5)).toEqual(['-', '-']);
});

test('it says where the time goes, and how many times ours others need', () => {
  expect(rows('missed')[1]).toEqual(['missed', '40', '60']);
  expect(rows('met')[2]).toEqual(['met', '100', '400 (4.00 ×)']);
  expect(rows('free')[2]).toEqual(['free', 'keys in SoftHSM', '75', '150 (2.00 ×)', '5']);
});

test('the record of signatures may add what it may, and is told beside the bound', () => {
  const signing = { aim: 50, neverAbove: 90, record: 60 };
  const cells = (limits: object) =>
    show({ ...results, scenarios: [resultOf({ name: 'signed', limits: limits as typeof signing }, taken, 50)] })
      .split('\n')
      .find((line) => line.startsWith('signed '))
      ?.split(/ {2,}/)
      .slice(3, 6);
  expect(cells(signing)).toEqual(['50 + 60', '90 + 60', 'with the 60']);
  expect(cells({ ...signing, neverAbove: 39 })).toEqual(['50 + 60', '39 + 60', 'missed']);
  expect(cells({ ...signing, aim: 100, neverAbove: 120 })?.[2]).toBe('reached');
});

test('what failed is a row that says so, and nobody says that all were right', () => {
  const why = 'refresh: 500 instead of 200';
  const failures = [
    { who: 'Cardea', scenario: 'refresh', why },
    { who: 'other <1>', scenario: 'free', why: 'a | b\nc' },
  ];
  const shown = show({ ...results, failures });
  expect(shown).toMatch(/^refresh +failed +- /m);
  expect(shown).toMatch(/^free +100 +failed$/m);
  expect(shown).toMatch(/^free +other <1> +a b c$/m);
  expect(shown).toContain('2 things went wrong');
  expect(shown).not.toContain('all were right');
});

test('what was promised beside costs is held against what was measured', () => {
  const lateness = [...results.lateness, { ...results.lateness[0]!, scenario: 'flow', p99Millis: 61 }];
  const two = results.variants.map((variant) => ({ ...variant, name: 'two gateways, two token services' }));
  const bytes = 200 * 1024 * 1024;
  const four = { gateway: bytes, admin: bytes, token: bytes, keys: bytes };
  const shown = show({ ...results, lateness, variants: two, idleBytes: {}, residentBytes: four });
  expect(shown).toMatch(/the four under load, together +700 MB +800 MB +missed/);
  expect(shown).toMatch(/start to ready, the slowest: gateway +1000 ms +812 ms +holds/);
  expect(shown).toMatch(/p99 at 60 %, the latest: met +15 ms +9 ms +holds/);
  expect(shown).toMatch(/p99 at 60 % of the whole flow +60 ms +61 ms +missed/);
  expect(shown).toMatch(/two gateways and token services against one: free +1.10 × +2 × +missed/);
  expect(shown).not.toContain('the four idle');
});

test('the counts of a run under which services were killed', () => {
  const correctness = {
    ...{ seconds: 9, kills: [{ service: 'token' as const, atSeconds: 2.5, backMillis: 1234 }] },
    ...{ codes: { presented: 10, twice: 7, won: 8, lost: 1 }, refreshes: { presented: 5, won: 5 } },
    ...{ answers: { given: 18, refused: 7, unknown: 2, wrong: 0 }, afterwards: { asked: 9, active: 8, ended: 1 } },
    breaches: [],
  };
  const shown = show({ ...results, correctness });
  expect(shown).toMatch(/token killed \(SIGKILL\) after 2.5 s, ready again after +1.2 s/);
  expect(shown).toMatch(/codes presented, 7 of them more than once +10/);
  expect(shown).toMatch(/still unknown when the client gave up +1\n/);
});

test('it says how late answers are, what width does, what PostgreSQL is asked, and what memory and starts come to', () => {
  expect(rows('met')[3]).toEqual(['met', '60 %', '3', '300', '299', '2.0', '9.0', '12.0', '99']);
  expect(rows('met')[4]).toEqual(['met', '321', '500']);
  expect(rows('met')[5]).toEqual(['met', '0.25', '612']);
  expect(rows('gateway')[0]).toEqual(['gateway', '70', '94', '812']);
  expect(rows('postgres')[0]).toEqual(['postgres', '1', '1', '-']);
  expect(rows('gateway + admin + token + keys')[0]?.slice(1)).toEqual(['70', '94', '-']);
  expect(text).toContain('\n61 answers were looked into');
});

test('against an earlier run, a machine that was twice as fast is taken out', () => {
  const before = { ...results, scenarios: [{ ...results.scenarios[1]!, cpuMicros: { median: 50, min: 1, max: 1 } }] };
  expect(compare(results, before).rows).toEqual([['met', '50', '100', '2.00 ×', '1.00 ×', '1.00 ×', '1.00 ×']]);
});

test('a page takes the figures between its marks, again and again, and keeps the rest', () => {
  const page = 'before\n<!-- measured: begin -->\nstale figures\n<!-- measured: end -->\nafter\n';
  const once = writeInto(page, markdown(results));
  expect(once).toMatch(
    /^before\n<!-- measured: begin -->\n\nCPU [^]*\| met +\|[^]*right\.\n\n<!-- measured: end -->\nafter\n$/,
  );
  expect(once).not.toContain('stale figures');
  expect(writeInto(once, markdown(results))).toBe(once);
  expect(() => writeInto('no marks', markdown(results))).toThrow('no place');
});

test('its tables are laid out as prettier lays them out', () => {
  expect(markdownTable({ head: ['scenario', 'µs'], rows: [['a', '12345']] })).toBe(
    ['| scenario |    µs |', '| -------- | ----: |', '| a        | 12345 |'].join('\n'),
  );
});
