// The key that is printed is the key that the printed setting lets in.
import { loadConfig } from '@cardea/service';
import { expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { adminKeyCommand } from './admin-key.js';

async function run(...words: string[]): Promise<string> {
  let said = '';
  await adminKeyCommand((text) => (said += text)).parseAsync(['create', ...words], { from: 'user' });
  return said;
}

test('a key and the setting for it', async () => {
  const said = await run('--name', 'login app', '--role', 'login-ui', '--role', 'operator');
  const key = /cardea_ak_[\w-]{43}/.exec(said)?.[0] ?? '';
  const file = path.join(mkdtempSync(path.join(os.tmpdir(), 'cardea-key-')), 'c.yaml');
  writeFileSync(file, said.slice(said.indexOf('  serve:')).replace(/^ {2}/gm, ''));
  const hash = `sha256:${createHash('sha256').update(key).digest('hex')}`;
  expect(loadConfig({ files: [file] }).serve.admin.authentication.apiKeys).toEqual([
    { name: 'login app', hash, roles: ['login-ui', 'operator'] },
  ]);
  expect(await run('--name', 'x', '--role', 'auditor')).not.toContain(key);
});

test('a role that there is not', async () => {
  await expect(run('--name', 'x', '--role', 'root')).rejects.toThrow(/login-ui, introspector, operator/);
});
