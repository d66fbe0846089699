// Replicas counted as the service they are of.
import { expect, test } from '@jest/globals';
import { byService, numberOf } from './by-service.js';

test('what replicas used is added up, and nothing else', () =>
  expect(byService({ token: 10, 'token-2': 5, 'token-3': 1, 'oidc-provider': 7 })).toEqual({
    token: 16,
    'oidc-provider': 7,
  }));

test.each([
  ['token', 1],
  ['token-2', 2],
  ['gateway-12', 12],
])('%s is number %d', (name, number) => expect(numberOf(name)).toBe(number));
