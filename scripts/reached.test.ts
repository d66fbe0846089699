// What stays of a program's packages: what it loads, whatever is named at run time, and files that it reads; nothing else.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { dropUnreached } from './lib/reached.mjs';

const tree = mkdtempSync(path.join(os.tmpdir(), 'cardea-reached-'));
const put = (file: string, text: string) => {
  mkdirSync(path.dirname(path.join(tree, file)), { recursive: true });
  writeFileSync(path.join(tree, file), text);
};
const left = (...files: string[]) => files.filter((file) => existsSync(path.join(tree, 'node_modules', file)));

beforeAll(async () => {
  put('app/package.json', '{"name":"@x/app","type":"module"}');
  put('app/dist/main.js', "import 'plain'; import('finder'); await import('not-there').catch(() => undefined);");
  put('node_modules/plain/package.json', '{"name":"plain","main":"main.js"}');
  put('node_modules/plain/main.js', "require('./used.js')");
  for (const file of ['used.js', 'unused.js', 'used.js.map', 'data.json', 'test/data.json', 'README.md']) {
    put(`node_modules/plain/${file}`, '1');
  }
  put('node_modules/finder/package.json', '{"name":"finder","main":"main.js"}');
  put('node_modules/finder/main.js', "const name = './worker.js'; require.resolve(name);");
  for (const file of ['worker.js', 'worker.d.ts']) put(`node_modules/finder/${file}`, '1');
  for (const name of ['pages', 'stranger']) {
    put(`node_modules/${name}/package.json`, JSON.stringify({ name }));
    put(`node_modules/${name}/page.html`, '<p>');
  }
  mkdirSync(path.join(tree, 'node_modules/@x'));
  symlinkSync('../../app', path.join(tree, 'node_modules/@x/app'));
  mkdirSync(path.join(tree, 'node_modules/.bin'));
  symlinkSync('../plain/main.js', path.join(tree, 'node_modules/.bin/plain'));
  await dropUnreached(tree, ['app/dist/main.js'], ['plain', 'finder', 'pages', '@x/app']);
});

afterAll(() => rmSync(tree, { recursive: true }));

test('a package that is imported keeps the code that is loaded, and its data', () => {
  const files = ['main.js', 'used.js', 'data.json', 'package.json'].map((file) => `plain/${file}`);
  const gone = ['unused.js', 'used.js.map', 'test/data.json', 'README.md'].map((file) => `plain/${file}`);
  expect(left(...files, ...gone)).toEqual(files);
});

test('a package that finds files by names of its own stays whole, but for what Node never loads', () => {
  expect(left('finder/main.js', 'finder/worker.js', 'finder/worker.d.ts')).toEqual([
    'finder/main.js',
    'finder/worker.js',
  ]);
});

test('one that nobody imports stays when a workspace names it, and goes when none does', () => {
  expect(left('pages/page.html', 'stranger/page.html', 'stranger/package.json')).toEqual(['pages/page.html']);
});

test('what a link leads to is not its package', () => {
  expect(left('@x/app/dist/main.js', '.bin/plain')).toEqual(['@x/app/dist/main.js']);
});
