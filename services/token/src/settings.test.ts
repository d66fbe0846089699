// From the product's configuration to the token rooms' settings: what each profile says where the operator says nothing.
import { expect, test } from '@jest/globals';
import { loadConfig } from '@cardea/service';
import { systemSecrets, tokenSettings } from './settings.js';

const read = (env: Record<string, string>) => loadConfig({ env: { URLS_SELF_ISSUER: 'https://as.test/', ...env } });

test.each<[string, Record<string, string>, object]>([
  ['standard', {}, { rotationGraceMillis: 10_000, pkceRequired: false, pkceRequiredForPublicClients: true }],
  ['hydra-compat', {}, { rotationGraceMillis: 10_000, pkceRequired: false, pkceRequiredForPublicClients: false }],
  ['oauth21', {}, { rotationGraceMillis: 10_000, pkceRequired: true }],
  ['hydra-compat', { OAUTH2_GRANT_REFRESH_TOKEN_ROTATION_GRACE_PERIOD: '3s' }, { rotationGraceMillis: 3_000 }],
])('profile %s with %j', (profile, env, policy) => {
  expect(tokenSettings(read({ PROFILE: profile, ...env })).policy).toMatchObject(policy);
});

test.each([
  ['standard', { client: 'only', grant: 'only' }],
  ['hydra-compat', { client: 'among', grant: 'among' }],
  ['oauth21', { client: 'issuer', grant: 'only' }],
])('C10 audiences of assertions by profile %s', (profile, audiences) => {
  expect(tokenSettings(read({ PROFILE: profile })).audiences).toEqual(audiences);
});

test('secrets that can be guessed refuse to start, and say which one', () => {
  expect(systemSecrets(read({ SECRETS_SYSTEM: 'x'.repeat(16) }))).toHaveLength(1);
  expect(() => systemSecrets(read({ SECRETS_SYSTEM: `${'x'.repeat(32)},short` }))).toThrow(
    'secrets.system[1] is shorter',
  );
  expect(() => systemSecrets(read({}))).toThrow('secrets.system is not set');
});
