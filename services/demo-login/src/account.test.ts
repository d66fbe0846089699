// Who a user name is, and what an application learns about them.
import { describe, expect, test } from '@jest/globals';
import { accountOf, claimsFor, demoAccount, subjectOf } from './account.js';

test.each([
  ['  Ada ', 'ada'],
  ['alice@example.org', 'alice@example.org'],
  ['   ', undefined],
  [undefined, undefined],
  ['x'.repeat(121), undefined],
])('subjectOf(%j) is %j', (typed, expected) => {
  expect(subjectOf(typed)).toBe(expected);
});

test.each([
  ['ada', 'Ada Lovelace', 'ada@example.com'],
  ['grace.hopper', 'Grace Hopper', 'grace.hopper@example.com'],
  ['alice@example.org', 'Alice', 'alice@example.org'],
  ['<b>', '<b>', 'b@example.com'],
  ['名前', '名前', 'someone@example.com'],
  ['...', '...', 'someone@example.com'],
])('%s is %s, %s', (subject, name, email) => {
  expect(accountOf(subject)).toEqual({ subject, name, email });
});

describe('claimsFor', () => {
  test.each([
    [['openid'], []],
    [
      ['openid', 'profile'],
      ['name', 'preferred_username'],
    ],
    [['email'], ['email', 'email_verified']],
    [
      ['phone', 'address'],
      ['phone_number', 'phone_number_verified', 'address'],
    ],
    [['photos.read', 'offline_access'], []],
  ])('%j gives %j', (scopes, names) => {
    expect(Object.keys(claimsFor(demoAccount, scopes))).toEqual(names);
  });

  test('an address that nobody verified is not claimed to be', () => {
    expect(claimsFor(demoAccount, ['email'])['email_verified']).toBe(false);
  });
});
