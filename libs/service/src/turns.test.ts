// A process that works in turns says so to the kernel for each of its threads, and what it starts later does so, too.
import { expect, test } from '@jest/globals';
import { buildSync } from 'esbuild';
import { execFileSync } from 'node:child_process';

const contents = `
  import { execFileSync } from 'node:child_process';
  import { readdirSync, readFileSync } from 'node:fs';
  import { workInTurns } from './turns.js';
  const policyOf = (stat) => Number(stat.split(') ')[1].split(' ')[38]);
  await workInTurns();
  const ids = readdirSync('/proc/self/task');
  const threads = ids.map((id) => policyOf(readFileSync('/proc/self/task/' + id + '/stat', 'latin1')));
  const child = policyOf(execFileSync('/bin/cat', ['/proc/self/stat'], { encoding: 'latin1' }));
  console.log(JSON.stringify({ threads: [...new Set(threads)], child }));
`;

test.each([
  ['started as most are', []],
  ['started by one that does already', ['/usr/bin/chrt', '--batch', '0']],
])('%s', (_name, before) => {
  const program = buildSync({
    stdin: { contents, resolveDir: import.meta.dirname },
    ...{ bundle: true, write: false, format: 'esm', platform: 'node' },
  }).outputFiles[0]?.text;
  const [file = '', ...words] = [...before, process.execPath, '--input-type=module', '--eval', program ?? ''];
  expect(JSON.parse(execFileSync(file, words, { encoding: 'utf8' }))).toEqual({ threads: [3], child: 3 });
});
