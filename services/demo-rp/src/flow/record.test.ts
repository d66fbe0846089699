// What the page shows of a request: all of it, except what opens something.
import { expect, test } from '@jest/globals';
import { en } from '../texts/en.js';
import { requestText, stepOf, type Exchange } from './record.js';

const exchange: Exchange = {
  request: {
    method: 'POST',
    url: 'http://127.0.0.1:4444/oauth2/token',
    headers: { authorization: 'Basic Y2xpZW50OnMzY3JldA==' },
    form: [
      ['grant_type', 'refresh_token'],
      ['refresh_token', 'ory_rt_0123456789abcdefghijklmnop'],
    ],
  },
  at: 1_000,
  millis: 12,
  answer: {
    status: 200,
    type: 'application/json',
    body: '{"access_token":"ory_at_0123456789abcdefghijklmnop","expires_in":3600}',
  },
};

test('the request is told whole but for its secrets', () => {
  expect(requestText(exchange.request)).toBe(
    'POST /oauth2/token\nHost: 127.0.0.1:4444\nAuthorization: Basic ••••••••\n' +
      '  grant_type = refresh_token\n  refresh_token = ory_rt_012… (33)',
  );
});

test('the step holds neither the client’s secret nor a token', () => {
  const text = JSON.stringify(stepOf(en, exchange, { title: 't', words: 'w' }));
  expect(text).not.toMatch(/Y2xpZW50|abcdefghijklmnop/);
  expect(text).toContain('127.0.0.1:4444');
});

test.each([
  [200, false],
  [400, true],
  [503, true],
])('status %d: failed is %s', (status, failed) => {
  const answer = { status, type: '', body: '' };
  expect(stepOf(en, { ...exchange, answer }, { title: 't', words: 'w' }).failed).toBe(failed);
});

test('no answer is said as such', () => {
  expect(stepOf(en, { ...exchange, answer: undefined }, { title: 't', words: 'w' })).toMatchObject({
    failed: true,
    response: 'No answer.',
  });
});
