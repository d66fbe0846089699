// What the operator announces otherwise, in the document it ends up in (hydra-wire §1.1).
import { providerMetadata } from '@cardea/oauth';
import { loadConfig } from '@cardea/service';
import { expect, test } from '@jest/globals';
import { providerFeatures } from './features.js';

const document = (env: Record<string, string>) =>
  providerMetadata({
    issuer: 'https://as.test/tenant',
    publicUrl: 'https://as.test',
    grantTypes: ['authorization_code'],
    authenticationMethods: ['client_secret_basic'],
    assertionAlgorithms: ['ES256'],
    idTokenAlgorithms: ['RS256', 'ES256'],
    features: providerFeatures(loadConfig({ env })),
    scopes: ['offline_access', 'offline', 'openid'],
    claims: ['sub', 'iss'],
  });
const discovery = (name: string) => `WEBFINGER_OIDC_DISCOVERY_${name}`;

test('nothing is announced that nobody said', () => {
  expect(document({})).toMatchObject({
    issuer: 'https://as.test/tenant',
    authorization_endpoint: 'https://as.test/oauth2/auth',
    scopes_supported: ['offline_access', 'offline', 'openid'],
    claims_supported: ['sub', 'iss'],
  });
  expect(document({})).not.toHaveProperty('registration_endpoint');
  expect(document({})).not.toHaveProperty('id_token_signed_response_alg');
});

test('endpoints that something before us serves; scopes and claims beside ours, each once', () => {
  const over = 'https://over.test';
  const env = {
    [discovery('AUTH_URL')]: `${over}/auth`,
    [discovery('TOKEN_URL')]: `${over}/token`,
    [discovery('USERINFO_URL')]: `${over}/userinfo`,
    [discovery('JWKS_URL')]: `${over}/jwks`,
    [discovery('DEVICE_AUTHORIZATION_URL')]: `${over}/device`,
    [discovery('SUPPORTED_SCOPE')]: 'openid,email',
    [discovery('SUPPORTED_CLAIMS')]: 'sub,email',
  };
  expect(document(env)).toMatchObject({
    issuer: 'https://as.test/tenant',
    authorization_endpoint: `${over}/auth`,
    token_endpoint: `${over}/token`,
    userinfo_endpoint: `${over}/userinfo`,
    jwks_uri: `${over}/jwks`,
    device_authorization_endpoint: `${over}/device`,
    revocation_endpoint: 'https://as.test/oauth2/revoke',
    scopes_supported: ['offline_access', 'offline', 'openid', 'email'],
    claims_supported: ['sub', 'iss', 'email'],
  });
});

test('a registration endpoint is announced only where clients may register', () => {
  const env = { [discovery('CLIENT_REGISTRATION_URL')]: 'https://over.test/register' };
  expect(document(env)).not.toHaveProperty('registration_endpoint');
  const enabled = { ...env, OIDC_DYNAMIC_CLIENT_REGISTRATION_ENABLED: 'true' };
  expect(document(enabled)).toMatchObject({ registration_endpoint: 'https://over.test/register' });
});

test('hydra-compat has Hydra’s own members too', () => {
  expect(document({ PROFILE: 'hydra-compat' })).toMatchObject({
    id_token_signed_response_alg: ['RS256'],
    userinfo_signed_response_alg: ['RS256'],
  });
});
