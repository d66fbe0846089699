// Completion in a real shell: what bash would offer for what somebody has typed, and what the scripts of the others ask.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from '../running.fixture.js';

const command = fileURLToPath(new URL('../../bin/cardea.js', import.meta.url));
let directory: string;

beforeAll(async () => {
  directory = mkdtempSync(path.join(os.tmpdir(), 'cardea-completion-'));
  writeFileSync(path.join(directory, 'cardea'), `#!/bin/sh\nexec ${process.execPath} ${command} "$@"\n`);
  chmodSync(path.join(directory, 'cardea'), 0o755);
  writeFileSync(path.join(directory, 'script'), (await run(['completion', 'bash'])).out);
});

afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** @param typed the words, the last of which is being typed */
function offeredByBash(...typed: string[]): string[] {
  const words = ['cardea', ...typed].map((word) => `'${word}'`).join(' ');
  const line = `. ./script; COMP_WORDS=(${words}); COMP_CWORD=${String(typed.length)}; _cardea; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const env = { PATH: `${directory}:${process.env['PATH'] ?? ''}` };
  const { stdout, stderr } = spawnSync('bash', ['--norc', '-c', line], { cwd: directory, env, encoding: 'utf8' });
  expect(stderr).toBe('');
  return stdout.split('\n').filter((word) => word !== '');
}

test('bash: verbs, then resources, then flags, then files', () => {
  expect(offeredByBash('cre')).toEqual(['create']);
  expect(offeredByBash('list', '')).toEqual(expect.arrayContaining(['oauth2-clients', 'trusted-issuers', 'consents']));
  expect(offeredByBash('create', 'client', '--redirect')).toEqual(['--redirect-uri']);
  expect(offeredByBash('apply', '--file', 'scr')).toEqual(['script']);
});

async function offered(...typed: string[]): Promise<string[]> {
  const { code, out } = await run(['__complete', '--', ...typed]);
  expect(code).toBe(0);
  return out.split('\n').flatMap((line) => (line === '' ? [] : [line.split('\t')[0] ?? '']));
}

describe('what is offered', () => {
  test.each<[string[], string[]]>([
    [['ser'], ['serve']],
    [['__'], []],
    [['ls', 'cl'], ['clients']],
    [
      ['list', 'clients', '--format', 'json'],
      ['json', 'json-pretty', 'jsonpath=', 'jsonpointer='],
    ],
    [['list', 'clients', '--format=y'], ['--format=yaml']],
    [
      ['perform', 'client-credentials', '--token-endpoint-auth-method', ''],
      ['client_secret_basic', 'client_secret_post'],
    ],
    [['create', 'client', '--name', 'create', '--own'], ['--owner']],
    [['keys', 'rot'], ['rotate']],
    [['serve', 'all', '--sqa'], []],
    [['no-such-thing', 'x'], []],
  ])('%j', async (typed, expected) => expect(await offered(...typed)).toEqual(expected));

  test('with what it is for', async () => {
    expect((await run(['__complete', '--', 'upd'])).out).toBe('update\tChange clients.\n');
  });
});

test.each(['zsh', 'fish'])('%s: a script that asks the same', async (shell) => {
  const { code, out } = await run(['completion', shell]);
  expect(code).toBe(0);
  expect(out).toContain('__complete -- ');
});

test('an unknown shell', async () => {
  expect(await run(['completion', 'csh'])).toMatchObject({
    code: 1,
    err: expect.stringContaining('`cardea completion --help`'),
  });
});
