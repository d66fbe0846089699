// What is made once for all processes: nothing half done is taken for whole, whoever is killed when.
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { ChildProcessByStdio } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once as event } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { bundle } from './bundle.fixture.js';
import { tryLock } from './locks.js';
import { once } from './once.js';

const progress = (): void => undefined;
let home: string;
let place: string;

beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'cardea-once-'));
  place = path.join(home, 'tool');
});

afterEach(() => rmSync(home, { recursive: true, force: true }));

test('it is built once, however many ask at the same time', async () => {
  let builds = 0;
  const build = async (directory: string): Promise<void> => {
    builds += 1;
    writeFileSync(path.join(directory, 'program'), '');
  };
  const made = await Promise.all(Array.from({ length: 5 }, () => once({ path: place, progress, build })));
  expect(builds).toBe(1);
  expect(new Set(made)).toEqual(new Set([place]));
  expect(readdirSync(home)).toEqual(['tool']);
});

test('what broke half-way, or has no stamp, is made anew', async () => {
  const broken = async (directory: string): Promise<void> => {
    writeFileSync(path.join(directory, 'half'), '');
    throw new Error('out of disk');
  };
  await expect(once({ path: place, progress, build: broken })).rejects.toThrow('out of disk');
  expect(existsSync(place)).toBe(false);
  // As an unpacking straight into its place would have left it.
  mkdirSync(place);
  writeFileSync(path.join(place, 'half'), '');

  const build = async (directory: string): Promise<void> => writeFileSync(path.join(directory, 'whole'), '');
  await once({ path: place, progress, build });
  expect(readdirSync(place).sort()).toEqual(['.complete', 'whole']);
});

test('what does not run here is made anew, and told when that did not help', async () => {
  let builds = 0;
  const build = async (): Promise<void> => void (builds += 1);
  await once({ path: place, progress, build });
  await once({ path: place, progress, build, works: async () => builds === 2 });
  expect(builds).toBe(2);
  await expect(once({ path: place, progress, build, works: async () => false })).rejects.toThrow('does not run');
});

test('a second process waits for the first, and does all of it when the first is killed', async () => {
  const script = await bundle('build-once.fixture.ts', home);
  const first = await begin(script);
  expect(await first.word()).toBe('half');
  const second = await begin(script);
  expect(await second.word()).toBe(`waiting for process ${first.child.pid}, which is at the same work`);

  first.child.kill('SIGKILL');
  expect(await second.word()).toBe('half');
  expect(existsSync(place)).toBe(false);
  second.child.stdin.write('go on\n');
  expect(await second.word()).toBe('done');
  expect(readdirSync(place).sort()).toEqual(['.complete', `half-${second.child.pid}`, 'whole']);

  const third = await begin(script);
  expect(await third.word()).toBe('done');
}, 20_000);

test('a lock is held by one, refused with its holder, and free when released', () => {
  const file = path.join(home, 'lock');
  const lock = tryLock(file);
  if (!('release' in lock)) throw new Error('nobody else can have it');
  expect(tryLock(file)).toEqual({ by: process.pid });
  lock.release();
  expect(tryLock(file)).toHaveProperty('release');
});

test('the number of a dead holder that is another process by now holds nothing', () => {
  const file = path.join(home, 'lock');
  mkdirSync(file);
  // Our own number, but begun at another time.
  writeFileSync(path.join(file, `${process.pid}-1`), '');
  expect(tryLock(file)).toHaveProperty('release');
  expect(readdirSync(file)).toHaveLength(1);
});

async function begin(script: string) {
  const child: ChildProcessByStdio<Writable, Readable, null> = spawn(process.execPath, [script, place], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.on('error', () => undefined);
  await event(child, 'spawn');
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  return { child, word: async () => String((await lines.next()).value) };
}
