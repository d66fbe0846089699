// Settings of the device flow and of limits: Hydra's names, and what nobody can mean.
import { expect, test } from '@jest/globals';
import { loadConfig } from '../load.js';

const read = (env: Record<string, string> = {}) => loadConfig({ env });

test('as Hydra has it by default', () => {
  const { oauth2, ttl, urls } = read();
  expect(oauth2.deviceAuthorization).toEqual({ tokenPollingInterval: 5_000, userCode: { entropyPreset: 'high' } });
  expect(ttl.deviceUserCode).toBe(600_000);
  expect(urls.device).toEqual({});
});

test('by Hydra’s names', () => {
  const { oauth2, ttl, urls } = read({
    OAUTH2_DEVICE_AUTHORIZATION_TOKEN_POLLING_INTERVAL: '1s',
    OAUTH2_DEVICE_AUTHORIZATION_USER_CODE_LENGTH: '6',
    OAUTH2_DEVICE_AUTHORIZATION_USER_CODE_CHARACTER_SET: 'abcdefgh',
    TTL_DEVICE_USER_CODE: '3s',
    URLS_DEVICE_VERIFICATION: 'https://ui.test/device',
    URLS_DEVICE_SUCCESS: 'https://ui.test/done',
  });
  expect(oauth2.deviceAuthorization).toMatchObject({
    tokenPollingInterval: 1_000,
    userCode: { length: 6, characterSet: 'abcdefgh' },
  });
  expect(ttl.deviceUserCode).toBe(3_000);
  expect(urls.device).toEqual({ verification: 'https://ui.test/device', success: 'https://ui.test/done' });
});

const prefix = 'OAUTH2_DEVICE_AUTHORIZATION_USER_CODE_';
test.each<[string, Record<string, string>, string]>([
  ['a code that is soon guessed', { [`${prefix}LENGTH`]: '5', [`${prefix}CHARACTER_SET`]: 'abcdefgh' }, '>=6'],
  ['an alphabet of few', { [`${prefix}LENGTH`]: '6', [`${prefix}CHARACTER_SET`]: 'abc' }, '>=8'],
  ['a letter twice', { [`${prefix}LENGTH`]: '6', [`${prefix}CHARACTER_SET`]: 'abcdefgha' }, 'each character once'],
  ['spaces, which are forgiven', { [`${prefix}LENGTH`]: '6', [`${prefix}CHARACTER_SET`]: 'abcdefg h' }, 'spaces'],
  ['a length alone', { [`${prefix}LENGTH`]: '6' }, 'need each other'],
  ['a preset that is none', { [`${prefix}ENTROPY_PRESET`]: 'highest' }, 'entropy_preset'],
  ['a proxy by name', { SERVE_PUBLIC_TRUSTED_PROXIES: '10.0.0.0/8,proxy.example' }, 'addresses or networks'],
])('%s is refused', (_name, env, words) => {
  expect(() => read(env)).toThrow(words);
});

test('limits are on, and can be turned off together or one by one', () => {
  expect(read().rateLimits).toEqual({
    enabled: true,
    clientSecrets: { attempts: 20, period: 600_000 },
    userCodes: { attempts: 10, period: 600_000 },
    deviceCodes: { attempts: 100, period: 600_000 },
    clientRequests: { attempts: 0, period: 60_000 },
    registrations: { attempts: 100, period: 3_600_000 },
  });
  const { rateLimits } = read({ RATE_LIMITS_ENABLED: 'false', RATE_LIMITS_USER_CODES_ATTEMPTS: '0' });
  expect([rateLimits.enabled, rateLimits.userCodes.attempts]).toEqual([false, 0]);
});
