// A suite's files and processes are its own: they go when it does, and what stays is told.
import { expect, test } from '@jest/globals';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { endProcessesWith, watchPlaces } from './lib/leftovers.mjs';

test('a suite has a directory of its own in place of the system’s, as have its processes', () => {
  expect(path.basename(os.tmpdir())).toMatch(/^cardea-/);
  expect(statSync(os.tmpdir()).mode & 0o777).toBe(0o711);
  const told = execFileSync(process.execPath, ['-p', 'os.tmpdir()'], { encoding: 'utf8' });
  expect(told.trim()).toBe(os.tmpdir());
});

test('a process that was left running is named and ended, and nobody else', async () => {
  const mark = mkdtempSync(path.join(os.tmpdir(), 'left-'));
  const start = (env: NodeJS.ProcessEnv) =>
    spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)'], { env, stdio: 'ignore' });
  const left = start({ ...process.env, TMPDIR: mark });
  const other = start(process.env);
  const ended = once(left, 'exit');
  expect(await endProcessesWith(mark, 1)).toEqual([expect.stringContaining(`process ${String(left.pid)}: `)]);
  expect(await ended).toEqual([null, 'SIGKILL']);
  expect(other.exitCode).toBeNull();
  const gone = once(other, 'exit');
  other.kill('SIGKILL');
  await gone;
  expect(await endProcessesWith(mark, 1)).toEqual([]);
});

test('a new name of ours in the system’s directories is told', () => {
  const newNames = watchPlaces([os.tmpdir()]);
  const directory = mkdtempSync(path.join(os.tmpdir(), 'cardea-'));
  mkdtempSync(path.join(os.tmpdir(), 'cardea-jest-'));
  expect(newNames()).toEqual([directory]);
});
