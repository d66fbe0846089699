// What a changed configuration changes: reloadable settings at once, the others by name only.
import { describe, expect, test } from '@jest/globals';
import { loadConfig } from './load.js';
import { isReloadable, reloadOf } from './reloadable.js';

const of = (env: Record<string, string>) => loadConfig({ env });
const before = { TTL_ACCESS_TOKEN: '1h', LOG_LEVEL: 'info', SERVE_PUBLIC_PORT: '4444', SECRETS_SYSTEM: 'one' };

describe('what is taken up', () => {
  test('reloadable settings change, the others stay and are named', () => {
    const read = of({
      ...before,
      TTL_ACCESS_TOKEN: '2h',
      SERVE_PUBLIC_PORT: '5555',
      LOG_LEVEL: 'debug',
      PROFILE: 'oauth21',
    });
    const { config, changed, restart } = reloadOf(of(before), read);
    expect([...changed].sort()).toEqual(['log.level', 'ttl.access_token']);
    expect([...restart].sort()).toEqual(['profile', 'serve.public.port']);
    expect([config.ttl.accessToken, config.log.level]).toEqual([7_200_000, 'debug']);
    expect([config.serve.public.port, config.profile]).toEqual([4444, 'standard']);
  });

  test('nothing of the configuration in use is touched', () => {
    const used = of(before);
    const copy = structuredClone(used);
    reloadOf(used, of({ ...before, URLS_LOGIN: 'https://login.test', SECRETS_SYSTEM: 'two,one' }));
    expect(used).toEqual(copy);
  });

  test('a setting that is taken away goes back to its default', () => {
    const used = of({ ...before, URLS_LOGIN: 'https://login.test' });
    const { config, changed } = reloadOf(used, of(before));
    expect([changed, config.urls.login]).toEqual([['urls.login'], undefined]);
  });

  test('lists and objects are compared by what they hold', () => {
    const hook = { OAUTH2_TOKEN_HOOK: 'https://hook.test', SERVE_PUBLIC_CORS_ALLOWED_ORIGINS: 'https://a.test' };
    expect(reloadOf(of(hook), of(hook))).toMatchObject({ changed: [], restart: [] });
    const { changed } = reloadOf(of(hook), of({ ...hook, SERVE_PUBLIC_CORS_ALLOWED_ORIGINS: 'https://b.test' }));
    expect(changed).toEqual(['serve.public.cors.allowed_origins']);
  });
});

// hydra-wire §8 marks these as read anew by Hydra.
test.each([
  'log.level',
  'urls.login',
  'urls.self.public',
  'ttl.auth_code',
  'secrets.system',
  'oauth2.token_hook',
  'oidc.dynamic_client_registration.enabled',
  'serve.public.cors.allowed_origins',
])('%s is reloadable', (key) => expect(isReloadable(key)).toBe(true));

test.each([
  'dsn',
  'profile',
  'dev',
  'serve.public.port',
  'serve.public.cors_',
  'urls.self.issuer',
  'oauth2.token_prefix',
  'keys.kek',
  'redis.url',
])('%s needs a restart', (key) => expect(isReloadable(key)).toBe(false));
