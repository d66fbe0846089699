// From the fields of both kinds to client JSON, and what is refused before anything is sent.
import { describe, expect, test } from '@jest/globals';
import { hydraKind } from './hydra.js';
import { ownKind } from './own.js';
import { Refusal } from './wish.js';

const kind = hydraKind(false);
const needed = { grantTypes: ['client_credentials'], secretName: 'app' };

describe('hydra.ory.sh', () => {
  test('every field has its member', () => {
    const { client } = kind.wishOf({
      ...needed,
      clientName: 'App',
      responseTypes: ['code', 'code id_token'],
      redirectUris: ['https://app.example/a'],
      requestUris: ['https://app.example/r'],
      postLogoutRedirectUris: ['https://app.example/b'],
      allowedCorsOrigins: ['https://app.example'],
      audience: ['api'],
      scope: 'old',
      scopeArray: ['openid', 'offline'],
      contacts: ['a@app.example'],
      clientUri: 'https://app.example',
      logoUri: 'https://app.example/l',
      policyUri: 'https://app.example/p',
      tosUri: 'https://app.example/t',
      jwksUri: 'https://app.example/j',
      sectorIdentifierUri: 'https://app.example/s',
      subjectType: 'pairwise',
      tokenEndpointAuthMethod: 'private_key_jwt',
      tokenEndpointAuthSigningAlg: 'ES256',
      requestObjectSigningAlg: 'RS256',
      userinfoSignedResponseAlg: 'none',
      accessTokenStrategy: 'jwt',
      frontChannelLogoutURI: 'https://app.example/f',
      frontChannelLogoutSessionRequired: true,
      backChannelLogoutURI: 'https://app.example/k',
      backChannelLogoutSessionRequired: true,
      skipConsent: true,
      skipLogoutConsent: true,
      clientSecretExpiresAt: 0,
      tokenLifespans: { jwt_bearer_grant_access_token_lifespan: '5m' },
      metadata: { a: [1] },
      deletionPolicy: 'orphan',
    });
    expect(client).toEqual({
      client_name: 'App',
      grant_types: ['client_credentials'],
      response_types: ['code', 'code id_token'],
      redirect_uris: ['https://app.example/a'],
      request_uris: ['https://app.example/r'],
      post_logout_redirect_uris: ['https://app.example/b'],
      allowed_cors_origins: ['https://app.example'],
      audience: ['api'],
      scope: 'openid offline old',
      contacts: ['a@app.example'],
      client_uri: 'https://app.example',
      logo_uri: 'https://app.example/l',
      policy_uri: 'https://app.example/p',
      tos_uri: 'https://app.example/t',
      jwks_uri: 'https://app.example/j',
      sector_identifier_uri: 'https://app.example/s',
      subject_type: 'pairwise',
      token_endpoint_auth_method: 'private_key_jwt',
      token_endpoint_auth_signing_alg: 'ES256',
      request_object_signing_alg: 'RS256',
      userinfo_signed_response_alg: 'none',
      access_token_strategy: 'jwt',
      frontchannel_logout_uri: 'https://app.example/f',
      frontchannel_logout_session_required: true,
      backchannel_logout_uri: 'https://app.example/k',
      backchannel_logout_session_required: true,
      skip_consent: true,
      skip_logout_consent: true,
      jwt_bearer_grant_access_token_lifespan: '5m',
      metadata: { a: [1] },
    });
  });

  test.each([
    [undefined, true],
    ['client_secret_basic', true],
    ['client_secret_post', true],
    ['client_secret_jwt', true],
    ['private_key_jwt', false],
    ['none', false],
  ])('with the method %s a secret is kept: %s', (tokenEndpointAuthMethod, hasSecret) => {
    expect(kind.wishOf({ ...needed, tokenEndpointAuthMethod }).hasSecret).toBe(hasSecret);
  });

  test('clients are told apart by name and namespace, and from those of the other kind', () => {
    const owners = [kind, ownKind].flatMap(({ ownerOf }) => [
      ownerOf('a', 'b'),
      ownerOf('b', 'a'),
      ownerOf('a-b', 'c'),
    ]);
    expect(new Set(owners).size).toBe(owners.length);
    expect(kind.ownerOf('namespace', 'name')).toBe('name/namespace');
  });

  test('another server is refused, or not looked at', () => {
    const spec = { ...needed, hydraAdmin: { url: 'https://elsewhere.example' } };
    expect(() => kind.wishOf(spec)).toThrow(Refusal);
    expect(hydraKind(true).wishOf(spec).secretName).toBe('app');
    expect(kind.wishOf({ ...needed, hydraAdmin: { url: '', port: 0, endpoint: '' } }).secretName).toBe('app');
  });
});

test.each([
  [{ secretName: '../x' }, 'secretName'],
  [{ secretName: undefined }, 'secretName'],
  [{ grantTypes: 'client_credentials' }, 'grantTypes'],
  [{ audience: [1] }, 'audience'],
  [{ skipConsent: 'yes' }, 'skipConsent'],
  [{ metadata: ['a'] }, 'metadata'],
  [{ clientName: 5 }, 'clientName'],
])('%j is refused by its name', (wrong, field) => {
  expect(() => kind.wishOf({ ...needed, ...wrong })).toThrow(`spec.${field} must be`);
});

test('a resource can go whatever its spec says', () => {
  for (const each of [kind, ownKind]) {
    expect(each.keepsClient({ deletionPolicy: 'orphan', client: 5 })).toBe(true);
    for (const deletionPolicy of [undefined, 'delete', 5]) expect(each.keepsClient({ deletionPolicy })).toBe(false);
  }
});

test('of our own group: the client is the client, and nothing that is said elsewhere', () => {
  const client = { redirect_uris: ['https://a.example'], default_max_age: 5, token_endpoint_auth_method: 'none' };
  expect(ownKind.wishOf({ secretName: 'app', clientId: 'my-app', client })).toEqual({
    client,
    secretName: 'app',
    clientId: 'my-app',
    requireExistingSecret: false,
    hasSecret: false,
  });
  for (const member of ['client_secret', 'client_id', 'owner', 'redirct_uris', '__proto__x'])
    expect(() => ownKind.wishOf({ secretName: 'app', client: { [member]: 'x' } })).toThrow(member);
});
