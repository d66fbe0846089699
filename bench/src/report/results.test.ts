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
  expect(rows('missed')[0]).toEqual(['missed', '100', '80-160', '50', '90 missed', '2.00', '500', '4.0', '40.0']);
  expect(rows('met')[0]?.slice(3, 5)).toEqual(['80', '100']);
  expect(rows('free')[0]?.slice(3, 5)).toEqual(['-', '-']);
});

test('it says where the time goes, and how many times ours others need', () => {
  expect(rows('missed')[1]).toEqual(['missed', '40', '60']);
  expect(rows('met')[2]).toEqual(['met', '100', '400 (4.00 ×)']);
  expect(rows('free')[2]).toEqual(['free', '100', '150 (1.50 ×)']);
});

test('it says how late answers are, what width does, what PostgreSQL is asked, and what memory and starts come to', () => {
  expect(rows('met')[3]).toEqual(['met', '300', '299', '2.0', '9.0', '12.0', '99']);
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
  const page = 'before\n<!-- measured: begin -->\nold\n<!-- measured: end -->\nafter\n';
  const once = writeInto(page, markdown(results));
  expect(once).toMatch(
    /^before\n<!-- measured: begin -->\n\nCPU [^]*\| met +\|[^]*right\.\n\n<!-- measured: end -->\nafter\n$/,
  );
  expect(once).not.toContain('old');
  expect(writeInto(once, markdown(results))).toBe(once);
  expect(() => writeInto('no marks', markdown(results))).toThrow('no place');
});

test('its tables are laid out as prettier lays them out', () => {
  expect(markdownTable({ head: ['scenario', 'µs'], rows: [['a', '12345']] })).toBe(
    ['| scenario |    µs |', '| -------- | ----: |', '| a        | 12345 |'].join('\n'),
  );
});
