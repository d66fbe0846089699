// Tables for the small rules every request meets: parameters, scope, audience, PKCE.
import { describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { audienceAllowed, parseAudience } from './audience.js';
import { uniqueParameters } from './parameters.js';
import { readCodeChallenge, verifyCodeChallenge } from './pkce.js';
import { parseScope, scopeAllowed } from './scope.js';

const list = (text: string) => [...new URLSearchParams(text)].map(([name, value]) => ({ name, value }));

describe('uniqueParameters', () => {
  test('reads each once and treats empty as absent', () => {
    expect([...uniqueParameters(list('a=1&b=&c=3'))]).toEqual([
      ['a', '1'],
      ['c', '3'],
    ]);
  });
  test('joins what may repeat', () => {
    expect(uniqueParameters(list('audience=a&audience=b'), ['audience']).get('audience')).toBe('a b');
  });
  test.each(['a=1&a=1', 'a=1&a=2', 'a=&a=1', 'a=%00'])('refuses %s', (text) => {
    expect(() => uniqueParameters(list(text))).toThrow(expect.objectContaining({ code: 'invalid_request' }));
  });
});

describe('scope', () => {
  test('is split at spaces, each scope once', () => {
    expect(parseScope('a  b a')).toEqual(['a', 'b']);
    expect(parseScope(undefined)).toEqual([]);
  });
  test.each([
    'a"b',
    'a\\b',
    'a\tb',
    'a\0b',
    'é',
    'x '.repeat(3000),
    Array.from({ length: 101 }, (_, i) => `s${String(i)}`).join(' '),
  ])('refuses %j', (text) => {
    expect(() => parseScope(text)).toThrow(expect.objectContaining({ code: 'invalid_scope' }));
  });
  test.each<[string[], string, boolean, boolean]>([
    [['a'], 'a', true, true],
    [['a'], 'b', false, false],
    [['a.*'], 'a.b', true, false],
    [['a.*'], 'a.b.c', true, false],
    [['a.*'], 'a', false, false],
    [['a.*'], 'a.', false, false],
    [['a.*.c'], 'a.b.c', true, false],
    [['a.*.c'], 'a.b.d', false, false],
    [['*'], 'anything', true, false],
    [['a.*'], 'a.*', true, true],
  ])('%j covers %s: wildcard %s, exact %s', (allowed, wanted, wildcard, exact) => {
    expect([scopeAllowed(allowed, wanted, 'wildcard'), scopeAllowed(allowed, wanted, 'exact')]).toEqual([
      wildcard,
      exact,
    ]);
  });
});

describe('audience', () => {
  test.each<[string[], string, boolean]>([
    [['https://api.example'], 'https://api.example', true],
    [['https://api.example'], 'https://api.example/v1', true],
    [['https://api.example/v1'], 'https://api.example/v10', false],
    [['https://api.example/v1'], 'https://api.example/v1/x', true],
    [['https://api.example'], 'http://api.example', false],
    [['https://api.example'], 'https://api.example.evil', false],
    [['urn:a'], 'urn:a', true],
    [['urn:a'], 'urn:a:b', false],
    [[], 'https://api.example', false],
  ])('%j covers %s: %s', (allowed, wanted, verdict) => {
    expect(audienceAllowed(allowed, wanted)).toBe(verdict);
  });
  test('is split at spaces', () => {
    expect(parseAudience('a b  a')).toEqual(['a', 'b']);
  });
});

describe('PKCE', () => {
  const verifier = 'a'.repeat(43);
  const challenge = createHash('sha256').update(verifier).digest('base64url');
  test.each<[string, string, string | undefined, boolean]>([
    ['the right verifier', challenge, verifier, true],
    ['neither challenge nor verifier', '', undefined, true],
    ['a verifier without a challenge', '', verifier, false],
    ['a challenge without a verifier', challenge, undefined, false],
    ['another verifier', challenge, 'b'.repeat(43), false],
    ['42 characters', challenge, 'a'.repeat(42), false],
    ['129 characters', challenge, 'a'.repeat(129), false],
    ['a trailing newline', challenge, `${verifier}\n`, false],
    ['the challenge itself (plain)', challenge, challenge, false],
  ])('%s', (_name, given, presented, verdict) => {
    expect(verifyCodeChallenge(given, presented)).toBe(verdict);
  });
  test.each([
    `code_challenge=${challenge}`,
    `code_challenge=${challenge}&code_challenge_method=plain`,
    'code_challenge_method=S256',
    'code_challenge=short&code_challenge_method=S256',
  ])('refuses %s', (text) => {
    expect(() => readCodeChallenge(uniqueParameters(list(text)))).toThrow(
      expect.objectContaining({ code: 'invalid_request' }),
    );
  });
});
