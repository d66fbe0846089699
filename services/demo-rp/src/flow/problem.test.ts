// Errors in words: every code says something to do, and the same code means different things at different moments.
import { describe, expect, test } from '@jest/globals';
import { AuthorizationResponseError, ClientError } from 'openid-client';
import { en } from '../texts/en.js';
import { explainError, problemFor, wordsFor } from './problem.js';

test.each([
  ['invalid_grant', 'code', /code was not accepted/],
  ['invalid_grant', 'refresh', /refresh token was not accepted/],
  ['invalid_grant', 'replay', /theft/],
  ['invalid_grant', 'revoke', /grant was not accepted/],
  ['access_denied', 'authorize', /You said no/],
  ['login_required', 'authorize', /who you are/],
  ['constructor', 'authorize', /answered with an error/],
] as const)('%s while doing %s', (code, doing, title) => {
  const [said, todo] = wordsFor(en, code, doing);
  expect(said).toMatch(title);
  expect(todo).not.toBe('');
});

describe('explainError', () => {
  test('an authorization response', () => {
    const page = 'https://id.test/oauth2/fallbacks/error?error_id=e-1&error=access_denied';
    const cause = new URLSearchParams({ error: 'access_denied', error_description: 'No thanks.', error_uri: page });
    const error = new AuthorizationResponseError('x', { cause });
    expect(explainError(en, error, 'authorize')).toMatchObject({
      code: 'access_denied',
      said: 'No thanks.',
      errorId: 'e-1',
    });
  });

  test('nobody there', () => {
    const error = new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED') });
    expect(explainError(en, error, 'start')).toMatchObject({ code: 'unreachable', said: 'connect ECONNREFUSED' });
  });

  test('a 503 keeps the provider’s words and error id', () => {
    const error = new ClientError('unexpected HTTP response status code', {});
    error.cause = new Response(null, { status: 503 });
    const answer = { error: 'temporarily_unavailable', error_description: 'Storage is away.', error_id: 'e-2' };
    expect(explainError(en, error, 'code', answer)).toMatchObject({
      code: 'temporarily_unavailable',
      said: 'Storage is away.',
      errorId: 'e-2',
    });
  });

  test('a failed check names itself', () => {
    const error = new ClientError('unexpected JWT claim value encountered', {});
    expect(explainError(en, error, 'code')).toMatchObject({ title: 'The provider’s answer failed a check' });
  });

  test('a fault of our own is not explained away', () => {
    expect(explainError(en, new RangeError('ours'), 'code')).toBeUndefined();
  });
});

test('no words, no quotation', () => {
  expect(problemFor(en, 'invalid_grant', 'code', '').said).toBeUndefined();
});
