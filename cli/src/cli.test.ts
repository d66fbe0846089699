// The command as its users meet it: help that teaches, and failures in one line that name the setting and the fix.
import { describe, expect, test } from '@jest/globals';
import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { served } from './served.js';

const command = fileURLToPath(new URL('../bin/cardea.js', import.meta.url));

interface Outcome {
  readonly code: number | string;
  readonly out: string;
  readonly err: string;
}

function cardea(words: readonly string[], env: Record<string, string> = {}): Promise<Outcome> {
  const surroundings = { PATH: process.env['PATH'] ?? '', ...env };
  return new Promise((resolve) => {
    execFile(process.execPath, [command, ...words], { env: surroundings }, (error, out, err) =>
      resolve({ code: error === null ? 0 : (error.code ?? 'killed'), out, err }),
    );
  });
}

describe('help', () => {
  test('says where to start and what there is', async () => {
    const { code, out } = await cardea(['--help']);
    expect(code).toBe(0);
    for (const words of ['npm run demo', 'serve', 'migrate up', 'keys bootstrap', 'docs/configuration.md'])
      expect(out).toContain(words);
  });

  test.each(served.map(({ name }) => name))('serve %s: what for, what it needs, an example', async (name) => {
    const { code, out } = await cardea(['serve', name, '--help']);
    expect(code).toBe(0);
    expect(out).toMatch(/Needs: \w/);
    expect(out).toContain(`cardea serve ${name} --config`);
  });
});

test('whoever stops reading is not told of it', async () => {
  const child = spawn(process.execPath, [command, '--help'], { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.destroy();
  let err = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  expect([await new Promise((resolve) => child.once('close', resolve)), err]).toEqual([0, '']);
});

describe('a failure is one line and exit code 1', () => {
  test.each<[string, string[], Record<string, string>, RegExp]>([
    ['no issuer', ['serve', 'gateway'], {}, /urls\.self\.issuer is not set: .* URLS_SELF_ISSUER$/],
    ['no secret', ['serve', 'token'], {}, /secrets\.system is not set: .* SECRETS_SYSTEM$/],
    ['no database', ['migrate', 'up'], {}, /dsn is not set: .* DSN$/],
    [
      'no file, by Hydra’s order of words',
      ['serve', '-c', '/nowhere.yaml', 'public'],
      {},
      /\/nowhere\.yaml: cannot be read/,
    ],
    [
      'a file that is not there',
      ['serve', 'admin', '--config', '/nowhere.yaml'],
      {},
      /\/nowhere\.yaml: cannot be read/,
    ],
    ['nobody at the DSN', ['migrate', 'status'], { DSN: 'postgres://127.0.0.1:9/x' }, /is PostgreSQL running/],
  ])('%s', async (_what, words, env, sentence) => {
    const { code, err } = await cardea(words, {
      SERVE_MANAGEMENT_GATEWAY: '0',
      SERVE_MANAGEMENT_TOKEN: '0',
      ...env,
    });
    expect(err.trim()).toMatch(sentence);
    expect(err.trim().split('\n')).toHaveLength(1);
    expect(code).toBe(1);
  });

  test('a mistyped key is shown with its line and the key that was meant', async () => {
    const directory = mkdtempSync(path.join(os.tmpdir(), 'cardea-cli-'));
    const file = path.join(directory, 'cardea.yaml');
    writeFileSync(file, 'urls:\n  self:\n    isuer: http://127.0.0.1:4444\n');
    const { code, err } = await cardea(['serve', 'gateway', '--config', file]);
    rmSync(directory, { recursive: true });
    expect(code).toBe(1);
    expect(err).toContain(`${file}:3`);
    expect(err).toContain('urls.self.issuer');
  });

  test.each<[string, string, RegExp]>([
    ['a mistyped key', 'urls:\n  self:\n    isuer: http://127.0.0.1:4444\n', /:3: .*urls\.self\.issuer/],
    ['a wrong value', 'serve:\n  public:\n    port: many\n', /:3: .*serve\.public\.port/],
    ['half-written YAML', 'urls:\n  self: {\n', /:\d+: /],
  ])('config check: %s', async (_what, text, sentence) => {
    const directory = mkdtempSync(path.join(os.tmpdir(), 'cardea-cli-'));
    const file = path.join(directory, 'cardea.yaml');
    writeFileSync(file, text);
    const { code, out, err } = await cardea(['config', 'check', file]);
    rmSync(directory, { recursive: true });
    expect([code, out]).toEqual([1, '']);
    expect(err.trim()).toMatch(sentence);
    expect(err.trim().split('\n')).toHaveLength(1);
  });

  test('config check: all is known; the environment counts only when asked for', async () => {
    const directory = mkdtempSync(path.join(os.tmpdir(), 'cardea-cli-'));
    const file = path.join(directory, 'cardea.yaml');
    writeFileSync(file, 'profile: oauth21\n');
    const env = { SERVE_PUBLIC_PORT: 'many' };
    const alone = await cardea(['config', 'check', file], env);
    const together = await cardea(['config', 'check', file, '--with-environment'], env);
    rmSync(directory, { recursive: true });
    expect(alone).toEqual({ code: 0, out: `${file}: all settings are known (profile: oauth21)\n`, err: '' });
    expect([together.code, together.out]).toEqual([1, '']);
    expect(together.err).toMatch(/serve\.public\.port/);
  });

  test('an unknown command points to the help', async () => {
    const { code, err } = await cardea(['serv']);
    expect(code).toBe(1);
    expect(err).toMatch(/unknown command 'serv'/);
    expect(err).toContain('--help');
  });
});
