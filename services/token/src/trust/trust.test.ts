// Trusted issuers and the assertions they stand behind: security catalogue E on target T3, E17, E19, and the rules of
// hydra-wire §2.9 and §4.8, over a real database.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { trustV1 } from '@cardea/rpc';
import { randomUUID } from 'node:crypto';
import { encode, macked, signed, testKey } from '../jwt.fixture.js';
import type { Form, TokenService } from '../tokens.fixture.js';
import { call, createTokenService, settings, verdict } from '../tokens.fixture.js';

let service: TokenService;
let hydra: TokenService;
let relaxed: TokenService;
let auth: string;
const key = testKey('RS256', 'k1');
const other = testKey('ES256', 'k2');
const stranger = testKey('RS256', 'k1');
const grantType = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const issuer = 'https://issuer.example';

const trust = (change: Partial<trustV1.TrustedIssuer> = {}, at = service) =>
  at.rooms.trustedIssuerHandlers.trustIssuer(
    {
      trustedIssuer: trustV1.TrustedIssuer.create({
        issuer,
        subject: 'robot',
        scopes: ['read', 'offline'],
        jwkJson: Buffer.from(JSON.stringify(key.jwk)),
        expiresAt: new Date(service.clock.millis + 86_400_000),
        ...change,
      }),
    },
    call,
  );
const jwkJson = (jwk: unknown) => Buffer.from(JSON.stringify(jwk));

beforeAll(async () => {
  service = await createTokenService();
  hydra = await createTokenService({
    database: service.database,
    settings: {
      hydraCompat: true,
      audiences: { client: 'among', grant: 'among' },
      policy: { ...settings.policy, hydraCompat: true },
    },
  });
  relaxed = await createTokenService({
    database: service.database,
    settings: {
      policy: { ...settings.policy, defaultScopes: true },
      assertions: { jtiOptional: true, iatOptional: true, longestMillis: 3_600_000, audienceKept: false },
    },
  });
  const client = { grantTypes: [grantType], scope: 'read write offline', audience: ['https://api.example'] };
  await service.client({ clientId: 'app', ...client }, 'secret-of-app');
  await service.client({ clientId: 'spa', ...client, tokenEndpointAuthMethod: 'none' });
  await service.client({ clientId: 'without', grantTypes: ['client_credentials'] }, 'secret-of-without');
  auth = service.basic('app', 'secret-of-app');
  await trust();
  await trust({ issuer: 'https://any.example', subject: '', allowAnySubject: true, jwkJson: jwkJson(other.jwk) });
  await trust({ subject: 'late', expiresAt: new Date(service.clock.millis - 1000) });
});
afterAll(async () => {
  await hydra.close();
  await relaxed.close();
  await service.close();
});

const seconds = () => Math.floor(service.clock.millis / 1000);
const claims = (change: Readonly<Record<string, unknown>> = {}) => {
  const iat = seconds();
  return {
    iss: issuer,
    sub: 'robot',
    aud: 'https://as.test/oauth2/token',
    jti: randomUUID(),
    iat,
    exp: iat + 60,
    ...change,
  };
};
const token = (assertion: string, more: Form = {}, at = service, authorization = auth) =>
  at.token({ grant_type: grantType, assertion, ...more }, authorization);
const traded = (assertion: string, more: Form = {}, at = service) => verdict(token(assertion, more, at));

describe('an assertion', () => {
  test('is traded for an access token of its subject, and for nothing else', async () => {
    const issued = await token(signed(key, claims()), { scope: 'read offline', audience: 'https://api.example/v1' });
    expect(issued).toMatchObject({ refreshToken: '', idToken: '', scope: 'read offline' });
    expect(await service.introspect(issued.accessToken)).toMatchObject({
      ...{ active: true, subject: 'robot', clientId: 'app', audience: ['https://api.example/v1'] },
    });
  });

  test.each<[string, () => string]>([
    ['for the issuer', () => signed(key, claims({ aud: 'https://as.test' }))],
    ['without kid', () => signed(key, claims(), { alg: 'RS256' })],
    [
      'for any subject of an issuer that may say any',
      () => signed(other, claims({ iss: 'https://any.example', sub: 'whoever' })),
    ],
  ])('%s: ok', async (_name, make) => {
    expect(await traded(make())).toBe('ok');
  });

  test('may come by a public client that has the grant, and by no client that has not', async () => {
    expect(
      await verdict(service.token({ grant_type: grantType, client_id: 'spa', assertion: signed(key, claims()) })),
    ).toBe('ok');
    const without = service.basic('without', 'secret-of-without');
    expect(await verdict(token(signed(key, claims()), {}, service, without))).toBe('unauthorized_client');
    expect(await verdict(service.token({ grant_type: grantType, assertion: signed(key, claims()) }))).toBe(
      'invalid_client',
    );
    expect(await verdict(service.token({ grant_type: grantType }, auth))).toBe('invalid_request');
  });

  test.each<[string, () => string]>([
    ...['iss', 'sub', 'aud', 'exp', 'iat', 'jti'].map((name): [string, () => string] => [
      `no ${name}`,
      () => signed(key, claims({ [name]: undefined })),
    ]),
    ['garbage', () => 'garbage'],
    ['E01 alg none', () => `${encode({ alg: 'none' })}.${encode(claims())}.`],
    ['E02 HMAC by the public key', () => macked(key.publicKey.export({ type: 'spki', format: 'pem' }), claims())],
    ['E03 PS256 by an RS256 key', () => signed({ ...key, alg: 'PS256' }, claims())],
    ['E05 the attacker brings the key', () => signed(stranger, claims(), { alg: 'RS256', jwk: stranger.jwk })],
    ['E07 another signature', () => signed(stranger, claims())],
    ['E09 sub twice', () => signed(key, JSON.stringify(claims()).replace('{', '{"sub":"root",'))],
    ['E10 crit', () => signed(key, claims(), { alg: 'RS256', kid: 'k1', crit: ['x'] })],
    ['E11 an access token by its type', () => signed(key, claims(), { alg: 'RS256', kid: 'k1', typ: 'at+jwt' })],
    [
      'E11 a client assertion by its type',
      () => signed(key, claims(), { alg: 'RS256', kid: 'k1', typ: 'client-authentication+jwt' }),
    ],
    ['E12 issuer with a slash', () => signed(key, claims({ iss: `${issuer}/` }))],
    ['E12 issuer in another case', () => signed(key, claims({ iss: 'https://ISSUER.example' }))],
    ['E12 issuer with its port', () => signed(key, claims({ iss: `${issuer}:443` }))],
    ['E13 another audience', () => signed(key, claims({ aud: 'https://other.example' }))],
    ['E13 ours and another audience', () => signed(key, claims({ aud: ['https://as.test', 'https://other.example'] }))],
    ['E19 unknown issuer', () => signed(key, claims({ iss: 'https://nobody.example' }))],
    ['E19 a subject it may not say', () => signed(key, claims({ sub: 'root' }))],
    ['E19 the key of another issuer', () => signed(other, claims())],
    ['E19 a trust that ended', () => signed(key, claims({ sub: 'late' }))],
    ['E19 a trust that ended, without kid', () => signed(key, claims({ sub: 'late' }), { alg: 'RS256' })],
    ['unknown kid', () => signed(key, claims(), { alg: 'RS256', kid: 'k9' })],
    ['a NUL in its issuer', () => signed(key, claims({ iss: 'https://issuer\0' }))],
    ['a subject that is too long', () => signed(other, claims({ iss: 'https://any.example', sub: 'x'.repeat(256) }))],
    ['expired', () => signed(key, claims({ exp: seconds() - 61 }))],
    ['not yet valid', () => signed(key, claims({ nbf: seconds() + 120 }))],
    ['of the future', () => signed(key, claims({ iat: seconds() + 120 }))],
    ['good for too long', () => signed(key, claims({ exp: seconds() + 721 * 3600 }))],
    ['E21 too large', () => signed(key, claims({ x: 'x'.repeat(20_000) }))],
  ])('%s: invalid_grant', async (_name, make) => {
    expect(await traded(make())).toBe('invalid_grant');
  });

  test('counts once, whoever shows it and however often at once (E17)', async () => {
    const assertion = signed(key, claims());
    const verdicts = await Promise.all(Array.from({ length: 20 }, () => traded(assertion)));
    expect(verdicts.filter((one) => one === 'ok')).toHaveLength(1);
    expect(verdicts.filter((one) => one === 'invalid_grant')).toHaveLength(19);
    expect(await traded(assertion, {}, hydra)).toBe('jti_known');
    const refusedFirst = signed(key, claims());
    expect(await traded(refusedFirst, { scope: 'write' })).toBe('invalid_scope');
    expect(await traded(refusedFirst, { scope: 'read' })).toBe('ok');
  });

  test('a trust that is deleted is over at once (E19)', async () => {
    const { trustedIssuer } = await trust({ subject: 'brief' });
    expect(await traded(signed(key, claims({ sub: 'brief' })))).toBe('ok');
    await service.rooms.trustedIssuerHandlers.deleteTrustedIssuer({ id: trustedIssuer?.id ?? '' }, call);
    expect(await traded(signed(key, claims({ sub: 'brief' })))).toBe('invalid_grant');
    // Hydra ends every trust of that key with it.
    expect(await traded(signed(key, claims()))).toBe('ok');
  });

  test('may do without jti and iat where the operator said so, and is then measured from now', async () => {
    expect(await traded(signed(key, claims({ jti: undefined, iat: undefined })), {}, relaxed)).toBe('ok');
    expect(await traded(signed(key, claims({ iat: undefined, exp: seconds() + 7200 })), {}, relaxed)).toBe(
      'invalid_grant',
    );
    const all = await token(signed(key, claims()), {}, relaxed);
    expect(all.scope).toBe('read offline');
  });

  test('as Hydra: other audiences beside ours, and an audience of nobody is dropped', async () => {
    const assertion = signed(key, claims({ aud: ['https://as.test/oauth2/token', 'https://other.example'] }));
    const issued = await token(assertion, { audience: 'https://other.example' }, hydra);
    expect((await service.introspect(issued.accessToken)).audience).toEqual([]);
  });

  test('gives tokens that live as long as the client registered', async () => {
    const lifespans = { jwtBearerGrantAccessTokenMillis: 90_000 };
    await service.client({ clientId: 'brief', grantTypes: [grantType], lifespans }, 'secret-of-brief');
    const issued = await token(signed(key, claims()), {}, service, service.basic('brief', 'secret-of-brief'));
    expect(issued.expiresInSeconds).toBe(90);
  });
});

describe('operators', () => {
  const handlers = () => service.rooms.trustedIssuerHandlers;
  test.each<[string, Partial<trustV1.TrustedIssuer>, string]>([
    ['no issuer', { issuer: '' }, 'missing_required_parameter'],
    ['neither subject nor any', { subject: '' }, 'missing_required_parameter'],
    ['subject and any', { allowAnySubject: true }, 'missing_required_parameter'],
    ['no key', { jwkJson: Buffer.alloc(0) }, 'missing_required_parameter'],
    ['a key without kid', { jwkJson: jwkJson({ ...key.jwk, kid: undefined }) }, 'missing_required_parameter'],
    ['no end', { expiresAt: undefined }, 'missing_required_parameter'],
    [
      'a private key',
      { jwkJson: jwkJson({ ...key.privateKey.export({ format: 'jwk' }), kid: 'p' }) },
      'invalid_request',
    ],
    ['a shared key', { jwkJson: jwkJson({ kty: 'oct', k: 'AAAA', kid: 'p' }) }, 'invalid_request'],
    ['no key we know', { jwkJson: jwkJson({ kty: 'XX', kid: 'p' }) }, 'invalid_request'],
    ['the same once more', {}, 'conflict'],
  ])('%s: %s', async (_name, change, expected) => {
    expect(await verdict(trust(change))).toBe(expected);
  });

  test('as Hydra: a private key is taken, and only its public half kept', async () => {
    const jwk = { ...key.privateKey.export({ format: 'jwk' }), kid: 'private' };
    const { trustedIssuer } = await trust({ jwkJson: jwkJson(jwk) }, hydra);
    const stored = JSON.parse(trustedIssuer?.jwkJson.toString() ?? '') as object;
    expect(Object.keys(stored).sort()).toEqual(['e', 'kid', 'kty', 'n']);
  });

  test('read, page through, and end trusts', async () => {
    const ids: string[] = [];
    for (const subject of ['a', 'b', 'c'])
      ids.push((await trust({ issuer: 'https://paged.example', subject })).trustedIssuer?.id ?? '');
    const seen: string[] = [];
    const list = (pageToken: string) =>
      handlers().listTrustedIssuers({ issuer: 'https://paged.example', pageSize: 2, pageToken }, call);
    for (let pageToken = ''; ;) {
      const page = await list(pageToken);
      seen.push(...page.trustedIssuers.map(({ id }) => id));
      pageToken = page.nextPageToken;
      if (pageToken === '') break;
    }
    expect(seen).toEqual([...ids].sort());
    const again = await list((await list('')).firstPageToken);
    expect(again.trustedIssuers.map(({ id }) => id)).toEqual(seen.slice(0, 2));
    const [id = ''] = ids;
    expect((await handlers().getTrustedIssuer({ id }, call)).trustedIssuer).toMatchObject({
      id,
      subject: 'a',
      keyId: 'k1',
    });
    await handlers().deleteTrustedIssuer({ id }, call);
    expect(await verdict(handlers().deleteTrustedIssuer({ id }, call))).toBe('not_found');
    expect(await verdict(handlers().getTrustedIssuer({ id }, call))).toBe('not_found');
    expect(await verdict(handlers().getTrustedIssuer({ id: 'nothing' }, call))).toBe('invalid_request');
  });
});
