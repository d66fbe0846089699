// How an operator says which library, which token and whose keys, by Hydra's names, with a real SoftHSM (hydra-wire §7, issue 5).
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { loadConfig } from '@cardea/service';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestDatabase } from '../database.fixture.js';
import { createTestDatabase } from '../database.fixture.js';
import type { TestToken } from '../hsm-token.fixture.js';
import { createTestToken } from '../hsm-token.fixture.js';
import type { Programs } from '../installation.fixture.js';
import { bootstrap, bundlePrograms, startKeys } from '../installation.fixture.js';
import { idTokenRequest, isSignedBy } from '../requests.fixture.js';
import { backendSettings } from '../settings.js';

// Real processes on a machine that may be busy.
jest.setTimeout(300_000);

type Environment = Readonly<Record<string, string>>;

let programs: Programs;
let database: TestDatabase;
let token: TestToken;
let home: string;

beforeAll(async () => {
  programs = bundlePrograms();
  token = createTestToken();
  database = await createTestDatabase();
  home = mkdtempSync(path.join(tmpdir(), 'cardea-hsm-settings-'));
  await bootstrap(programs, { DSN: database.dsn, ...token.environment });
});
afterAll(async () => {
  rmSync(home, { recursive: true, force: true });
  token.remove();
  await database.drop();
  programs.remove();
});

/** Starts a service with the token's settings and these, and asks it for readiness and a signature. */
async function tryOut(change: Environment): Promise<{ signs: boolean; reasons: string }> {
  const environment: Environment = { DSN: database.dsn, ...token.environment, ...change };
  const keys = await startKeys(programs, environment);
  try {
    const { ok, reasons } = await keys.ready();
    if (!ok) return { signs: false, reasons };
    const { jwt } = await keys.signing.signIdToken(idTokenRequest());
    const { keys: published } = await keys.signing.listPublicKeys({});
    return { signs: isSignedBy(published, 'hydra.openid.id-token', jwt), reasons: '' };
  } finally {
    await keys.stop();
  }
}

const pinFile = () => {
  const file = path.join(home, 'pin');
  writeFileSync(file, `${token.environment['HSM_PIN'] ?? ''}\n`, { mode: 0o600 });
  return file;
};

test.each<[string, () => Environment]>([
  ['a slot without a label', () => ({ HSM_SLOT: token.slot(), HSM_TOKEN_LABEL: '' })],
  ['a label, whatever the slot', () => ({ HSM_SLOT: '7' })],
  ['the PIN in a file', () => ({ HSM_PIN: '', HSM_PIN_FILE: pinFile() })],
])('%s opens the token', async (_name, change) => {
  expect(await tryOut(change())).toEqual({ signs: true, reasons: '' });
});

test.each<[string, Environment, string]>([
  ['a slot that has no token', { HSM_SLOT: '7', HSM_TOKEN_LABEL: '' }, 'slot 7 has no token'],
  ['a label that no token has', { HSM_TOKEN_LABEL: 'other' }, String.raw`there is no token \"other\"`],
  ['a library that is not there', { HSM_LIBRARY: '/nowhere/pkcs11.so' }, '/nowhere/pkcs11.so'],
  ['a library that is none', { HSM_LIBRARY: '/etc/hostname' }, '/etc/hostname'],
  ['the prefix of another installation', { HSM_KEY_SET_PREFIX: 'other.' }, 'is not in the token'],
])('%s leaves the service unready with the reason', async (_name, change, said) => {
  const { signs, reasons } = await tryOut(change);
  expect(signs).toBe(false);
  expect(reasons).toContain(said);
});

test('two installations share a token by their prefixes, each with keys of its own', async () => {
  const other = await createTestDatabase();
  try {
    const theirs = { HSM_KEY_SET_PREFIX: 'other.', DSN: other.dsn };
    const { created } = await bootstrap(programs, { ...token.environment, ...theirs });
    expect(created).toHaveLength(4);
    expect(await tryOut(theirs)).toEqual({ signs: true, reasons: '' });
    expect(await tryOut({})).toEqual({ signs: true, reasons: '' });
  } finally {
    await other.drop();
  }
});

test("Hydra's configuration file means the same token", () => {
  const file = path.join(home, 'hydra.yml');
  const lines = ['enabled: true', 'library: /lib/any.so', 'slot: 0', 'pin: "1234"', 'token_label: hydra'];
  writeFileSync(file, `hsm:\n${[...lines, 'key_set_prefix: app1.'].map((line) => `  ${line}\n`).join('')}`);
  expect(backendSettings(loadConfig({ files: [file] }))).toMatchObject({
    kind: 'hsm',
    hsm: { library: '/lib/any.so', pin: '1234', tokenLabel: 'hydra', slot: 0, keySetPrefix: 'app1.' },
  });
});
