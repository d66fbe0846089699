// What can be ordered, and what is refused with which sentence.
import { describe, expect, test } from '@jest/globals';
import { OrderError, demoHelp, readOrder } from './arguments.js';
import { portSpan, portTable } from './ports.js';

describe('the order', () => {
  test('is the newcomer’s demo when nothing is said', () => {
    expect(readOrder([])).toEqual({ json: false, base: undefined, reset: false, full: false, config: [] });
  });

  test('takes every option, files in their order', () => {
    const argv = ['--json', '--ports', '20000', '--reset', '--full', '--config', 'a.yaml', '--config=b.yaml'];
    expect(readOrder(argv)).toEqual({
      json: true,
      base: 20_000,
      reset: true,
      full: true,
      config: ['a.yaml', 'b.yaml'],
    });
  });

  test.each(['-h', '--help'])('%s asks for help, whatever else is said', (word) => {
    expect(readOrder(['--json', word])).toBe('help');
  });

  test.each([
    [['--ports', 'many'], 'give a number from 1024'],
    [['--ports', '80'], 'give a number from 1024'],
    [['--ports', '65500'], `to ${String(65_535 - portSpan)}`],
    [['--ports'], '--ports'],
    [['--colour'], '--colour'],
    [['now'], 'now'],
  ])('%j is refused', (argv, words) => {
    expect(() => readOrder(argv)).toThrow(OrderError);
    expect(() => readOrder(argv)).toThrow(words);
  });

  test('every option is in the help', () => {
    for (const option of ['--json', '--ports', '--config', '--full', '--reset', 'DSN', 'REDIS_URL', 'CARDEA_HOME'])
      expect(demoHelp).toContain(option);
  });
});

describe('the ports', () => {
  test('are those everybody knows', () => {
    const { public: face, admin, token, login, rp } = portTable();
    expect([face, admin, token, login, rp]).toEqual([4444, 4445, 4450, 3000, 5555]);
  });

  test('move as one block', () => {
    const { public: face, admin, token, keys, managementGateway, managementKeys, login, rp } = portTable(20_000);
    const found = [face, admin, token, keys, managementGateway, managementKeys, login, rp];
    expect(found).toEqual([20_000, 20_001, 20_002, 20_003, 20_010, 20_014, 20_020, 20_030]);
  });

  test.each([undefined, 30_000])('are all different (base %s)', (base) => {
    const ports = Object.values(portTable(base));
    expect(new Set(ports).size).toBe(ports.length);
  });
});
