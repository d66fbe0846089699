// Each kind of trouble becomes a page with the right status and a way on.
import { expect, test } from '@jest/globals';
import { de } from './texts/de.js';
import { en } from './texts/en.js';
import { missingChallenge, problemOf } from './trouble.js';

const ways = { retry: '/login?login_challenge=c', homeUrl: 'http://rp.example/' };

test.each([
  [{ kind: 'expired' } as const, 404, 'http://rp.example/'],
  [{ kind: 'refused', error: 'invalid_request', description: 'x' } as const, 400, 'http://rp.example/'],
  [{ kind: 'limited' } as const, 429, '/login?login_challenge=c'],
  [{ kind: 'unavailable', reason: 'down' } as const, 503, '/login?login_challenge=c'],
])('%j', (trouble, status, address) => {
  for (const texts of [en, de])
    expect(problemOf(texts, trouble, 'login', ways)).toMatchObject({ status, link: { address } });
});

test('the provider’s words and error id reach the operator', () => {
  const trouble = { kind: 'refused', error: 'invalid_request', description: 'No subject.', errorId: 'e-7' } as const;
  expect(problemOf(en, trouble, 'consent', ways).detail).toBe('invalid_request · No subject. · e-7');
});

test('without an application to start from, words must do', () => {
  expect(problemOf(en, { kind: 'expired' }, 'login', { ...ways, homeUrl: undefined }).link).toBeUndefined();
  expect(missingChallenge(en, 'logout', undefined)).toMatchObject({ status: 400, link: undefined });
});
