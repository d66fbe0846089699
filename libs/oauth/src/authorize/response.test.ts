// What clients are answered, parameter by parameter.
import { describe, expect, test } from '@jest/globals';
import { OAuthError } from '../errors.js';
import type { AuthorizationGains, AuthorizationResponseMode, ResponseTarget } from './response.js';
import { errorResponse, responseLocation, successResponse } from './response.js';

const target: ResponseTarget = {
  redirectUri: 'https://app.example/cb',
  mode: 'query',
  state: 'a b&c',
  issuer: 'https://as.test',
  hydraCompat: false,
  errorPage: undefined,
};
const names = (response: { parameters: readonly { name: string }[] }) => response.parameters.map(({ name }) => name);

describe('parameters', () => {
  test('code, state and iss', () => {
    expect(successResponse(target, { code: 'c', scopes: ['openid'] }).parameters).toEqual([
      { name: 'code', value: 'c' },
      { name: 'state', value: 'a b&c' },
      { name: 'iss', value: 'https://as.test' },
    ]);
  });

  test.each<[string, Partial<AuthorizationGains>, string[]]>([
    [
      'token',
      { accessToken: { token: 't', expiresInSeconds: 60 } },
      ['access_token', 'token_type', 'expires_in', 'scope'],
    ],
    ['id_token', { idToken: 'i' }, ['id_token']],
    ['code id_token', { code: 'c', idToken: 'i' }, ['code', 'id_token']],
    [
      'everything',
      { code: 'c', accessToken: { token: 't', expiresInSeconds: 60 }, idToken: 'i' },
      ['code', 'access_token', 'token_type', 'expires_in', 'scope', 'id_token'],
    ],
  ])('%s', (_name, gains, expected) => {
    for (const hydraCompat of [false, true]) {
      const response = successResponse({ ...target, hydraCompat }, { scopes: ['openid'], ...gains });
      expect(names(response)).toEqual([...expected, 'state', 'iss']);
    }
  });

  test('no state in, no state out; Hydra echoes scope, and an empty state with errors', () => {
    const { state: _state, ...rest } = target;
    const bare = { ...rest, state: undefined };
    const error = new OAuthError('access_denied');
    expect(names(successResponse(bare, { code: 'c', scopes: ['a'] }))).toEqual(['code', 'iss']);
    expect(names(errorResponse(bare, error))).toEqual(['error', 'error_description', 'iss']);
    expect(names(successResponse({ ...bare, hydraCompat: true }, { code: 'c', scopes: ['a'] }))).toEqual([
      'code',
      'scope',
      'iss',
    ]);
    expect(errorResponse({ ...bare, hydraCompat: true }, error).parameters[2]).toEqual({ name: 'state', value: '' });
  });

  test('a page about the error is named by the parameter that the standard has for it, in its grammar', () => {
    const errorPage = 'https://as.test/oauth2/fallbacks/error?error_id=f00';
    const response = errorResponse({ ...target, errorPage }, new OAuthError('a & "b"'));
    expect(names(response)).toEqual(['error', 'error_description', 'error_uri', 'state', 'iss']);
    const uri = response.parameters[2]?.value ?? '';
    expect(uri).toMatch(/^[\x21\x23-\x5b\x5d-\x7e]+$/);
    expect(Object.fromEntries(new URL(uri).searchParams)).toEqual({ error_id: 'f00', error: 'a & ?b?' });
  });

  test('an app-made error keeps to the grammar', () => {
    const [error, description] = errorResponse(target, new OAuthError('no"w\r\nay', 'a "quoted"\nline')).parameters;
    expect(error?.value).toBe('no?w??ay');
    expect(description?.value).toBe("a 'quoted'?line");
  });
});

test.each<[string, string, AuthorizationResponseMode, string]>([
  ['query', 'https://app.example/cb', 'query', 'https://app.example/cb?code=c%0D%0A&x=1'],
  ['own query (R37)', 'https://app.example/cb?a=b%20c', 'query', 'https://app.example/cb?a=b%20c&code=c%0D%0A&x=1'],
  ['empty query', 'https://app.example/cb?', 'query', 'https://app.example/cb?code=c%0D%0A&x=1'],
  ['fragment', 'https://app.example/cb?a=1', 'fragment', 'https://app.example/cb?a=1#code=c%0D%0A&x=1'],
  ['private scheme', 'com.app:/cb', 'query', 'com.app:/cb?code=c%0D%0A&x=1'],
])('responseLocation: %s', (_name, redirectUri, mode, expected) => {
  const parameters = [
    { name: 'code', value: 'c\r\n' },
    { name: 'x', value: '1' },
  ];
  expect(responseLocation({ redirectUri, mode, parameters })).toBe(expected);
});
