// Texts of /proc as Linux writes them, with process names that try to break the parser.
import { expect, test } from '@jest/globals';
import { descendants, parseKilobytes, parseSchedstat, parseStat } from './proc-text.js';

const stat = (name: string) => `42 (${name}) S 7 42 42 0 -1 4194560 1 2 3 4 150 25 30 4 20 0 1 0 99 1000 50 0`;

test.each(['postgres', 'a b) S 1 (c', ') '])('a process called %j has its fields in place', (name) => {
  expect(parseStat(stat(name))).toEqual({ parent: 7, ticks: 175, reapedTicks: 34 });
});

test('what is no status is refused', () => expect(() => parseStat('')).toThrow('not a process status'));

test('the first number of schedstat is the time on a CPU', () =>
  expect(parseSchedstat('123456789 55 7\n')).toBe(123_456_789));

test('memory is read in kB and told in bytes', () => {
  const text = 'Name:\tnode\nVmHWM:\t    9000 kB\nVmRSS:\t    2048 kB\n';
  expect(parseKilobytes(text, 'VmRSS')).toBe(2 * 1024 * 1024);
  expect(parseKilobytes(text, 'Pss')).toBeUndefined();
});

test('a tree has all that grew from its root and nothing else', () => {
  const parents = new Map([
    [1, 0],
    [2, 1],
    [3, 1],
    [4, 3],
    [5, 4],
  ]);
  expect(descendants(3, parents).sort()).toEqual([3, 4, 5]);
  expect(descendants(2, parents)).toEqual([2]);
});
