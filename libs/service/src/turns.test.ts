// A process that works in turns says so to the kernel for each of its threads, and what it starts later does so, too.
import { afterAll, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { workInTurns } from './turns.js';

const policyOf = (stat: string) => Number(stat.split(') ')[1]?.split(' ')[38]);
const threads = () =>
  readdirSync('/proc/self/task').map((id) => policyOf(readFileSync(`/proc/self/task/${id}/stat`, 'latin1')));
const child = () => policyOf(execFileSync('/bin/cat', ['/proc/self/stat'], { encoding: 'latin1' }));
const set = (policy: '--other' | '--batch'): void =>
  void execFileSync('/usr/bin/chrt', ['--all-tasks', policy, '--pid', '0', String(process.pid)]);
afterAll(() => set('--other'));

test.each([
  ['as most are started', '--other'],
  ['started by one that does already', '--batch'],
] as const)('%s', async (_name, before) => {
  set(before);
  await workInTurns();
  expect(new Set([...threads(), child()])).toEqual(new Set([3]));
});
