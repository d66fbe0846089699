// Lines are written once, in their order, with those of the same turn, and none is left behind when the process ends.
import { expect, test } from '@jest/globals';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { gatherLines } from './log-lines.js';

function setUp() {
  const written: string[] = [];
  let exit = (): void => undefined;
  const lines = gatherLines({ write: (text) => void written.push(text) }, (flush) => (exit = flush));
  return { written, lines, exit: () => exit() };
}

test('what is said in one turn is one write', async () => {
  const { written, lines } = setUp();
  lines.write('one\n');
  await Promise.resolve();
  lines.write('two\n');
  expect(written).toEqual([]);
  await nextTurn();
  lines.write('three\n');
  await nextTurn();
  await nextTurn();
  expect(written).toEqual(['one\ntwo\n', 'three\n']);
});

test('a process that ends writes what it had to say, once', async () => {
  const { written, lines, exit } = setUp();
  lines.write('the last words\n');
  exit();
  expect(written).toEqual(['the last words\n']);
  await nextTurn();
  exit();
  expect(written).toEqual(['the last words\n']);
});

test('what is much is not kept', async () => {
  const { written, lines } = setUp();
  const line = `${'x'.repeat(1_023)}\n`;
  for (let count = 0; count < 100; count++) lines.write(line);
  expect(written.join('').length).toBeGreaterThanOrEqual(64 * 1024);
  await nextTurn();
  expect(written.join('')).toBe(line.repeat(100));
});
