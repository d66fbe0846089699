// Where the admin API may listen without authentication, and which pages may never read it.
import { expect, test } from '@jest/globals';
import { loadConfig } from '@cardea/service';
import { checkExposure } from './exposure.js';

const key = JSON.stringify([{ name: 'ci', hash: `sha256:${'0'.repeat(64)}`, roles: ['operator'] }]);
const at = (host: string, env: Record<string, string> = {}) =>
  loadConfig({ env: { ...(host === '' ? {} : { SERVE_ADMIN_HOST: host }), ...env } }).serve.admin;

test.each(['127.0.0.1', '127.1.2.3', '::1', 'localhost', 'unix:/run/admin.sock'])('%s is fine', (host) => {
  expect(() => checkExposure(at(host))).not.toThrow();
});

test.each(['0.0.0.0', '::', '10.0.0.1', 'example.com', '127.0.0.1.example.com', 'localhost.example.com'])(
  '%s is refused, and the message names the setting, unless callers prove themselves',
  (host) => {
    expect(() => checkExposure(at(host))).toThrow(/serve\.admin\.authentication/);
    expect(() => checkExposure(at(host, { SERVE_ADMIN_AUTHENTICATION_API_KEYS: key }))).not.toThrow();
  },
);

test.each(['', '*', 'https://*', 'https://a.example,*'])('CORS for everybody (%s) is refused', (origins) => {
  const env = { SERVE_ADMIN_CORS_ENABLED: 'true', SERVE_ADMIN_CORS_ALLOWED_ORIGINS: origins };
  expect(() => checkExposure(at('', env))).toThrow(/allowed_origins/);
  expect(() => checkExposure(at('', { ...env, SERVE_ADMIN_CORS_ALLOWED_ORIGINS: 'https://a.example' }))).not.toThrow();
});
