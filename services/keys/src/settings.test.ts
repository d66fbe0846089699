// Settings that would make an unsafe or useless signer are refused by name, and their values are never said (security I11).
import { describe, expect, test } from '@jest/globals';
import { ConfigError, loadConfig } from '@cardea/service';
import { backendSettings, policyOf, rotationRules } from './settings.js';

const good = Buffer.from(Array.from({ length: 32 }, (_, index) => index)).toString('base64');
const backend = (env: Record<string, string>) => backendSettings(loadConfig({ env }));

describe('I11: refused', () => {
  test.each([
    ['no key-encryption key', {}, 'keys.kek'],
    ['one of 31 bytes', { KEYS_KEK: Buffer.alloc(31, 7).toString('base64') }, 'entry 1'],
    ['one of zeros', { KEYS_KEK: Buffer.alloc(32).toString('base64') }, 'entry 1'],
    ['a password', { KEYS_KEK: 'changeme' }, 'entry 1'],
    ['a bad one behind a good one', { KEYS_KEK: `${good},${good.slice(1)}` }, 'entry 2'],
    ['a passphrase without salt', { KEYS_KEK: 'scrypt:correct horse battery staple' }, 'scrypt:SALT:PASSPHRASE'],
    ['a short passphrase', { KEYS_KEK: 'scrypt:AAAAAAAAAAAAAAAAAAAAAA==:horse' }, 'scrypt:SALT:PASSPHRASE'],
    ['an HSM without library', { HSM_ENABLED: 'true', HSM_TOKEN_LABEL: 'x', HSM_PIN: '1' }, 'hsm.library'],
    ['an HSM without PIN', { HSM_ENABLED: 'true', HSM_TOKEN_LABEL: 'x', HSM_LIBRARY: '/x' }, 'hsm.pin'],
    ['RSA keys too short', { KEYS_KEK: good, KEYS_RSA_BITS: '1024' }, 'keys.rsa_bits'],
    ['RSA keys too long', { KEYS_KEK: good, KEYS_RSA_BITS: '8192' }, 'keys.rsa_bits'],
    ['RSA keys of broken bytes', { KEYS_KEK: good, KEYS_RSA_BITS: '2049' }, 'keys.rsa_bits'],
    ['no signature at all', { KEYS_KEK: good, KEYS_SIGNATURES_PER_SECOND: '0' }, 'keys.signatures_per_second'],
    ['ML-DSA in an HSM', { HSM_ENABLED: 'true', HSM_TOKEN_LABEL: 'x', KEYS_ML_DSA: 'true' }, 'keys.ml_dsa'],
    ['an HSM without token', { HSM_ENABLED: 'true', HSM_LIBRARY: '/x', HSM_PIN: '1' }, 'hsm.token_label'],
  ])('%s', (_name, env: Record<string, string>, said) => {
    expect(() => backend(env)).toThrow(ConfigError);
    expect(() => backend(env)).toThrow(said);
    if (env['KEYS_KEK'] !== undefined) expect(() => backend(env)).not.toThrow(env['KEYS_KEK']);
  });
});

test('accepted: keys of 32 bytes in order, with or without padding', () => {
  const other = Buffer.from(Array.from({ length: 32 }, (_, index) => 255 - index)).toString('base64');
  const settings = backend({ KEYS_KEK: `${good},${other.replace('=', '')}` });
  expect(settings).toMatchObject({ kind: 'sealed' });
  if (settings.kind === 'sealed') expect(settings.keks.map((kek) => kek[0])).toEqual([0, 255]);
});

test('accepted: a passphrase, stretched to the same key each time and to another with another salt', () => {
  const kek = (salt: string) => {
    const settings = backend({ KEYS_KEK: `scrypt:${salt}:correct horse battery staple` });
    return settings.kind === 'sealed' ? settings.keks[0]?.toString('hex') : undefined;
  };
  const [one, again, other] = [
    kek('AAECAwQFBgcICQoLDA0ODw=='),
    kek('AAECAwQFBgcICQoLDA0ODw=='),
    kek('EAECAwQFBgcICQoLDA0ODw=='),
  ];
  expect(one).toMatch(/^[0-9a-f]{64}$/);
  expect(again).toBe(one);
  expect(other).not.toBe(one);
});

test('lifetime caps leave room for what is configured', () => {
  const policy = policyOf(
    loadConfig({ env: { URLS_SELF_ISSUER: 'https://id.example/', TTL_ACCESS_TOKEN: '8760h' } }),
    Date.now,
  );
  expect(policy.longest).toEqual({ idToken: 31 * 86_400, accessToken: 365 * 86_400, logoutToken: 600 });
});

test('E23: rotation is by hand unless an interval is set, publishes an hour ahead, and keeps keys as long as tokens live', () => {
  const rules = (env: Record<string, string>) => {
    const config = loadConfig({ env: { URLS_SELF_ISSUER: 'https://id.example/', ...env } });
    return rotationRules(config, policyOf(config, Date.now));
  };
  const hour = 3_600_000;
  expect(rules({})).toBeUndefined();
  expect(rules({ KEYS_ROTATION_INTERVAL: '2160h' })).toEqual({
    interval: 2160 * hour,
    prePublish: hour,
    keep: 31 * 24 * hour + 300_000,
  });
  const slow = rules({ KEYS_ROTATION_INTERVAL: '48h', KEYS_PRE_PUBLISH: '24h', TTL_ACCESS_TOKEN: '2400h' });
  expect(slow).toEqual({ interval: 48 * hour, prePublish: 24 * hour, keep: 2400 * hour + 300_000 });
  expect(() => rules({ KEYS_ROTATION_INTERVAL: '30m' })).toThrow('longer than keys.pre_publish');
});
