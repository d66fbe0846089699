// What each status of the admin API means for the person at the browser.
import { expect, test } from '@jest/globals';
import { createAdminClient, sortAnswer } from './admin-client.js';

test.each([
  [200, { challenge: 'c' }, { kind: 'ok', value: { challenge: 'c' } }],
  [204, undefined, { kind: 'ok', value: undefined }],
  [410, { redirect_to: 'http://op.example/next' }, { kind: 'handled', redirectTo: 'http://op.example/next' }],
  [410, {}, { kind: 'expired' }],
  [404, { error: 'Not Found' }, { kind: 'expired' }],
  [401, { error: 'request_unauthorized' }, { kind: 'expired' }],
  [
    400,
    { error: 'invalid_request', error_description: 'No subject.' },
    { kind: 'refused', error: 'invalid_request', description: 'No subject.' },
  ],
  [429, { error: 'rate_limited' }, { kind: 'limited' }],
  [503, { error: 'temporarily_unavailable' }, { kind: 'unavailable', reason: 'temporarily_unavailable.' }],
  [500, undefined, { kind: 'unavailable', reason: 'status 500.' }],
])('%d %j is %j', (status, body, expected) => {
  expect(sortAnswer(status, body)).toEqual(expected);
});

test('an error id travels to the page', () => {
  expect(sortAnswer(503, { error_id: 'e-1' })).toMatchObject({ errorId: 'e-1' });
});

test('nobody there is unavailable, not a crash', async () => {
  const admin = createAdminClient('http://127.0.0.1:1');
  expect(await admin.get('login', 'c')).toMatchObject({ kind: 'unavailable' });
});
