// The command repeats the request, survives a shell, and holds no secret.
import { expect, test } from '@jest/globals';
import { curlOf, type SentRequest } from './curl.js';

const base: SentRequest = { method: 'GET', url: 'http://op.example/userinfo', headers: {}, form: undefined };

test.each<[string, SentRequest, string]>([
  ['a plain GET', base, 'curl -s http://op.example/userinfo'],
  [
    'a bearer token',
    { ...base, headers: { authorization: 'Bearer s3cret' } },
    'curl -s http://op.example/userinfo \\\n  -H "Authorization: Bearer $ACCESS_TOKEN"',
  ],
  [
    'client secret and a secret field',
    {
      method: 'POST',
      url: 'http://op.example/oauth2/token',
      headers: { authorization: 'Basic abc' },
      form: [
        ['grant_type', 'refresh_token'],
        ['refresh_token', 's3cret'],
      ],
    },
    'curl -s http://op.example/oauth2/token \\\n  -u "$CLIENT_ID:$CLIENT_SECRET" \\\n' +
      '  --data-urlencode grant_type=refresh_token \\\n  --data-urlencode "refresh_token=$REFRESH_TOKEN"',
  ],
  [
    'an address a shell would split',
    { ...base, url: 'http://op.example/?a=1&b=2' },
    "curl -s 'http://op.example/?a=1&b=2'",
  ],
  [
    'a quote',
    { ...base, form: [['x', "it's"]] },
    `curl -s http://op.example/userinfo \\\n  --data-urlencode 'x=it'\\''s'`,
  ],
])('%s', (_name, request, expected) => {
  expect(curlOf(request)).toBe(expected);
});

test('a field can take its secret from another variable', () => {
  const request: SentRequest = { ...base, method: 'POST', form: [['token', 's3cret']] };
  expect(curlOf(request, { token: '$REFRESH_TOKEN' })).toContain('"token=$REFRESH_TOKEN"');
});
