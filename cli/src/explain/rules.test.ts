// What each thing is taken for, and what is found wrong with it: tables of input and verdict.
import { describe, expect, test } from '@jest/globals';
import { linesOf } from '../findings/show-findings.js';
import { explainAuthorizationRequest } from './authorization-request.js';
import { explainAuthorizationResponse } from './authorization-response.js';
import { explainError } from './explain-error.js';
import { recognise } from './recognise.js';
import { explainRedirectUri } from './redirect-uri.js';
import { explainIntrospection } from './token.js';

test.each([
  ['https://id.test/oauth2/auth?client_id=a', 'authorization request'],
  ['https://id.test/oauth2/auth?client_id=a&response_type=code', 'authorization request'],
  ['https://app.test/cb?code=x&state=y', 'authorization response'],
  ['https://app.test/cb#error=invalid_scope&state=y', 'authorization response'],
  ['https://login.test/?login_challenge=abc', 'challenge'],
  ['https://id.test/oauth2/fallbacks/error?error_id=5624b6f7dde0000n&error=invalid_scope', 'error'],
  ['https://id.test/oauth2/fallbacks/error?error_id=5624b6f7dde0000n', 'error id'],
  ['https://login.test/', 'nothing known'],
  ['invalid_scope', 'error'],
  ['{"error":"invalid_scope","error_description":"no"}', 'error'],
  ['{"level":"error","msg":"a call failed","error_id":"5bf324cd2b5a9e33"}', 'log line'],
  ['{', 'nothing known'],
  ['5bf324cd2b5a9e33', 'error id'],
  ['5624b6f7dde0000n', 'error id'],
  ['5624b6f7dde010zzz', 'error id'],
  ['eyJhbGciOiJub25lIn0.e30.', 'JWT'],
  [`ory_at_${'a'.repeat(40)}.${'b'.repeat(32)}`, 'token'],
  [`ory_ac_${'a'.repeat(40)}.${'b'.repeat(32)}`, 'token'],
  ['c'.repeat(60), 'challenge'],
  ['hello', 'nothing known'],
])('%s is taken for %s', (text, kind) => {
  expect(recognise(` ${text}\n`).kind).toBe(kind);
});

test.each([
  [['https://a.test/cb'], 'https://a.test/cb', 'ok', 'is registered'],
  [['https://a.test/cb'], 'https://a.test/cb/', 'wrong', 'a slash at the end'],
  [['https://a.test/cb'], 'http://a.test/cb', 'wrong', 'https: is registered and http: was sent'],
  [['http://localhost:5555/cb'], 'http://127.0.0.1:5555/cb', 'wrong', 'the same machine but not the same name'],
  [['http://127.0.0.1/cb'], 'http://127.0.0.1:49152/cb', 'ok', 'is registered'],
  [['http://localhost:5555/cb'], 'http://localhost:5556/cb', 'wrong', 'the port is 5555, not 5556'],
  [
    ['https://b.test/x', 'https://a.test/cb'],
    'https://a.test/cb?x=1',
    'wrong',
    'nearest is https://a.test/cb: their queries',
  ],
  [['https://a.test/cb'], 'https://a.test/cb#x', 'wrong', 'a fragment may never be sent'],
  [[], 'https://a.test/cb', 'wrong', 'none registered'],
  [['https://a.test/cb'], undefined, 'ok', 'the only one'],
  [['https://a.test/cb', 'https://b.test/cb'], undefined, 'wrong', 'several are registered'],
])('registered %j, sent %s: %s', (registered, asked, verdict, says) => {
  expect(explainRedirectUri(registered, asked, 'shop')).toMatchObject({ verdict, says: expect.stringContaining(says) });
});

const client = {
  client_id: 'shop',
  redirect_uris: ['https://a.test/cb'],
  grant_types: ['authorization_code'],
  response_types: ['code'],
  scope: 'openid photos.read',
  audience: ['https://api.test'],
  token_endpoint_auth_method: 'client_secret_basic',
};
const fine = {
  ...{ client_id: 'shop', response_type: 'code', redirect_uri: 'https://a.test/cb', scope: 'openid' },
  ...{ state: 'a-state-of-some-length', code_challenge: 'x'.repeat(43), code_challenge_method: 'S256' },
};
const wrongOf = (change: Record<string, string>, other: object = {}) => {
  const parameters = new URLSearchParams(Object.entries({ ...fine, ...change }).filter(([, value]) => value !== ''));
  return explainAuthorizationRequest(parameters, { ...client, ...other });
};

describe('an authorization request', () => {
  test('with nothing wrong', () => {
    expect(wrongOf({}).filter(({ verdict }) => verdict === 'wrong')).toEqual([]);
  });

  test.each<[Record<string, string>, object, string, string]>([
    [{ scope: 'openid admin' }, {}, 'scope', 'may not ask for admin'],
    [{ response_type: 'token' }, {}, 'response_type', 'not for token'],
    [{ response_type: 'token' }, { response_types: ['token'] }, 'grant types', 'may not use implicit'],
    [{ response_type: '' }, {}, 'response_type', 'missing'],
    [{ response_type: 'cod' }, {}, 'response_type', '"cod" is no response type'],
    [{ audience: 'https://other.test' }, {}, 'audience', 'may not ask for https://other.test'],
    [{ code_challenge_method: 'plain' }, {}, 'PKCE', 'must be S256'],
    [{ response_type: 'id_token' }, { response_types: ['id_token'], grant_types: ['implicit'] }, 'nonce', 'missing'],
    [{ prompt: 'none login' }, {}, 'prompt', 'none'],
    [{ claims: '{' }, {}, 'claims', 'claims'],
    [{ redirect_uri: 'http://a.test/cb' }, { redirect_uris: ['http://a.test/cb'] }, 'redirect scheme', 'plain http'],
    [
      { response_type: 'id_token', response_mode: 'query', nonce: 'n' },
      { response_types: ['id_token'], grant_types: ['implicit'] },
      'response_mode',
      'do not travel',
    ],
  ])('%j with %j: %s %s', (change, other, about, says) => {
    const found = wrongOf(change, other).filter(({ verdict }) => verdict === 'wrong');
    expect(found).toContainEqual(expect.objectContaining({ about, says: expect.stringContaining(says) }));
  });

  test('parameters that came twice', () => {
    const parameters = new URLSearchParams([...Object.entries(fine), ['scope', 'offline']]);
    expect(explainAuthorizationRequest(parameters, client)).toContainEqual(
      expect.objectContaining({ verdict: 'wrong', about: 'parameters', says: 'scope came more than once' }),
    );
  });

  test.each([
    ['no refresh token', { scope: 'openid' }, {}, 'note', 'refresh token'],
    ['offline without the grant', { scope: 'openid offline' }, { scope: 'openid offline' }, 'warning', 'refresh token'],
    ['no ID token', { scope: 'photos.read' }, {}, 'note', 'ID token'],
    ['no PKCE', { code_challenge: '', code_challenge_method: '' }, {}, 'warning', 'PKCE'],
    ['a short state', { state: 'x' }, {}, 'note', 'state'],
    ['no state', { state: '' }, {}, 'note', 'state'],
  ])('what is allowed, but hardly meant: %s', (_name, change, other, verdict, about) => {
    expect(wrongOf(change as Record<string, string>, other)).toContainEqual(
      expect.objectContaining({ verdict, about }),
    );
  });
});

describe('an authorization response', () => {
  const issuer = { issuer: 'https://id.test', authorizationEndpoint: 'https://id.test/oauth2/auth', sendsIssuer: true };
  const verdicts = (query: string) =>
    explainAuthorizationResponse(new URLSearchParams(query), issuer)
      .filter(({ verdict }) => verdict === 'wrong')
      .map(({ about }) => about);

  test.each([
    ['code=x&state=y&iss=https://id.test', []],
    ['code=x&state=y', ['iss']],
    ['code=x&state=y&iss=https://evil.test', ['iss']],
    ['error=access_denied&state=y&iss=https://id.test', ['error']],
  ])('%s', (query, expected) => {
    expect(verdicts(query)).toEqual(expected);
  });
});

test('an error of a login app is known as one', () => {
  expect(explainError('too_young', 'Come back later.')[0]).toMatchObject({
    says: expect.stringContaining('login or consent app'),
    why: 'Come back later.',
  });
});

test('a token that is not active', () => {
  expect(explainIntrospection({ active: false })[0]).toMatchObject({ verdict: 'wrong', about: 'active' });
});

test('nothing that somebody else wrote can steer the terminal', () => {
  const lines = linesOf([{ verdict: 'wrong', about: 'scope', says: '\u001b[2Jgone', fix: 'a\nb' }]);
  expect(lines).toEqual(['WRONG    scope   [2Jgone', `${' '.repeat(16)}fix: a b`]);
});
