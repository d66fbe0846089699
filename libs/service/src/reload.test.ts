// A configuration that changes while services run: files written, swapped, half-written and gone; what is wrong changes nothing.
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Config } from './config/load.js';
import { loadConfig } from './config/load.js';
import type { Reloading } from './reload.js';
import { watchConfig } from './reload.js';
import { keepingLog } from './running.fixture.js';

let directory: string;
let running: Reloading | undefined;
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'cardea-reload-'));
});
afterEach(() => {
  running?.close();
  rmSync(directory, { recursive: true });
});

const file = (name: string) => path.join(directory, name);

/** As a careful program writes: whole, under the name at once. */
function put(name: string, text: string): void {
  writeFileSync(file(`${name}.new`), text);
  renameSync(file(`${name}.new`), file(name));
}

function watch(name = 'cardea.yaml', refuse: (config: Config) => void = () => undefined) {
  const taken: Config[] = [];
  const lines: Record<string, unknown>[] = [];
  const source = { files: [file(name)], env: {} };
  running = watchConfig({
    source,
    used: loadConfig(source),
    async take(config) {
      refuse(config);
      taken.push(await Promise.resolve(config));
    },
    log: keepingLog(lines),
    now: () => performance.now(),
    everyMillis: 20,
  });
  return { taken, lines, reload: () => running?.reload() };
}

async function until(happened: () => boolean): Promise<void> {
  for (let round = 0; round < 1_000; round++) {
    if (happened()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error('it did not happen');
}

describe('a change is noticed', () => {
  test('of a file, and of one with a secret', async () => {
    put('secret', 'the first of all secrets');
    put('cardea.yaml', `ttl: {access_token: 1h}\nsecrets: {system_file: ${file('secret')}, acceptance_period: 0s}\n`);
    const { taken, lines } = watch();
    put('cardea.yaml', `ttl: {access_token: 2h}\nsecrets: {system_file: ${file('secret')}, acceptance_period: 0s}\n`);
    await until(() => taken.length === 1);
    expect(taken[0]?.ttl.accessToken).toBe(7_200_000);
    put('secret', 'another secret,the first of all secrets');
    await until(() => taken.length === 2);
    expect(taken[1]?.secrets.system).toEqual(['another secret', 'the first of all secrets']);
    expect(JSON.stringify(lines)).not.toContain('another secret');
    expect(lines.map(({ changed }) => changed)).toEqual([['ttl.access_token'], ['secrets.system']]);
  });

  test('behind a symbolic link that is swapped, as a ConfigMap is', async () => {
    for (const [name, ttl] of Object.entries({ one: '1h', two: '2h' })) {
      mkdirSync(file(name));
      put(`${name}/cardea.yaml`, `ttl: {access_token: ${ttl}}\n`);
    }
    symlinkSync('one', file('data'));
    symlinkSync('data/cardea.yaml', file('cardea.yaml'));
    const { taken } = watch();
    symlinkSync('two', file('data.new'));
    renameSync(file('data.new'), file('data'));
    await until(() => taken.length === 1);
    expect(taken[0]?.ttl.accessToken).toBe(7_200_000);
  });

  test('only once asked for, where the clock of the file says nothing', async () => {
    put('cardea.yaml', 'ttl: {access_token: 1h}\n');
    const { taken, lines, reload } = watch();
    await reload();
    expect(taken).toEqual([]);
    expect(lines.map(({ message }) => message)).toEqual(['the configuration was read again; nothing has changed']);
  });
});

describe('what is wrong changes nothing, and is said with its place', () => {
  test.each([
    ['half a file', 'ttl:\n  access_token: "2', /cardea\.yaml:2: /],
    [
      'an unknown key',
      'ttl:\n  acess_token: 2h\n',
      /cardea\.yaml:2: ttl\.acess_token is not a setting; did you mean ttl\.access_token\?/,
    ],
    ['a value that is none', 'ttl:\n  access_token: soon\n', /cardea\.yaml:2: ttl\.access_token: must be a duration/],
  ])('%s', async (_what, text, said) => {
    put('cardea.yaml', 'ttl: {access_token: 1h}\n');
    const { taken, lines } = watch();
    put('cardea.yaml', text);
    await until(() => lines.length === 1);
    expect(lines[0]).toMatchObject({ level: 'error', err: expect.stringMatching(said) });
    put('cardea.yaml', 'ttl: {access_token: 3h}\n');
    await until(() => taken.length === 1);
    expect(taken[0]?.ttl.accessToken).toBe(10_800_000);
  });

  test('a file that is gone, until it is back', async () => {
    put('cardea.yaml', 'ttl: {access_token: 1h}\n');
    const { taken, lines } = watch();
    rmSync(file('cardea.yaml'));
    await until(() => lines.length === 1);
    expect(lines[0]).toMatchObject({ level: 'error', err: expect.stringContaining('cannot be read') });
    put('cardea.yaml', 'ttl: {access_token: 2h}\n');
    await until(() => taken.length === 1);
  });

  test('what a service refuses; it is tried again with the next change', async () => {
    put('cardea.yaml', 'ttl: {access_token: 1h}\n');
    const { taken, lines, reload } = watch('cardea.yaml', ({ ttl }) => {
      if (ttl.accessToken === 7_200_000) throw new Error('not with me');
    });
    put('cardea.yaml', 'ttl: {access_token: 2h}\n');
    await reload();
    expect(lines).toMatchObject([{ level: 'error', err: 'not with me' }]);
    put('cardea.yaml', 'ttl: {access_token: 3h}\n');
    await until(() => taken.length === 1);
  });

  test('a setting that needs a restart is named, and stays', async () => {
    put('cardea.yaml', 'serve: {public: {port: 1000}}\n');
    const { taken, lines, reload } = watch();
    put('cardea.yaml', 'serve: {public: {port: 2000}}\n');
    await reload();
    expect(taken).toEqual([]);
    expect(lines[0]).toMatchObject({
      level: 'warn',
      settings: ['serve.public.port'],
      message: expect.stringContaining('restart needed'),
    });
  });
});

test('F28: a new first secret is accepted first, and used when its time has come, without anybody asking', async () => {
  const secrets = (list: string) => `secrets:\n  acceptance_period: 300ms\n  system: [${list}]\n`;
  put('cardea.yaml', secrets('old'));
  const { taken, reload } = watch();
  put('cardea.yaml', secrets('new, old'));
  await reload();
  expect(taken.map((config) => config.secrets.system)).toEqual([['old', 'new']]);
  await until(() => taken.length === 2);
  expect(taken[1]?.secrets.system).toEqual(['new', 'old']);
});
