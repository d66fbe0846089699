// The laws of files are kept by judging, not by counting on good will.
import { expect, test } from '@jest/globals';
import { judge } from './laws.mjs';

const lines = (count: number) => `// Says what it is for.\n${'x;\n'.repeat(count - 1)}`;

test.each([
  ['a sentence', '// Does a thing.\n'],
  ['a name first', '// @cardea/oauth: the rules.\n'],
  ['a sentence below #!', '#!/usr/bin/env node\n// Does a thing.\n'],
])('a file may open with %s', (_name, text) => {
  expect(judge({ 'a.ts': text })).toEqual([]);
});

test.each([
  ['nothing', ''],
  ['code', 'export {};\n'],
  ['an empty comment', '//\nexport {};\n'],
  ['an empty line', '\n// Does a thing.\n'],
  ['#! and code', '#!/usr/bin/env node\nrun();\n'],
])('a file may not open with %s', (_name, text) => {
  expect(judge({ 'a.ts': text })).toEqual(['a.ts does not open with a sentence that names its duty']);
});

test('no file above 400 lines, and small files on the whole', () => {
  expect(judge({ 'a.ts': lines(79) })).toEqual([]);
  expect(judge({ 'a.ts': lines(80) })).toEqual([expect.stringContaining('the median file has 80 lines')]);
  const small = Object.fromEntries(Array.from({ length: 17 }, (_, index) => [`${String(index)}.ts`, lines(10)]));
  expect(judge({ ...small, 'a.ts': lines(400), 'b.ts': lines(219) })).toEqual([]);
  expect(judge({ ...small, 'a.ts': lines(401) })).toEqual(['a.ts has 401 lines; none may have more than 400']);
  expect(judge({ ...small, 'a.ts': lines(300), 'b.ts': lines(300), 'c.ts': lines(220) })).toEqual([
    expect.stringContaining('one file in ten has 220 lines'),
  ]);
});
