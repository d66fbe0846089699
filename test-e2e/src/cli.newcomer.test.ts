// A newcomer with the command and the demo: a client, tokens of it, what they are worth, and their end; each a process of its own.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import path from 'node:path';
import type { Demo } from './demo.js';
import { joinDemo } from './demo.js';
import { root } from './processes.js';

let demo: Demo;

beforeAll(async () => {
  demo = await joinDemo();
}, 150_000);
afterAll(() => demo.stop());

function cardea(
  words: readonly string[],
  env: Record<string, string> = {},
  input = '',
): Promise<{ code: unknown; out: string; err: string }> {
  return new Promise((resolve) => {
    const places = { CARDEA_ADMIN_URL: demo.admin, CARDEA_PUBLIC_URL: demo.public };
    const options = { env: { PATH: process.env['PATH'] ?? '', ...places, ...env } };
    const child = execFile(
      process.execPath,
      [path.join(root, 'cli/bin/cardea.js'), ...words],
      options,
      (error, out, err) => resolve({ code: error === null ? 0 : error.code, out, err }),
    );
    child.stdin?.end(input);
  });
}

test('from nothing to a token and back', async () => {
  const create = [
    'create',
    'client',
    '--grant-type',
    'client_credentials',
    '--scope',
    'photos.read',
    '--format',
    'json',
  ];
  const created = await cardea(create);
  expect([created.code, created.err]).toEqual([0, '']);
  const client = JSON.parse(created.out) as { client_id: string; client_secret: string };
  const env = { OAUTH2_CLIENT_ID: client.client_id, OAUTH2_CLIENT_SECRET: client.client_secret };

  const token = await cardea(['perform', 'client-credentials', '--scope', 'photos.read', '-q'], env);
  expect(token.code).toBe(0);
  const introspect = ['introspect', 'token', '-', '--format', 'jsonpath=active'];
  expect(await cardea(introspect, {}, token.out)).toEqual({ code: 0, out: 'true\n', err: '' });
  expect((await cardea(['revoke', 'token', '-'], env, token.out)).code).toBe(0);
  expect((await cardea(introspect, {}, token.out)).out).toBe('false\n');

  expect((await cardea(['delete', 'client', client.client_id])).code).toBe(0);
  const gone = await cardea(['get', 'client', client.client_id]);
  expect([gone.code, gone.out]).toEqual([3, '']);
  const refused = await cardea(['perform', 'client-credentials'], env);
  expect([refused.code, refused.err.trim().split('\n').length]).toEqual([4, 1]);
}, 60_000);
