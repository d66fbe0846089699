// Settings of who may use the admin API: what would show a secret on the way is refused (security §2.5).
import { expect, test } from '@jest/globals';
import { loadConfig } from '../load.js';

test.each<[string, boolean]>([
  ['http://keys.example/jwks', true],
  ['http://localhost.example/jwks', true],
  ['http://127.0.0.1.example/jwks', true],
  ['http://10.0.0.1/jwks', true],
  ['https://keys.example/jwks', false],
  ['http://127.0.0.1:8001/jwks', false],
  ['http://localhost:8001/jwks', false],
  ['http://[::1]:8001/jwks', false],
])('a token for %s: refused is %p', (url, refused) => {
  const prefix = 'SERVE_ADMIN_AUTHENTICATION_JWT_';
  const jwt = {
    ...{ ISSUER: 'https://k8s.test', AUDIENCE: 'a', JWKS_URL: url, TOKEN_FILE: '/token' },
    SUBJECTS: JSON.stringify([{ subject: 's', roles: ['operator'] }]),
  };
  const env = Object.fromEntries(Object.entries(jwt).map(([name, value]) => [prefix + name, value]));
  const load = () => loadConfig({ env });
  if (refused) expect(load).toThrow(/^serve\.admin\.authentication\.jwt\.token_file: .*in the clear/);
  else expect(load).not.toThrow();
});
