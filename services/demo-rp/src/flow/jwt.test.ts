// Reading tokens: what is a JWT, what is not, and what its members say.
import { describe, expect, test } from '@jest/globals';
import { en } from '../texts/en.js';
import { claimLines, decodeJwt } from './jwt.js';

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('decodeJwt', () => {
  test('shows header and claims', () => {
    const token = `${part({ alg: 'ES256' })}.${part({ sub: 'ada', name: 'Äda' })}.c2ln`;
    expect(decodeJwt(token)).toEqual({ header: { alg: 'ES256' }, claims: { sub: 'ada', name: 'Äda' } });
  });

  test.each([
    ['an opaque handle', 'ory_at_abc.def'],
    ['two dots and no JSON', 'a.b.c'],
    ['a claims set that is no object', `${part({})}.${part([1])}.x`],
    ['padding', `${part({})}=.${part({})}.x`],
    ['nothing', ''],
  ])('%s is not one', (_name, token) => {
    expect(decodeJwt(token)).toBeUndefined();
  });
});

describe('claimLines', () => {
  test.each([
    ['exp', 160, { value: '160', time: '1 Jan 1970, 00:02:40 UTC, in 1 min' }],
    ['exp', '160', { value: '160', time: undefined }],
    ['aud', ['a'], { value: '["a"]', meaning: 'Whom it is for' }],
    ['constructor', 'x', { value: 'x', meaning: undefined }],
    ['email_verified', false, { value: 'false' }],
  ])('%s: %j', (name, value, expected) => {
    expect(claimLines(en, { [name]: value }, 100)[0]).toMatchObject({ name, ...expected });
  });
});
