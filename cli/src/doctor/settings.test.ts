// What doctor finds by reading settings alone: tables of configuration and finding.
import { afterAll, describe, expect, test } from '@jest/globals';
import { loadConfig } from '@cardea/service';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { lookAtAddresses } from './addresses.js';
import { lookAtFiles } from './file-modes.js';
import { lookAtRuntime } from './runtime.js';
import { lookAtSecrets } from './secrets.js';
import { judgeCookies } from './through-admin.js';

const good = {
  URLS_SELF_ISSUER: 'https://id.test',
  URLS_LOGIN: 'https://login.test/login',
  URLS_CONSENT: 'https://login.test/consent',
};
const addresses = (env: Record<string, string>) => lookAtAddresses(loadConfig({ env: { ...good, ...env } }));

describe('addresses and cookies', () => {
  test('what fits together is said to', () => {
    expect(addresses({})).toEqual([expect.objectContaining({ verdict: 'ok' })]);
  });

  test.each<[string, string, Record<string, string>]>([
    ['wrong', 'urls.self.issuer', { URLS_SELF_ISSUER: '' }],
    ['wrong', 'urls.self.issuer', { URLS_SELF_ISSUER: 'http://id.test' }],
    ['note', 'urls.self.issuer', { URLS_SELF_ISSUER: 'http://127.0.0.1:4444' }],
    ['wrong', 'urls.login', { URLS_LOGIN: '' }],
    ['wrong', 'urls.login', { URLS_LOGIN: 'http://localhost:3000/login' }],
    ['warning', 'urls.login', { URLS_LOGIN: 'http://login.test/login' }],
    ['warning', 'urls.consent', { URLS_SELF_ISSUER: 'http://127.0.0.1:4444', URLS_CONSENT: 'http://localhost:3000/c' }],
    ['wrong', 'serve.cookies.domain', { SERVE_COOKIES_DOMAIN: 'other.test' }],
    ['wrong', 'serve.cookies.secure', { URLS_SELF_ISSUER: 'http://id.test', SERVE_COOKIES_SECURE: 'true' }],
    [
      'wrong',
      'serve.cookies.same_site_mode',
      { URLS_SELF_ISSUER: 'http://127.0.0.1:4444', SERVE_COOKIES_SAME_SITE_MODE: 'None' },
    ],
    ['wrong', 'serve.admin', { SERVE_ADMIN_HOST: '0.0.0.0' }],
  ])('%s: %s with %j', (verdict, about, env) => {
    const finding = addresses(env).find((each) => each.about === about);
    expect(finding).toMatchObject({ verdict, says: expect.any(String) });
    if (verdict !== 'note') expect(finding?.fix).toBeDefined();
  });

  test('a parent domain, and an admin API that asks, are fine', () => {
    const hash = `sha256:${'a'.repeat(64)}`;
    const keys = JSON.stringify([{ name: 'ops', hash, roles: ['operator'] }]);
    const env = {
      SERVE_COOKIES_DOMAIN: 'id.test',
      SERVE_ADMIN_HOST: '0.0.0.0',
      SERVE_ADMIN_AUTHENTICATION_API_KEYS: keys,
    };
    expect(addresses(env)).toEqual([expect.objectContaining({ verdict: 'ok' })]);
  });
});

describe('secrets', () => {
  const random = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08';
  const found = (env: Record<string, string>) =>
    lookAtSecrets(loadConfig({ env: { SECRETS_SYSTEM: random, ...env } })).map(({ verdict, about }) => [
      verdict,
      about,
    ]);

  test.each<[Record<string, string>, string, string]>([
    [{}, 'ok', 'secrets'],
    [{ SECRETS_SYSTEM: '' }, 'wrong', 'secrets.system'],
    [{ SECRETS_SYSTEM: 'youReallyNeedToChangeThis' }, 'wrong', 'secrets.system'],
    [{ SECRETS_SYSTEM: 'abababababababababab' }, 'wrong', 'secrets.system'],
    [{ SECRETS_SYSTEM: 'q8Zr2LmV0pXt5NcB' }, 'warning', 'secrets.system'],
    [{ SECRETS_SYSTEM: `${random},youReallyNeedToChangeThis` }, 'wrong', 'secrets.system, number 2'],
    [{ KEYS_AUDIT_SECRET: random }, 'wrong', 'secrets.system'],
    [{ OIDC_SUBJECT_IDENTIFIERS_PAIRWISE_SALT: random }, 'wrong', 'secrets.system'],
    [{ DSN: 'postgres://cardea:s3cr@db.test/cardea' }, 'warning', 'the password of dsn'],
    [{ HSM_PIN: '1234' }, 'warning', 'hsm.pin'],
  ])('%j: %s %s', (env, verdict, about) => {
    expect(found(env)).toContainEqual([verdict, about]);
  });

  test('none is ever printed', () => {
    const env = {
      SECRETS_SYSTEM: 'youReallyNeedToChangeThis',
      DSN: 'postgres://cardea:s3cr3t!x@db.test/cardea',
      HSM_PIN: '98761',
    };
    expect(JSON.stringify(lookAtSecrets(loadConfig({ env })))).not.toMatch(/youReally|s3cr3t|98761/);
  });
});

describe('files', () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'cardea-doctor-'));
  afterAll(() => rmSync(directory, { recursive: true }));
  const look = (mode: number) => {
    const file = path.join(directory, `${mode.toString(8)}.yaml`);
    writeFileSync(file, 'log: {level: info}\n');
    chmodSync(file, mode);
    return lookAtFiles({ config: loadConfig({ files: [file] }), files: [file], env: {}, now: Date.now }).map(
      ({ verdict }) => verdict,
    );
  };

  test.each([
    [0o600, ['ok']],
    [0o640, ['ok']],
    [0o644, ['warning']],
    [0o666, ['wrong']],
  ])('mode %i', (mode, verdicts) => {
    expect(look(mode)).toEqual(verdicts);
  });

  test('one that the environment names counts too', () => {
    const file = path.join(directory, 'secret');
    writeFileSync(file, 'x');
    chmodSync(file, 0o644);
    const env = { SECRETS_SYSTEM_FILE: file, HOME_FILE: '/nowhere' };
    expect(lookAtFiles({ config: loadConfig({}), files: [], env, now: Date.now })).toEqual([
      expect.objectContaining({ verdict: 'warning', about: file }),
    ]);
  });
});

test.each([
  ['18.20.0', 'wrong'],
  ['20.20.2', 'warning'],
  ['22.12.0', 'ok'],
  ['24.7.0', 'ok'],
])('Node.js %s is %s', (node, verdict) => {
  expect(lookAtRuntime({ node, openssl: '3.0.0' })[0]?.verdict).toBe(verdict);
});

test.each([
  ['https://id.test', ['a=1; Path=/; HttpOnly; Secure; SameSite=None'], 'ok'],
  ['https://id.test', ['a=1; Path=/; HttpOnly'], 'wrong'],
  ['https://id.test', ['a=1; Path=/; Secure'], 'wrong'],
  ['http://127.0.0.1:4444', ['a=1; Path=/; HttpOnly; SameSite=Lax'], 'ok'],
  ['http://127.0.0.1:4444', [], 'wrong'],
])('%s with %j: cookies are %s', (issuer, set, verdict) => {
  expect(judgeCookies(set, new URL(issuer))[0]?.verdict).toBe(verdict);
});
