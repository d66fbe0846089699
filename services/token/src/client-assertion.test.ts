// Clients that sign who they are, and whoever pretends to: security catalogue C06-C14 and E01-E22 on target T1, with real
// keys and a real database.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { jwsAlgorithms } from '@cardea/oauth';
import { createHash, randomUUID } from 'node:crypto';
import type { TestKey } from './jwt.fixture.js';
import { encode, macked, signed, testKey } from './jwt.fixture.js';
import type { Form, TokenService } from './tokens.fixture.js';
import { createTokenService, verdict, verifier } from './tokens.fixture.js';

let service: TokenService;
let hydra: TokenService;
/** As by RFC 7523's successor. */
let strict: TokenService;
const es = testKey('ES256');
const rs = testKey('RS256');
const stranger = testKey('ES256', es.kid);
const secret = 'a-shared-secret-of-more-than-32-bytes';
const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const json = (value: unknown) => Buffer.from(JSON.stringify(value));
const grantTypes = ['client_credentials'];

beforeAll(async () => {
  service = await createTokenService();
  hydra = await createTokenService({
    database: service.database,
    settings: { hydraCompat: true, audiences: { client: 'among', grant: 'among' } },
  });
  strict = await createTokenService({
    database: service.database,
    settings: { audiences: { client: 'issuer', grant: 'only' } },
  });
  const keys = { tokenEndpointAuthMethod: 'private_key_jwt', grantTypes };
  await service.client({ clientId: 'pkj', ...keys, jwksJson: json({ keys: [es.jwk, rs.jwk] }) });
  await service.client({
    clientId: 'pinned',
    ...keys,
    tokenEndpointAuthSigningAlg: 'RS256',
    jwksJson: json({ keys: [es.jwk, rs.jwk] }),
  });
  await service.client({ clientId: 'csj', tokenEndpointAuthMethod: 'client_secret_jwt', grantTypes }, secret);
  await service.client({ clientId: 'basic', grantTypes }, 'secret-of-basic');
});
afterAll(async () => {
  await hydra.close();
  await strict.close();
  await service.close();
});

const seconds = () => Math.floor(service.clock.millis / 1000);
const claims = (change: Readonly<Record<string, unknown>> = {}) => {
  const iat = seconds();
  return {
    iss: 'pkj',
    sub: 'pkj',
    aud: 'https://as.test/oauth2/token',
    jti: randomUUID(),
    iat,
    exp: iat + 60,
    ...change,
  };
};
const form = (assertion: string, more: Form = {}): Form => ({
  grant_type: 'client_credentials',
  client_assertion_type: type,
  client_assertion: assertion,
  ...more,
});
const shown = (assertion: string, more: Form = {}, at = service) => verdict(at.token(form(assertion, more)));
const remembered = async () =>
  (await service.database.pool.query<{ n: number }>('SELECT count(*)::int AS n FROM cardea.used_once')).rows[0]?.n;
/** Refused, and nothing used up by it. */
const refused = async (assertion: string, more: Form = {}) => {
  const before = await remembered();
  const answer = await shown(assertion, more);
  expect(await remembered()).toBe(before);
  return answer;
};

describe('private_key_jwt', () => {
  test.each([...jwsAlgorithms.keys()])('%s authenticates', async (alg) => {
    const key = testKey(alg);
    const clientId = `alg-${alg}`;
    await service.client({
      clientId,
      tokenEndpointAuthMethod: 'private_key_jwt',
      tokenEndpointAuthSigningAlg: alg,
      grantTypes,
      jwksJson: json({ keys: [key.jwk] }),
    });
    expect(await shown(signed(key, claims({ iss: clientId, sub: clientId })))).toBe('ok');
  });

  test.each<[string, () => string, Form?]>([
    ['C07 audience is the token endpoint', () => signed(es, claims())],
    ['C09 audience is the issuer', () => signed(es, claims({ aud: 'https://as.test' }))],
    ['C09 audience is a list of us', () => signed(es, claims({ aud: ['https://as.test'] }))],
    ['no kid: every key is tried', () => signed(rs, claims(), { alg: 'RS256' })],
    [
      'typ says what it is',
      () => signed(es, claims(), { alg: 'ES256', kid: es.kid, typ: 'client-authentication+jwt' }),
    ],
    ['the same client_id beside it', () => signed(es, claims()), { client_id: 'pkj' }],
    ['no iat', () => signed(es, claims({ iat: undefined }))],
    ['C14 clock 20 s ahead', () => signed(es, claims({ iat: seconds() + 20, nbf: seconds() + 20 }))],
    ['C14 exp 59 s ago', () => signed(es, claims({ exp: seconds() - 59 }))],
    ['C14 exp in an hour', () => signed(es, claims({ exp: seconds() + 3600 }))],
  ])('%s', async (...[, make, more]) => {
    expect(await shown(make(), more)).toBe('ok');
  });

  test.each<[string, () => string, Form?]>([
    ...['iss', 'sub', 'aud', 'exp', 'jti'].map((name): [string, () => string] => [
      `C08 no ${name}`,
      () => signed(es, claims({ [name]: undefined })),
    ]),
    ['C08 wrong iss', () => signed(es, claims({ iss: 'basic' }))],
    ['C08 wrong sub', () => signed(es, claims({ sub: 'basic' }))],
    ['C08 sub is a number', () => signed(es, claims({ sub: 1 }))],
    ['C08 aud has a number in it', () => signed(es, claims({ aud: ['https://as.test', 1] }))],
    ['C08 exp is a text', () => signed(es, claims({ exp: String(seconds() + 60) }))],
    ['C09 another endpoint of ours', () => signed(es, claims({ aud: 'https://as.test/oauth2/introspect' }))],
    ['C09 a slash too many', () => signed(es, claims({ aud: 'https://as.test/oauth2/token/' }))],
    ['C09 another case', () => signed(es, claims({ aud: 'https://AS.test/oauth2/token' }))],
    ['C09 another server in the list', () => signed(es, claims({ aud: ['https://as.test', 'https://evil.test'] }))],
    ['E13 empty list', () => signed(es, claims({ aud: [] }))],
    ['E13 number', () => signed(es, claims({ aud: 1 }))],
    ['E13 object', () => signed(es, claims({ aud: {} }))],
    ['E13 nested list', () => signed(es, claims({ aud: [['https://as.test']] }))],
    ['E13 many', () => signed(es, claims({ aud: Array<string>(100).fill('https://as.test') }))],
    ['C14 exp 61 s ago', () => signed(es, claims({ exp: seconds() - 61 }))],
    ['C14 exp in ten years', () => signed(es, claims({ exp: seconds() + 315_360_000 }))],
    ['C14 iat in ten minutes', () => signed(es, claims({ iat: seconds() + 600 }))],
    ['C14 nbf in ten minutes', () => signed(es, claims({ nbf: seconds() + 600 }))],
    ['C06 another client_id', () => signed(es, claims()), { client_id: 'basic' }],
    ['C04 of a client with a secret', () => signed(es, claims({ iss: 'basic', sub: 'basic' }))],
    ['of nobody', () => signed(es, claims({ iss: 'nobody', sub: 'nobody' }))],
    ['E01 alg none', () => `${encode({ alg: 'none' })}.${encode(claims())}.`],
    ['E01 alg None, signed', () => signed(es, claims(), { alg: 'None', kid: es.kid })],
    ['E01 alg empty', () => signed(es, claims(), { alg: '', kid: es.kid })],
    ['E01 alg missing', () => signed(es, claims(), { kid: es.kid })],
    ['E01 alg null', () => signed(es, claims(), { alg: null, kid: es.kid })],
    ['E01 alg a list', () => signed(es, claims(), { alg: ['ES256'], kid: es.kid })],
    ['E01 no signature', () => signed(es, claims()).replace(/[^.]*$/, '')],
    ['E01 two dots', () => '..'],
    ['E02 HMAC by the public key as PEM', () => macked(rs.publicKey.export({ type: 'spki', format: 'pem' }), claims())],
    [
      'E02 HMAC by the PEM, one space ahead',
      () => macked(` ${String(rs.publicKey.export({ type: 'spki', format: 'pem' }))}`, claims()),
    ],
    ['E02 HMAC by the public key as DER', () => macked(rs.publicKey.export({ type: 'spki', format: 'der' }), claims())],
    ['E02 HMAC by the JWK', () => macked(JSON.stringify(rs.jwk), claims())],
    ['E03 PS256 by an RS256 key', () => signed({ ...rs, alg: 'PS256' }, claims())],
    ['E03 header says RS256, key is EC', () => signed(es, claims(), { alg: 'RS256', kid: es.kid })],
    ['E03 ES384 by name', () => signed(es, claims(), { alg: 'ES384', kid: es.kid })],
    ['E03 ES256K', () => signed(es, claims(), { alg: 'ES256K', kid: es.kid })],
    ['E03 an algorithm that is not the registered one', () => signed(es, claims({ iss: 'pinned', sub: 'pinned' }))],
    ['E05 the attacker brings the key', () => signed(stranger, claims(), { alg: 'ES256', jwk: stranger.jwk })],
    [
      'E05 the attacker says where the key is',
      () => signed(stranger, claims(), { alg: 'ES256', jku: 'https://evil.test', x5u: 'https://evil.test' }),
    ],
    ['by a stranger with the same kid', () => signed(stranger, claims())],
    ['an unknown kid', () => signed(es, claims(), { alg: 'ES256', kid: 'other' })],
    ['E07 signature cut', () => signed(es, claims()).slice(0, -4)],
    ['E07 signature of zeros', () => signed(es, claims()).replace(/[^.]*$/, Buffer.alloc(64).toString('base64url'))],
    [
      'E07 signature of 65 bytes',
      () => signed(es, claims()).replace(/[^.]*$/, Buffer.alloc(65, 1).toString('base64url')),
    ],
    [
      'E07 signature of 1, RSA',
      () => signed(rs, claims()).replace(/[^.]*$/, Buffer.alloc(256, 1).toString('base64url')),
    ],
    [
      'E07 spare bits of the signature',
      () =>
        signed(es, claims()).replace(/.$/, (last) =>
          last === 'A' ? 'B' : last === 'Q' ? 'R' : last === 'g' ? 'h' : 'x',
        ),
    ],
    ['E09 payload is a list', () => signed(es, [claims()])],
    ['E09 payload is a text', () => signed(es, '"x"')],
    ['E09 payload is null', () => signed(es, null)],
    ['E09 sub twice', () => signed(es, JSON.stringify(claims()).replace('{', '{"sub":"basic",'))],
    ['E09 a byte order mark', () => signed(es, `\ufeff${JSON.stringify(claims())}`)],
    ['E09 something behind it', () => signed(es, `${JSON.stringify(claims())}x`)],
    ['E09 1e400', () => signed(es, JSON.stringify(claims({ exp: 7 })).replace(':7', ':1e400'))],
    ['E09 deep', () => signed(es, `{"a":${'['.repeat(5000)}${']'.repeat(5000)}}`)],
    [
      'E10 JSON serialisation',
      () => JSON.stringify({ protected: encode({ alg: 'ES256' }), payload: encode(claims()), signature: 'x' }),
    ],
    ['E10 b64 false', () => signed(es, claims(), { alg: 'ES256', kid: es.kid, b64: false, crit: ['b64'] })],
    ['E10 crit', () => signed(es, claims(), { alg: 'ES256', kid: es.kid, crit: ['x'], x: 1 })],
    ['E11 an access token by its type', () => signed(es, claims(), { alg: 'ES256', kid: es.kid, typ: 'at+jwt' })],
    [
      'E11 a request object by its type',
      () => signed(es, claims(), { alg: 'ES256', kid: es.kid, typ: 'oauth-authz-req+jwt' }),
    ],
    ['E20 five parts', () => `${encode({ alg: 'PBES2-HS256+A128KW', enc: 'A128GCM', p2c: 2 ** 31 })}.a.b.c.d`],
    ['E21 a megabyte', () => signed(es, claims({ x: 'x'.repeat(1_000_000) }))],
    ['E21 dots', () => '.'.repeat(100_000)],
  ])('%s: invalid_client, nothing used up', async (...[, make, more]) => {
    expect(await refused(make(), more)).toBe('invalid_client');
  });

  test('H09: a thousand that would have to be remembered for ten years are refused, and none is remembered', async () => {
    const before = await remembered();
    const exp = seconds() + 315_360_000;
    const shownFar = Array.from({ length: 1_000 }, () => shown(signed(es, claims({ exp }))));
    expect(new Set(await Promise.all(shownFar))).toEqual(new Set(['invalid_client']));
    expect(await remembered()).toBe(before);
  });

  test.each<[string, Form]>([
    ['C06 unknown assertion type', { client_assertion_type: 'saml' }],
    ['C06 no assertion type', { client_assertion_type: '' }],
    ['C06 no assertion', { client_assertion: '' }],
    ['C06 a secret too', { client_id: 'pkj', client_secret: 'x' }],
  ])('%s: invalid_request', async (_name, more) => {
    expect(await refused(signed(es, claims()), more)).toBe('invalid_request');
  });

  test('C11 an assertion counts once, in whatever order, on whichever instance', async () => {
    const assertion = signed(es, claims());
    expect(await shown(assertion)).toBe('ok');
    expect(await shown(assertion)).toBe('invalid_client');
    expect(await shown(assertion, {}, hydra)).not.toBe('ok');
    const raced = signed(es, claims());
    const verdicts = await Promise.all(
      Array.from({ length: 30 }, (_, i) => shown(raced, {}, i % 2 === 0 ? service : hydra)),
    );
    expect(verdicts.filter((one) => one === 'ok')).toHaveLength(1);
    expect(verdicts.filter((one) => one !== 'ok' && one !== 'invalid_client' && one !== 'jti_known')).toEqual([]);
  });

  test('C10 an assertion that another server lured out of its client brings the thief nothing of its own', async () => {
    await service.client({
      clientId: 'lured',
      tokenEndpointAuthMethod: 'private_key_jwt',
      jwksJson: json({ keys: [es.jwk] }),
    });
    await service.client({ clientId: 'thief' }, 'secret-of-thief');
    // Made for what the thief's metadata gave out as its own token endpoint, which is ours.
    const lured = () => signed(es, claims({ iss: 'lured', sub: 'lured' }));
    const { code } = await service.code('thief');
    const redirect_uri = 'https://app.example/cb';
    const redeem: Form = { grant_type: 'authorization_code', code, redirect_uri, code_verifier: verifier };
    expect(await shown(lured(), redeem)).toBe('invalid_grant');
    expect(await shown(lured(), { ...redeem, client_id: 'thief' })).toBe('invalid_client');
    const { refreshToken } = await service.redeemed('thief', service.basic('thief', 'secret-of-thief'));
    const refresh: Form = { grant_type: 'refresh_token', refresh_token: refreshToken };
    expect(await shown(lured(), refresh)).toBe('invalid_grant');
    // Only for the client that made it, with what that client was granted.
    const own = await service.code('lured');
    expect(await shown(lured(), { ...redeem, code: own.code })).toBe('ok');
    // One made for the other server, as its issuer, is nothing here, nor is one for both.
    for (const aud of ['https://evil.test', ['https://evil.test', 'https://as.test/oauth2/token']])
      expect(await refused(signed(es, claims({ iss: 'lured', sub: 'lured', aud })))).toBe('invalid_client');
  });

  test.each<[string, unknown, string, string, string]>([
    // By default, by oauth21, by Hydra.
    ['the issuer', 'https://as.test', 'ok', 'ok', 'ok'],
    ['the issuer in a list', ['https://as.test'], 'ok', 'invalid_client', 'ok'],
    [
      'the token endpoint, which another server may give out as its own',
      'https://as.test/oauth2/token',
      'ok',
      'invalid_client',
      'ok',
    ],
    ['issuer and token endpoint', ['https://as.test', 'https://as.test/oauth2/token'], 'ok', 'invalid_client', 'ok'],
    ['us and another', ['https://as.test', 'https://evil.test'], 'invalid_client', 'invalid_client', 'ok'],
    ['another', 'https://evil.test', 'invalid_client', 'invalid_client', 'invalid_client'],
  ])('C10 made for %s', async (_name, aud, standard, oauth21, compat) => {
    // RS256, because nothing else is registered, and that is what Hydra takes then.
    const shownAt = (at: TokenService) => shown(signed(rs, claims({ aud })), {}, at);
    expect([await shownAt(service), await shownAt(strict), await shownAt(hydra)]).toEqual([standard, oauth21, compat]);
  });

  test('a jti counts once whatever else the assertion says, and is remembered to the last second (E17)', async () => {
    const jti = randomUUID();
    expect(await shown(signed(es, claims({ jti })))).toBe('ok');
    expect(await shown(signed(es, claims({ jti, exp: seconds() + 900 })))).toBe('invalid_client');
    const last = signed(es, claims({ exp: seconds() - 59 }));
    expect([await shown(last), await shown(last)]).toEqual(['ok', 'invalid_client']);
  });

  test('as Hydra: RS256 unless registered, any lifetime, audiences beside ours, and its own word for a replay', async () => {
    const far = signed(
      rs,
      claims({ exp: seconds() + 315_360_000, aud: ['https://as.test/oauth2/token', 'https://x.test'] }),
    );
    expect([await shown(far, {}, hydra), await shown(far, {}, hydra)]).toEqual(['ok', 'jti_known']);
    expect(await shown(signed(es, claims()), {}, hydra)).toBe('invalid_client');
  });
});

describe('client_secret_jwt', () => {
  const own = () => claims({ iss: 'csj', sub: 'csj' });
  test.each(['HS256', 'HS384', 'HS512'] as const)('%s authenticates', async (alg) => {
    expect(await shown(macked(secret, own(), alg))).toBe('ok');
  });
  test.each<[string, () => string]>([
    ['another secret', () => macked('another-shared-secret-of-over-32-bytes', own())],
    ['E02 the hash of the secret', () => macked(createHash('sha256').update(secret).digest(), own())],
    ['a signature by a key', () => signed(es, own())],
    ['by a client of private_key_jwt', () => macked(secret, claims())],
    ['by a client of client_secret_basic', () => macked('secret-of-basic', claims({ iss: 'basic', sub: 'basic' }))],
  ])('%s: invalid_client', async (_name, make) => {
    expect(await refused(make())).toBe('invalid_client');
  });
  test('the secret itself is not taken in its place', async () => {
    const sent = { grant_type: 'client_credentials', client_id: 'csj', client_secret: secret };
    expect(await verdict(service.token(sent))).toBe('invalid_client');
  });
  test('a short secret is not registered, and one we make is long', async () => {
    const metadata = { tokenEndpointAuthMethod: 'client_secret_jwt', grantTypes };
    expect(await verdict(service.client(metadata, 'short-secret'))).toBe('invalid_client_metadata');
    const { client, clientSecret } = await service.client(metadata);
    const id = client?.clientId;
    expect(await shown(macked(clientSecret, claims({ iss: id, sub: id })))).toBe('ok');
  });
});

describe('E04, E22: keys that do not serve', () => {
  const with512 = testKey('RS256', 'small', 1024);
  test.each<[string, TestKey, Readonly<Record<string, unknown>>]>([
    ['for encryption', es, { use: 'enc' }],
    ['not to verify with', es, { use: undefined, key_ops: ['encrypt'] }],
    ['of another algorithm', es, { alg: 'ES384' }],
    ['too short', with512, {}],
    [
      'with an even modulus',
      rs,
      { n: Buffer.concat([Buffer.alloc(255, 0xff), Buffer.alloc(1)]).toString('base64url') },
    ],
    ['with exponent 1', rs, { e: 'AQ' }],
    ['beside its curve', es, { x: Buffer.alloc(32, 1).toString('base64url') }],
  ])('%s', async (name, key, change) => {
    const clientId = `weak ${name}`;
    const jwk = { ...key.jwk, ...change };
    await service.client({
      clientId,
      tokenEndpointAuthMethod: 'private_key_jwt',
      grantTypes,
      jwksJson: json({ keys: [jwk] }),
    });
    expect(await refused(signed(key, claims({ iss: clientId, sub: clientId })))).toBe('invalid_client');
  });
  test('a key that says nothing but what it is serves', async () => {
    const { kty, crv, x, y } = es.jwk;
    await service.client({
      clientId: 'terse',
      tokenEndpointAuthMethod: 'private_key_jwt',
      grantTypes,
      jwksJson: json({ keys: [{ kty, crv, x, y }] }),
    });
    expect(await shown(signed(es, claims({ iss: 'terse', sub: 'terse' }), { alg: 'ES256' }))).toBe('ok');
  });
});
