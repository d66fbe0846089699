// npm's oidc-provider set up to be asked with the same bytes as Cardea: the same paths, clients by registration, one scope of an
// API, keys of both kinds; everything it can do beside that is off.
import { generateKeyPairSync } from 'node:crypto';
import type { AdapterConstructor, Configuration } from 'oidc-provider';

const [hour, day] = [3600, 86_400];
const openidScopes = ['openid', 'offline', 'profile', 'photos.read'];

export function settingsFor(issuer: string, adapter: AdapterConstructor): Configuration {
  return {
    adapter,
    jwks: { keys: [...keys()] },
    scopes: openidScopes,
    claims: { openid: ['sub'], profile: ['name'] },
    routes: {
      ...{
        authorization: '/oauth2/auth',
        token: '/oauth2/token',
        userinfo: '/userinfo',
        jwks: '/.well-known/jwks.json',
      },
      ...{ introspection: '/admin/oauth2/introspect', revocation: '/oauth2/revoke', registration: '/admin/clients' },
    },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      introspection: { enabled: true, allowedPolicy: () => true },
      revocation: { enabled: true },
      registration: { enabled: true },
    },
    interactions: { url: (_ctx, { uid }) => `${issuer}/interaction/${uid}?login_challenge=${uid}` },
    cookies: { keys: ['bench-cookies-0123456789'] },
    findAccount: (_ctx, sub) => ({ accountId: sub, claims: () => Promise.resolve({ sub, name: 'A Person' }) }),
    issueRefreshToken: (_ctx, client) => Promise.resolve(client.grantTypeAllowed('refresh_token')),
    rotateRefreshToken: true,
    enabledJWA: { idTokenSigningAlgValues: ['RS256', 'ES256'] },
    ttl: {
      ...{ AccessToken: hour, ClientCredentials: hour, IdToken: hour, AuthorizationCode: 600, RefreshToken: 30 * day },
      ...{ Interaction: 1800, Session: 30 * day, Grant: 30 * day },
    },
  };
}

function* keys() {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  yield { ...rsa.privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256', kid: 'rs256' };
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  yield { ...ec.privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'ES256', kid: 'es256' };
}
