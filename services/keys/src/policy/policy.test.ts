// What the signer signs and what it refuses, as tables (security §2.3, I04).
import { describe, expect, test } from '@jest/globals';
import { OAuthError } from '@cardea/oauth';
import { signingV1 } from '@cardea/rpc';
import {
  accessTokenRequest,
  idTokenRequest,
  logoutTokenRequest,
  seconds,
  userinfoRequest,
} from '../requests.fixture.js';
import { accessTokenStatement } from './access-token.js';
import { credentialStatement } from './credential.js';
import { idTokenStatement } from './id-token.js';
import { logoutTokenStatement } from './logout-token.js';
import type { Policy, Statement } from './statement.js';
import { userinfoStatement } from './userinfo.js';

const policy: Policy = {
  issuer: 'https://id.example/',
  longest: { idToken: 7200, accessToken: 7200, logoutToken: 600 },
  style: {
    scopeClaim: undefined,
    topLevel: [],
    mirrored: true,
    preserved: false,
    withoutNotBefore: false,
  },
  now: Date.now,
};

const id = (change: Partial<signingV1.SignIdTokenRequest> = {}) => idTokenStatement(idTokenRequest(change), policy);
const access = (change: Partial<signingV1.SignAccessTokenRequest> = {}) =>
  accessTokenStatement(accessTokenRequest(change), policy);
const info = (change: Partial<signingV1.SignUserinfoRequest> = {}) =>
  userinfoStatement(userinfoRequest(change), policy);
const logout = (change: Partial<signingV1.SignLogoutTokenRequest> = {}) =>
  logoutTokenStatement(logoutTokenRequest(change), policy);

const credential = (change: Partial<signingV1.SignCredentialRequest> = {}) =>
  credentialStatement(
    {
      requestId: 'r',
      algorithm: 'ES256',
      holder: 'did:jwk:e30',
      issuedAt: seconds(),
      expiresAt: seconds() + 3600,
      tokenId: 'j',
      subjectClaimsJson: Buffer.from('{"sub":"alice"}'),
      ...change,
    },
    policy,
  );

/** The claims as a verifier reads them, and the order they are written in. */
const written = ({ claims }: Statement) => JSON.parse(JSON.stringify(claims)) as Record<string, unknown>;
const order = (statement: Statement) => Object.keys(written(statement)).join(' ');

describe('claims', () => {
  test('of an ID token', () => {
    expect(order(id())).toBe('iss sub aud exp iat auth_time nonce at_hash acr amr sid jti rat email roles');
    expect(id().purpose).toMatchObject({ keySet: 'hydra.openid.id-token', typ: 'JWT' });
    expect(written(id({ authorizedParty: 'app', codeHash: 'abc' }))).toMatchObject({
      ...{ iss: 'https://id.example/', sub: 'alice', aud: ['app'], azp: 'app', c_hash: 'abc' },
      ...{ email: 'alice@id.example', roles: ['admin'], amr: ['pwd', 'otp'] },
    });
  });

  test('of an ID token with nothing optional', () => {
    const nothing = {
      ...{ authTime: 0, nonce: '', accessTokenHash: '', acr: '', amr: [], sessionId: '', requestedAt: 0 },
      extraClaimsJson: Buffer.alloc(0),
    };
    expect(order(id(nothing))).toBe('iss sub aud exp iat jti');
  });

  test('of an access token, RFC 9068', () => {
    expect(order(access())).toBe('iss sub aud client_id exp iat jti scope auth_time cnf tenant');
    expect(access().purpose).toMatchObject({ keySet: 'hydra.jwt.access-token', typ: 'at+jwt' });
    expect(access({ format: signingV1.AccessTokenFormat.UNSPECIFIED }).purpose.typ).toBe('at+jwt');
    expect(written(access())).toMatchObject({
      ...{ sub: 'alice', client_id: 'app', scope: 'openid photos.read', tenant: 'blue' },
      cnf: { jkt: '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I' },
    });
    expect(order(access({ scopes: [] }))).not.toContain('scope');
  });

  test('of an access token in the shape of Hydra', () => {
    const format = signingV1.AccessTokenFormat.HYDRA;
    const bare = { format, audience: [], extraClaimsJson: Buffer.alloc(0), confirmationJson: Buffer.alloc(0) };
    expect(access({ format }).purpose).toMatchObject({ keySet: 'hydra.jwt.access-token', typ: 'JWT' });
    expect(written(access({ format }))).toMatchObject({ scp: ['openid', 'photos.read'], ext: { tenant: 'blue' } });
    expect(order(access(bare))).toBe('iss sub aud client_id exp iat nbf jti scp ext');
    expect(written(access(bare))).toMatchObject({ aud: [], ext: {} });
  });

  test.each<[string, Partial<Policy['style']>, string[], object]>([
    ['scope as a text', { scopeClaim: 'string' }, ['scope', 'ext'], { scope: 'openid photos.read' }],
    ['scope twice', { scopeClaim: 'both' }, ['scp', 'scope', 'ext'], { scope: 'openid photos.read' }],
    ['no nbf', { withoutNotBefore: true }, ['scp', 'ext'], { ext: { tenant: 'blue', tier: 1, sub: 'eve' } }],
    ['a claim at the top', { topLevel: ['tier', 'sub'] }, ['scp', 'tier', 'ext'], { sub: 'alice', tier: 1 }],
    ['no mirror', { topLevel: ['tier'], mirrored: false }, ['scp', 'tier'], { tier: 1 }],
    [
      'the rest kept',
      { topLevel: ['tier', 'sub'], mirrored: false, preserved: true },
      ['scp', 'tier', 'ext'],
      { ext: { tenant: 'blue', sub: 'eve' }, sub: 'alice' },
    ],
  ])('of an access token in the shape of Hydra: %s', (_name, style, names, expected) => {
    const request = accessTokenRequest({
      format: signingV1.AccessTokenFormat.HYDRA,
      extraClaimsJson: Buffer.from('{"tenant":"blue","tier":1,"sub":"eve"}'),
    });
    const statement = accessTokenStatement(request, { ...policy, style: { ...policy.style, ...style } });
    const claims = written(statement);
    expect(Object.keys(claims).filter((name) => ['scp', 'scope', 'tier', 'ext', 'tenant'].includes(name))).toEqual(
      names,
    );
    expect(claims).toMatchObject(expected);
    expect('nbf' in claims).toBe(style.withoutNotBefore !== true);
  });

  test('of a userinfo answer', () => {
    expect(order(info())).toBe('iss sub aud iat email rat');
    expect(info().purpose).toMatchObject({ keySet: 'hydra.openid.id-token', typ: 'JWT' });
  });

  test('of a credential', () => {
    const statement = credential();
    expect(order(statement)).toBe('iss sub jti iat nbf exp vc');
    expect(statement.purpose).toMatchObject({ name: 'credential', keySet: 'hydra.openid.id-token', typ: 'JWT' });
    expect(written(statement)['vc']).toEqual({
      '@context': ['https://www.w3.org/2018/credentials/v1'],
      type: ['VerifiableCredential', 'UserInfoCredential'],
      credentialSubject: { id: 'did:jwk:e30', sub: 'alice' },
    });
  });

  test('of a logout token', () => {
    expect(order(logout())).toBe('iss sub aud iat exp jti events sid');
    expect(logout().purpose).toMatchObject({ keySet: 'hydra.openid.id-token', typ: 'logout+jwt' });
    expect(written(logout())['events']).toEqual({ 'http://schemas.openid.net/event/backchannel-logout': {} });
    expect(order(logout({ subject: '' }))).toBe('iss aud iat exp jti events sid');
  });
});

const json = (value: unknown) => Buffer.from(JSON.stringify(value));
const nested = (levels: number): unknown => (levels === 0 ? 1 : { deeper: nested(levels - 1) });
const many = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`c${String(index)}`, 1]));

describe('refused', () => {
  const refusals: readonly [string, () => Statement, string][] = [
    ['a credential for whoever', () => credential({ holder: 'alice' }), 'did:jwk'],
    [
      'a credential that names another holder',
      () => credential({ subjectClaimsJson: json({ id: 'did:jwk:x' }) }),
      'id',
    ],
    ['a credential for ever', () => credential({ expiresAt: seconds() + 7300 }), 'exp'],
    ['no request id', () => id({ requestId: '' }), 'request_id'],
    ['a request id that is too long', () => id({ requestId: 'x'.repeat(129) }), 'request_id'],
    ['an unknown algorithm', () => id({ algorithm: 'RS1' }), 'no such algorithm'],
    ['alg none', () => access({ algorithm: 'none' }), 'no such algorithm'],
    ['HMAC', () => id({ algorithm: 'HS256' }), 'no such algorithm'],
    ['a name every object has', () => id({ algorithm: 'constructor' }), 'no such algorithm'],
    ['no subject', () => id({ subject: '' }), 'sub'],
    ['a subject beyond ASCII', () => id({ subject: 'ålice' }), 'sub'],
    ['a subject that is too long', () => access({ subject: 'x'.repeat(256) }), 'sub'],
    ['no audience', () => id({ audience: [] }), 'aud'],
    ['an empty audience', () => id({ audience: ['app', ''] }), 'aud'],
    ['no audience of an RFC 9068 token', () => access({ audience: [] }), 'aud'],
    ['too many audiences', () => id({ audience: new Array<string>(65).fill('a') }), 'aud'],
    ['no client', () => access({ clientId: '' }), 'client_id'],
    ['no jti', () => access({ tokenId: '' }), 'jti'],
    ['no jti of a logout token', () => logout({ tokenId: '' }), 'jti'],
    ['an unknown format', () => access({ format: 7 as unknown as signingV1.AccessTokenFormat }), 'access token format'],
    ['iat of long ago', () => id({ issuedAt: seconds() - 70 }), 'iat'],
    ['iat of the future', () => info({ issuedAt: seconds() + 70 }), 'iat'],
    ['iat with a fraction', () => id({ issuedAt: seconds() + 0.5 }), 'iat'],
    ['exp before iat', () => id({ expiresAt: seconds() - 5 }), 'exp'],
    ['a lifetime beyond the cap', () => id({ expiresAt: seconds() + 7300 }), 'exp'],
    ['a lifetime beyond the cap, access token', () => access({ expiresAt: seconds() + 7300 }), 'exp'],
    ['a long-lived logout token', () => logout({ expiresAt: seconds() + 700 }), 'exp'],
    ['auth_time of the future', () => id({ authTime: seconds() + 120 }), 'auth_time'],
    ['a negative auth_time', () => access({ authTime: -1 }), 'auth_time'],
    ['neither sub nor sid', () => logout({ subject: '', sessionId: '' }), 'sub or sid'],
    [
      'a claim that is ours',
      () => id({ extraClaimsJson: json({ iss: 'https://evil.example' }) }),
      'reserved claim iss',
    ],
    [
      'an ID token that is a logout token',
      () => id({ extraClaimsJson: json({ events: {} }) }),
      'reserved claim events',
    ],
    [
      'a client that is not said',
      () => access({ extraClaimsJson: json({ client_id: 'x' }) }),
      'reserved claim client_id',
    ],
    ['an actor that is not said', () => access({ extraClaimsJson: json({ act: {} }) }), 'reserved claim act'],
    ['userinfo that is an ID token', () => info({ extraClaimsJson: json({ nonce: 'x' }) }), 'reserved claim nonce'],
    ['userinfo that is an access token', () => info({ extraClaimsJson: json({ scope: 'x' }) }), 'reserved claim scope'],
    ['a list of claims', () => id({ extraClaimsJson: json([1]) }), 'one JSON object'],
    ['no JSON', () => id({ extraClaimsJson: Buffer.from('{"a":') }), 'one JSON object'],
    ['a name twice', () => id({ extraClaimsJson: Buffer.from('{"a":1,"a":2}') }), 'each name once'],
    ['a name twice, below', () => id({ extraClaimsJson: Buffer.from('{"b":{"a":1,"a":2}}') }), 'each name once'],
    [
      'bytes that are not UTF-8',
      () => id({ extraClaimsJson: Buffer.from('7b2261223a22ff227d', 'hex') }),
      'each name once',
    ],
    ['claims that are nested too deep', () => id({ extraClaimsJson: json(nested(9)) }), 'levels deep'],
    ['too many claims', () => id({ extraClaimsJson: json(many(101)) }), 'more than 100'],
    ['claims that are too large', () => id({ extraClaimsJson: json({ a: 'x'.repeat(8200) }) }), 'weighs more'],
    ['a confirmation that is no object', () => access({ confirmationJson: json('jkt') }), 'confirmation_json'],
  ];

  test.each(refusals)('%s', (_name, make, said) => {
    expect(make).toThrow(OAuthError);
    expect(make).toThrow(said);
    try {
      make();
    } catch (error) {
      expect((error as OAuthError).code).toBe('invalid_request');
    }
  });

  test('none of what is just within bounds', () => {
    expect(() => id({ extraClaimsJson: json(nested(8)) })).not.toThrow();
    expect(() => id({ extraClaimsJson: json(many(100)) })).not.toThrow();
    const at = seconds() - 50;
    expect(() => id({ issuedAt: at, expiresAt: at + 7200, authTime: at + 55 })).not.toThrow();
  });

  test('a claim named __proto__ is a claim like any other', () => {
    const { claims } = id({ extraClaimsJson: Buffer.from('{"__proto__":{"sub":"mallory"}}') });
    expect(Object.getPrototypeOf(claims)).toBe(Object.prototype);
    expect(JSON.stringify(claims)).toContain('"__proto__":{"sub":"mallory"}');
  });
});
