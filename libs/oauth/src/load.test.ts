// Input made to be expensive meets rules that give up early or read it once: security catalogue H03 and H04. Nothing is timed:
// over inputs of this size a rule that goes back and forth would not answer before the test itself is ended.
import { describe, expect, test } from '@jest/globals';
import { audienceAllowed, parseAudience } from './audience.js';
import { readCredentials } from './client/credentials.js';
import { normaliseUserCode, userCodePresets } from './device/user-code.js';
import { openHandle } from './handle.js';
import { parseJwt } from './jwt.js';
import { isOriginPattern } from './origin.js';
import { verifyCodeChallenge } from './pkce.js';
import { checkRedirectUriRegistration, redirectUriMatches } from './redirect-uri.js';
import { parseScope, scopeAllowed } from './scope.js';

const size = 50_000;
const outcome = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe('H03: scopes and audiences by the thousand', () => {
  const words = Array.from({ length: 10_000 }, (_, index) => `word${String(index)}`);
  test.each<[string, () => unknown, unknown]>([
    ['10,000 scopes', () => parseScope(words.join(' ')), 'invalid_scope'],
    ['10,000 times the same scope', () => parseScope('word '.repeat(10_000)), 'invalid_scope'],
    ['4 KiB of scopes, 101 of them', () => parseScope(words.slice(0, 101).join(' ')), 'invalid_scope'],
    ['100 scopes', () => (parseScope(words.slice(0, 100).join(' ')) as unknown[]).length, 100],
    ['10,000 audiences', () => parseAudience(words.join(' ')), 'invalid_request'],
    ['10,000 times the same audience', () => parseAudience('word '.repeat(10_000)), 'invalid_request'],
    ['51 audiences', () => parseAudience(words.slice(0, 51).join(' ')), 'invalid_request'],
  ])('H03: %s', (_name, work, expected) => {
    expect(outcome(work)).toBe(expected);
  });

  test.each([200, size])('H03: a pattern of %i wildcards looks at each segment once', (count) => {
    const pattern = Array<string>(count).fill('*').join('.');
    const near = 'a.'.repeat(count - 1);
    expect(scopeAllowed([pattern], `${near}a`, 'wildcard')).toBe(true);
    // The last segment is empty, which only the last step finds out.
    expect(scopeAllowed([pattern], near, 'wildcard')).toBe(false);
    expect(scopeAllowed([`${pattern}.b`], `${near}a.c`, 'wildcard')).toBe(false);
  });
});

describe('H04: 50 KB that nearly fit', () => {
  const a = 'a'.repeat(size);
  const basic = (text: string) => () => readCredentials(text, new Map());
  test.each<[string, () => unknown, unknown]>([
    [
      'a redirect URI',
      () => redirectUriMatches(['http://127.0.0.1/cb'], `http://127.0.0.1:${'1'.repeat(size)}/cb`),
      false,
    ],
    [
      'a redirect URI of slashes',
      () => redirectUriMatches(['http://[::1]/cb'], `http://[::1]${'/'.repeat(size)}`),
      false,
    ],
    [
      'a redirect URI to register',
      () => checkRedirectUriRegistration(`https://${'a.'.repeat(size / 2)}!`),
      'invalid_redirect_uri',
    ],
    ['a scope', () => parseScope(`${a}"`), 'invalid_scope'],
    ['a code verifier', () => verifyCodeChallenge('E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', `${a}!`), false],
    ['a user code', () => normaliseUserCode(`${'B-'.repeat(size / 2)}!`, userCodePresets.high), undefined],
    ['a Basic header of letters', basic(`Basic ${a}!`), 'invalid_client'],
    ['a Basic header of spaces', basic(`Basic${' '.repeat(size)}!`), 'invalid_client'],
    [
      'a Basic header of escapes',
      basic(`Basic ${Buffer.from(`${'%25'.repeat(size / 3)}%:x`).toString('base64')}`),
      'invalid_request',
    ],
    [
      'an audience of paths',
      () => audienceAllowed(['https://api.example/a'], `https://api.example/${'a/'.repeat(size / 2)}`),
      true,
    ],
    ['an origin', () => isOriginPattern(`https://*.${'a.'.repeat(size / 2)}!`), false],
    ['a handle', () => openHandle('access_token', [Buffer.alloc(32)], `ory_at_${a}.${a}`), undefined],
    ['a JWT', () => parseJwt(`${a}.${a}.!`), undefined],
  ])('H04: %s', (_name, work, expected) => {
    expect(outcome(work)).toBe(expected);
  });
});
