// Where a logout may lead.
import { expect, test } from '@jest/globals';
import { frontchannelLogoutUri, logoutClientId, logoutTarget } from './logout.js';

const page = 'https://as.test/bye';
const client = {
  clientId: 'app',
  postLogoutRedirectUris: ['https://app.example/bye', 'https://app.example/q?a=b%20c'],
};
const outcome = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    return (error as { code: string }).code;
  }
};

test.each([
  ['nothing asked', client, undefined, undefined, page],
  ['state alone', undefined, undefined, 's', page],
  ['registered', client, 'https://app.example/bye', undefined, 'https://app.example/bye'],
  ['registered with state', client, 'https://app.example/bye', 'a b&c', 'https://app.example/bye?state=a+b%26c'],
  ['own query', client, 'https://app.example/q?a=b%20c', 's', 'https://app.example/q?a=b%20c&state=s'],
  ['without a client', undefined, 'https://app.example/bye', undefined, 'invalid_request'],
  ['R47 trailing slash', client, 'https://app.example/bye/', undefined, 'invalid_request'],
  ['R47 added query', client, 'https://app.example/bye?x=1', undefined, 'invalid_request'],
  ['R47 host case', client, 'https://APP.example/bye', undefined, 'invalid_request'],
  ['R47 fragment', client, 'https://app.example/bye#', undefined, 'invalid_request'],
  ['R47 port', client, 'https://app.example:443/bye', undefined, 'invalid_request'],
  ['R47 userinfo', client, 'https://app.example@evil.example/bye', undefined, 'invalid_request'],
])('%s', (_name, who, requested, state, expected) => {
  expect(outcome(() => logoutTarget(who, requested, state, page))).toBe(expected);
});

test.each([
  [undefined, undefined, undefined],
  ['app', undefined, 'app'],
  [undefined, ['app'], 'app'],
  ['app', ['other', 'app'], 'app'],
  ['app', ['other'], 'invalid_request'],
])('client_id %s, audience %j: %s', (clientId, audience, expected) => {
  const hint = audience === undefined ? undefined : { audience };
  expect(outcome(() => logoutClientId(clientId, hint))).toBe(expected);
});

test.each([
  ['https://a.example/out', 'https://a.example/out?iss=https%3A%2F%2Fas.test%2F&sid=s1'],
  ['https://a.example/out?keep=a%20b', 'https://a.example/out?keep=a%20b&iss=https%3A%2F%2Fas.test%2F&sid=s1'],
  ['https://a.example/out?', 'https://a.example/out?iss=https%3A%2F%2Fas.test%2F&sid=s1'],
])('a frame for %s', (registered, expected) => {
  expect(frontchannelLogoutUri(registered, 'https://as.test/', 's1')).toBe(expected);
});
