// Results of a small run that was never made, for tests of what is made of results.
import type { Measurement } from '../measure.js';
import { resultOf, type Results } from './results.js';

export const measurement = (gateway: number, postgres: number, units: number): Measurement => ({
  cpuMicros: { gateway, postgres },
  ...{ units, seconds: 2, p50Millis: gateway / 10, p99Millis: gateway, p999Millis: gateway, checked: 5 },
});

export const taken = [measurement(40, 60, 1000), measurement(30, 50, 1200), measurement(90, 70, 400)];

export const results: Results = {
  version: 3,
  at: '2026-01-01T00:00:00.000Z',
  machine: { cpus: 2, model: 'a machine', node: 'v20' },
  ...{ connections: 64, rounds: 3, keys: 'software' },
  calibrationMicros: { median: 50, min: 40, max: 60 },
  scenarios: [
    resultOf({ name: 'missed', limits: { aim: 50, neverAbove: 90 } }, taken, 50),
    resultOf({ name: 'met', limits: { aim: 80, neverAbove: 100 } }, taken, 50),
    resultOf({ name: 'free' }, taken, 50),
  ],
  peers: [{ name: 'other <1>', scenarios: [resultOf({ name: 'met' }, [measurement(400, 0, 10)], 50)] }],
  variants: [
    {
      name: 'keys in SoftHSM',
      scenarios: [resultOf({ name: 'free' }, [measurement(150, 0, 10)], 50)],
      beside: [resultOf({ name: 'free' }, [measurement(75, 0, 10)], 50)],
    },
  ],
  idleBytes: { gateway: 70 * 1024 * 1024, postgres: 1024 * 1024 },
  residentBytes: { gateway: 94 * 1024 * 1024, postgres: 1024 * 1024 },
  coldStartMillis: { gateway: 812.4 },
  lateness: [
    {
      ...{ scenario: 'met', share: 0.6, slices: 3, asked: 300, perSecond: 299 },
      ...{ p50Millis: 2, p99Millis: 9, p999Millis: 12 },
      ...{ cpuMicros: 99, checked: 4 },
    },
  ],
  widths: [{ scenario: 'met', connections: 16, unitsPerSecond: 321, p99Millis: 3, cpuMicros: 120, checked: 2 }],
  database: [{ scenario: 'met', statements: 0.254, walBytes: 612.4 }],
  failures: [],
  problems: [],
};
