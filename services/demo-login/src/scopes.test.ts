// The words on the consent page, and what a tampered form can and cannot grant.
import { describe, expect, test } from '@jest/globals';
import { demoAccount } from './account.js';
import { en } from './texts/en.js';
import { grantedScopes, scopeViews } from './scopes.js';

describe('scopeViews', () => {
  test('keeps the order, names each once, and fixes only openid', () => {
    const views = scopeViews(en, ['openid', 'email', 'openid', 'photos.read'], demoAccount);
    expect(views.map((view) => [view.scope, view.fixed])).toEqual([
      ['openid', true],
      ['email', false],
      ['photos.read', false],
    ]);
  });

  test.each([
    ['profile', /Ada Lovelace, user name ada/],
    ['email', /ada@example\.com/],
    ['offline_access', /while you are away/],
    ['constructor', /permission of its own/],
  ])('%s is explained', (scope, expected) => {
    expect(scopeViews(en, [scope], demoAccount)[0]?.detail).toMatch(expected);
  });
});

describe('grantedScopes', () => {
  test.each([
    [['openid', 'email'], ['email'], ['openid', 'email']],
    [['openid', 'email'], [], ['openid']],
    [['email'], ['email', 'admin'], ['email']],
    [['email'], ['openid'], []],
  ])('asked %j, ticked %j: %j', (requested, ticked, expected) => {
    expect(grantedScopes(requested, ticked)).toEqual(expected);
  });
});
