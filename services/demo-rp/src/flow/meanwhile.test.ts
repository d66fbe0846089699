// What can honestly be said about hops that this app did not see.
import { describe, expect, test } from '@jest/globals';
import { en } from '../texts/en.js';
import { consentFact, meanwhile } from './meanwhile.js';

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const idToken = (claims: object): string => `${part({ alg: 'RS256' })}.${part(claims)}.x`;

const known = {
  startedAt: 1_000_500,
  cameBackAt: 1_004_500,
  requestedScope: 'openid email',
  grantedScope: 'openid',
  adminUrl: 'http://127.0.0.1:4445/',
};

describe('meanwhile', () => {
  test.each([
    [idToken({ auth_time: 1003, amr: ['pwd'] }), /^You logged in at 00:16:43 UTC with a password\.$/],
    [idToken({ auth_time: 1000 }), /^You logged in at 00:16:40 UTC\.$/],
    [idToken({ auth_time: 900 }), /remembered you from 00:15:00 UTC, 1 min 40 s ago: .*skip=true/],
    [idToken({}), /does not say when/],
    [undefined, /does not say when/],
  ])('%#', (token, fact) => {
    expect(meanwhile(en, { ...known, idToken: token })[0]?.facts?.[0]).toMatch(fact);
  });

  test('the commands carry the subject, made harmless', () => {
    const [login] = meanwhile(en, { ...known, idToken: idToken({ sub: "a'; rm -rf" }) });
    expect(login?.curl).toContain('{"subject":"arm-rf"}');
    expect(login?.curl).toContain('http://127.0.0.1:4445/admin/oauth2/auth/requests/login');
  });
});

test.each([
  ['openid email', 'openid email', 'Granted: openid, email (all that this app asked for).'],
  ['openid email', 'openid', 'Granted: openid (not: email).'],
  ['openid', '', 'Granted: nothing (not: openid).'],
])('asked %j, granted %j', (requested, granted, expected) => {
  expect(consentFact(en, requested, granted)).toBe(expected);
});
