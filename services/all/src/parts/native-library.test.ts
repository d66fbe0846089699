// A library of ours as tests load it: compiled once, and again when its text has changed.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { cache } from './bundle.fixture.js';
import { compileLibrary } from './native-library.js';

const shim = fileURLToPath(new URL('../../../keys/fault-shim/fault-shim.c', import.meta.url));
let directory: string;

beforeAll(() => {
  mkdirSync(cache, { recursive: true });
  directory = mkdtempSync(path.join(cache, 'native-test-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

test('it is compiled once for each text, and the words of the compiler are told', async () => {
  const source = path.join(directory, 'shim.c');
  copyFileSync(shim, source);
  const said: string[] = [];
  const compile = () => compileLibrary({ source, cache: directory, progress: (sentence) => said.push(sentence) });
  const made = await compile();
  const before = statSync(made).mtimeMs;
  expect(await compile()).toBe(made);
  expect(statSync(made).mtimeMs).toBe(before);
  writeFileSync(source, 'int answer(void) { return 42; }\n');
  expect(await compile()).not.toBe(made);
  writeFileSync(source, 'int answer(void) { return nobody; }\n');
  await expect(compile()).rejects.toThrow('nobody');
}, 120_000);
