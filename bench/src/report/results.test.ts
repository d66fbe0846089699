// From measured rounds to the figures of a report.
import { expect, test } from '@jest/globals';
import { resultOf } from './results.js';
import { show } from './show.js';

const measurement = (gateway: number, postgres: number, units: number) => ({
  cpuMicros: { gateway, postgres },
  units,
  seconds: 2,
  p50Millis: gateway / 10,
  p99Millis: gateway,
  p999Millis: gateway,
  checked: 5,
});
const taken = [measurement(40, 60, 1000), measurement(30, 50, 1200), measurement(90, 70, 400)];

test('a scenario is told by the medians of its rounds', () => {
  expect(resultOf({ name: 'x', aimMicros: 90 }, taken, 50)).toEqual({
    name: 'x',
    cpuMicros: { median: 100, min: 80, max: 160 },
    processMicros: { gateway: 40, postgres: 60 },
    ratio: 2,
    aimMicros: 90,
    unitsPerSecond: 500,
    p50Millis: 4,
    p99Millis: 40,
    units: 2600,
    checked: 15,
  });
});

test('the report shows shares, marks what misses its aim, and says what memory and starts came to', () => {
  const results = {
    version: 1,
    at: '2026-01-01T00:00:00.000Z',
    machine: { cpus: 2, model: 'a machine', node: 'v20' },
    connections: 64,
    rounds: 3,
    calibrationMicros: { median: 50, min: 40, max: 60 },
    scenarios: [
      resultOf({ name: 'missed', aimMicros: 90 }, taken, 50),
      resultOf({ name: 'met', aimMicros: 100 }, taken, 50),
      resultOf({ name: 'free' }, taken, 50),
    ],
    peers: [{ name: 'other', scenarios: [resultOf({ name: 'met' }, [measurement(400, 0, 10)], 50)] }],
    residentBytes: { gateway: 94 * 1024 * 1024, postgres: 1024 * 1024 },
    coldStartMillis: { gateway: 812.4 },
    lateness: [
      {
        scenario: 'met',
        asked: 300,
        perSecond: 299,
        p50Millis: 2,
        p99Millis: 9,
        p999Millis: 12,
        cpuMicros: 99,
        checked: 4,
      },
    ],
    problems: [],
  } as const;
  const text = show(results);
  const line = (name: string) => text.split('\n').find((each) => each.startsWith(name));
  expect(line('missed')?.split(/\s+/)).toEqual([
    'missed',
    '100',
    '80-160',
    '90',
    'missed',
    '2.00',
    '500',
    '4.0',
    '40.0',
    '40',
    '60',
  ]);
  expect(line('met')?.split(/\s+/).slice(3, 5)).toEqual(['100', '2.00']);
  expect(line('free')?.split(/\s+/).slice(3, 5)).toEqual(['-', '2.00']);
  expect(line('gateway')?.split(/\s+/)).toEqual(['gateway', '94', '812']);
  expect(line('postgres')?.split(/\s+/)).toEqual(['postgres', '1', '-']);
  expect(text.split('\n').find((each) => /^met +100 +400 \(4\.00 ×\)/.test(each))).toBeDefined();
  const late = text.split('\n').find((each) => /^met +300/.test(each));
  expect(late?.split(/\s+/)).toEqual(['met', '300', '299', '2.0', '9.0', '12.0', '99']);
});
