// SoftHSM as development mode prepares it: one token that opens with its PIN, the same at every start.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { cache } from './bundle.fixture.js';
import { prepareHsm } from './hsm.js';
import { runTool } from './run-tool.js';

let directory: string;

beforeAll(() => {
  mkdirSync(cache, { recursive: true });
  directory = mkdtempSync(path.join(cache, 'hsm-test-'));
});

afterAll(() => rmSync(directory, { recursive: true, force: true }));

test('the token is made once, opens with its PIN, and is closed to other users', async () => {
  const said: string[] = [];
  const prepare = () => prepareHsm({ directory, cache, progress: (sentence) => said.push(sentence) });
  const parts = await prepare();
  if (parts === undefined) throw new Error(said.join('\n'));
  expect(await prepare()).toEqual(parts);

  const home = path.join(directory, 'softhsm');
  expect(readdirSync(path.join(home, 'tokens'))).toHaveLength(1);
  const modes = [home, path.join(home, 'tokens'), path.join(home, 'pins.json')].map(
    (file) => statSync(file).mode & 0o777,
  );
  expect(modes).toEqual([0o700, 0o700, 0o600]);

  const env = { ...process.env, ...parts.environment };
  const slots = await runTool(parts.utility, ['--module', parts.library, '--show-slots'], { env });
  expect(slots).toMatch(new RegExp(`Label: +${parts.tokenLabel}`));
  // Any key would do: it is stored only by one who can log in.
  const key = path.join(directory, 'key.pem');
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  writeFileSync(key, privateKey.export({ format: 'pem', type: 'pkcs8' }), { mode: 0o600 });
  const store = (pin: string) => {
    const token = ['--module', parts.library, '--token', parts.tokenLabel, '--pin', pin];
    return runTool(parts.utility, ['--import', key, ...token, '--label', 'probe', '--id', '01'], { env });
  };
  await expect(store('0000')).rejects.toThrow(/PIN/);
  await store(parts.pin);
}, 120_000);
