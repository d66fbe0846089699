// Lines are written once, in their order, with those of the same moment; what is urgent waits for nothing, and none is left behind
// when the process ends.
import { expect, test } from '@jest/globals';
import { setTimeout as pause } from 'node:timers/promises';
import { gatherLines } from './log-lines.js';

const info = (message: string) => `{"level":"info","msg":"${message}"}\n`;

function setUp() {
  const written: string[] = [];
  let exit = (): void => undefined;
  const lines = gatherLines({ write: (text) => void written.push(text) }, (flush) => (exit = flush));
  const until = async (count: number) => {
    while (written.length < count) await pause(1);
  };
  return { written, lines, until, exit: () => exit() };
}

test('what is said in one moment is one write', async () => {
  const { written, lines, until } = setUp();
  lines.write(info('one'));
  await Promise.resolve();
  lines.write(info('two'));
  expect(written).toEqual([]);
  await until(1);
  lines.write(info('three'));
  await until(2);
  expect(written).toEqual([info('one') + info('two'), info('three')]);
});

test.each(['warn', 'error', 'fatal'])('%s goes out at once, behind what was said before', (level) => {
  const { written, lines } = setUp();
  const urgent = `{"level":"${level}","msg":"look"}\n`;
  lines.write(info('one'));
  lines.write(urgent);
  expect(written).toEqual([info('one') + urgent]);
});

test('a process that ends writes what it had to say, once', async () => {
  const { written, lines, exit } = setUp();
  lines.write(info('the last words'));
  exit();
  expect(written).toEqual([info('the last words')]);
  await pause(20);
  exit();
  expect(written).toEqual([info('the last words')]);
});

test('what is much is not kept', async () => {
  const { written, lines, exit } = setUp();
  const line = info('x'.repeat(1_000));
  for (let count = 0; count < 100; count++) lines.write(line);
  expect(written.join('').length).toBeGreaterThanOrEqual(64 * 1024);
  exit();
  expect(written.join('')).toBe(line.repeat(100));
});
