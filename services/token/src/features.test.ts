// From the product's configuration to what discovery may promise.
import { expect, test } from '@jest/globals';
import { loadConfig } from '@cardea/service';
import { clientSettings } from './client-settings.js';
import { providerFeatures } from './features.js';

const config = (env: Record<string, string>) => loadConfig({ env });
const pairwise = {
  OIDC_SUBJECT_IDENTIFIERS_SUPPORTED_TYPES: 'pairwise,public',
  OIDC_SUBJECT_IDENTIFIERS_PAIRWISE_SALT: 'long-enough',
};

test.each<[string, Record<string, string>, object]>([
  [
    'by default',
    {},
    { subjectTypes: ['public'], requestByValue: true, requestByReference: true, sessionManagement: true },
  ],
  ['hydra-compat', { PROFILE: 'hydra-compat' }, { sessionManagement: false }],
  ['public subjects stand first', pairwise, { subjectTypes: ['public', 'pairwise'] }],
  [
    'pairwise ones beside JWTs',
    { ...pairwise, STRATEGIES_ACCESS_TOKEN: 'jwt' },
    { subjectTypes: ['public', 'pairwise'] },
  ],
  [
    'but not in hydra-compat',
    { ...pairwise, STRATEGIES_ACCESS_TOKEN: 'jwt', PROFILE: 'hydra-compat' },
    { subjectTypes: ['public'] },
  ],
  [
    'no access tokens in OAuth 2.1 responses',
    { PROFILE: 'oauth21' },
    { responseTypes: ['code', 'id_token', 'code id_token'] },
  ],
  ['switched off', { OIDC_REQUEST_OBJECTS_BY_REFERENCE: 'false' }, { requestByValue: true, requestByReference: false }],
])('%s', (_name, env, expected) => {
  expect(providerFeatures(config(env))).toMatchObject(expected);
});

test('unsigned requests are promised only where they are taken', () => {
  const algorithms = (env: Record<string, string>) => providerFeatures(config(env)).requestObjectAlgorithms;
  expect(algorithms({})).not.toContain('none');
  expect(algorithms({ PROFILE: 'hydra-compat' })).toContain('none');
});

test('clients may be what discovery says', () => {
  expect(clientSettings(config(pairwise)).metadata.subjectTypes).toEqual(['public', 'pairwise']);
});
