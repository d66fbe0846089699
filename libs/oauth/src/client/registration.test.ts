// Clients that register themselves: what they may not say, what must fit, and which addresses they may name
// (security catalogue A28, R32 to R35).
import { describe, expect, test } from '@jest/globals';
import type { ClientDocument } from './document.js';
import { emptyClient } from './document.js';
import type { RegistrationPolicy } from './registration.js';
import {
  checkDelicateMembers,
  delicateMembers,
  keepingOperatorsWord,
  registrableGrantTypes,
  withRegistrationRules,
} from './registration.js';

const code = (run: () => unknown) => {
  try {
    run();
    return 'ok';
  } catch (error) {
    return (error as { code: string }).code;
  }
};
const bad = 'invalid_client_metadata';

describe('members', () => {
  test.each<[Record<string, unknown>, string, string]>([
    [{ client_name: 'n', unknown: 1, client_id: 'x' }, 'ok', 'ok'],
    [{ client_secret: 'chosen-by-me' }, bad, 'request_forbidden'],
    [{ metadata: {} }, bad, bad],
    [{ metadata: null }, 'ok', 'ok'],
    [{ access_token_strategy: 'jwt' }, bad, 'invalid_request'],
    [{ client_secret: 'x', access_token_strategy: 'jwt' }, bad, 'request_forbidden'],
    [{ access_token_signed_response_alg: 'ES256' }, bad, bad],
    [{ skip_consent: true }, bad, bad],
    [{ skip_consent: false, skip_logout_consent: false }, 'ok', 'ok'],
    [{ skip_logout_consent: true }, bad, bad],
    [{ logout_revokes_tokens: false }, bad, bad],
    [{ authorization_code_grant_access_token_lifespan: '9h' }, bad, bad],
    [{ software_statement: 'a.b.c' }, 'unapproved_software_statement', 'ok'],
    [{ registration_access_token: 'x' }, 'invalid_request', 'ok'],
    [{ registration_client_uri: 'x' }, 'invalid_request', 'ok'],
    [{ client_secret_expires_at: 0 }, 'invalid_request', 'ok'],
    [{ client_id_issued_at: 1 }, 'invalid_request', 'ok'],
  ])('%j: %s, as Hydra %s', (body, expected, likeHydra) => {
    const members = delicateMembers(body);
    expect(code(() => checkDelicateMembers(members, { updating: true, hydraCompat: false }))).toBe(expected);
    expect(code(() => checkDelicateMembers(members, { updating: true, hydraCompat: true }))).toBe(likeHydra);
  });
  test('a new client may repeat what another provider told it', () => {
    const members = delicateMembers({ registration_client_uri: 'https://other.example/', client_id_issued_at: 1 });
    expect(code(() => checkDelicateMembers(members, { updating: false, hydraCompat: false }))).toBe('ok');
  });
  test.each([
    [true, 'request_forbidden', 403],
    [false, 'invalid_request', 400],
  ])('as Hydra, a secret of its own: updating %j is %s', (updating, expected, status) => {
    const check = () => checkDelicateMembers(['client_secret'], { updating, hydraCompat: true });
    expect(check).toThrow(expect.objectContaining({ code: expected, status }));
  });
  test('A28: names of the prototype are nobody’s members', () => {
    expect(delicateMembers(JSON.parse('{"__proto__":{"client_secret":"x"}}') as Record<string, unknown>)).toEqual([]);
  });
});

const standard: RegistrationPolicy = {
  grantTypes: registrableGrantTypes,
  insecureRedirects: false,
  hydraCompat: false,
};
const client = (change: Partial<ClientDocument>): ClientDocument => ({
  ...emptyClient(),
  redirectUris: ['https://app.example/cb'],
  ...change,
});
const verdict = (change: Partial<ClientDocument>, policy = standard) =>
  code(() => withRegistrationRules(client(change), policy));

describe('types', () => {
  test.each<[string[], string[], string]>([
    [[], [], 'ok'],
    [['authorization_code', 'refresh_token'], ['code'], 'ok'],
    [['authorization_code', 'implicit'], ['code id_token'], 'ok'],
    [['authorization_code'], ['code id_token'], bad],
    [['implicit'], ['id_token', 'token id_token'], 'ok'],
    [['implicit'], ['code'], bad],
    [['authorization_code'], ['id_token'], bad],
    [['authorization_code', 'implicit'], ['code'], bad],
    [['client_credentials'], [], bad],
    [['urn:ietf:params:oauth:grant-type:jwt-bearer'], [], bad],
    [['urn:ietf:params:oauth:grant-type:device_code'], [], 'ok'],
    [['password'], [], bad],
  ])('grants %j, responses %j: %s', (grantTypes, responseTypes, expected) => {
    expect(verdict({ grantTypes, responseTypes })).toBe(expected);
  });
  test('who names no grants gets those its responses need', () => {
    const grants = (responseTypes: string[]) => withRegistrationRules(client({ responseTypes }), standard).grantTypes;
    expect(grants([])).toEqual(['authorization_code']);
    expect(grants(['code id_token'])).toEqual(['authorization_code', 'implicit']);
    expect(grants(['id_token'])).toEqual(['implicit']);
    expect(withRegistrationRules(client({}), standard).responseTypes).toEqual(['code']);
  });
  test('the operator decides, and Hydra decided nothing', () => {
    const only = { ...standard, grantTypes: ['authorization_code', 'client_credentials'] };
    expect(verdict({ grantTypes: ['client_credentials'], redirectUris: [] }, only)).toBe('ok');
    expect(verdict({ responseTypes: ['token'] }, only)).toBe(bad);
    const hydra = { ...standard, grantTypes: undefined, hydraCompat: true };
    const odd = { grantTypes: ['odd'], responseTypes: ['code id_token'], redirectUris: [] };
    expect(withRegistrationRules(client(odd), hydra)).toMatchObject(odd);
  });
});

describe('redirect URIs', () => {
  const uri = 'invalid_redirect_uri';
  test.each<[string, string, string, string]>([
    ['https://app.example/cb', 'ok', 'ok', 'ok'],
    ['http://app.example/cb', uri, uri, uri],
    ['http://127.0.0.1:8080/cb', 'ok', 'ok', 'ok'],
    ['http://localhost/cb', 'ok', 'ok', 'ok'],
    ['http://127.0.0.1.evil.example/cb', uri, uri, uri],
    ['com.example.app:/cb', 'ok', uri, 'ok'],
  ])('%s: %s; web %s; native %s', (redirect, unsaid, web, native) => {
    const of = (applicationType: string) => verdict({ redirectUris: [redirect], applicationType });
    expect([of(''), of('web'), of('native')]).toEqual([unsaid, web, native]);
  });
  test('implicit grants of a web application never go to this machine', () => {
    const implicit = { redirectUris: ['http://localhost/cb'], responseTypes: ['id_token'], grantTypes: ['implicit'] };
    expect(verdict({ ...implicit, applicationType: 'web' })).toBe(uri);
    expect(verdict({ ...implicit, applicationType: 'native' })).toBe('ok');
  });
  test('are needed by who is answered at one', () => {
    expect(verdict({ redirectUris: [] })).toBe(uri);
    const device = ['urn:ietf:params:oauth:grant-type:device_code'];
    expect(verdict({ redirectUris: [], grantTypes: device })).toBe('ok');
  });
  test('may be plain http in development', () => {
    expect(verdict({ redirectUris: ['http://app.example/cb'] }, { ...standard, insecureRedirects: true })).toBe('ok');
  });
});

test('an update keeps what only operators may say', () => {
  const present = client({
    skipConsent: true,
    logoutRevokesTokens: false,
    metadataJson: Buffer.from('{"a":1}'),
    lifespans: { implicitGrantIdTokenMillis: 1 },
    clientName: 'before',
    accessTokenSignedResponseAlg: 'ES256',
    dynamicallyRegistered: true,
  });
  const kept = keepingOperatorsWord(present, client({ clientName: 'after', accessTokenStrategy: 'jwt' }));
  expect(kept).toEqual({ ...present, clientName: 'after' });
});
