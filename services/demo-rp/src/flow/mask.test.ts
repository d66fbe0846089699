// No secret survives masking, and what is no secret stays readable.
import { describe, expect, test } from '@jest/globals';
import { fingerprint, mask, maskAddress, maskJson, maskPairs } from './mask.js';

const secret = 'ory_at_0123456789abcdefghijklmnopqrstuvwxyz';

test.each([
  ['short', '••••••••'],
  ['', '••••••••'],
  [secret, 'ory_at_012… (43)'],
])('mask(%j)', (text, expected) => {
  expect(mask(text)).toBe(expected);
});

test.each([
  'access_token',
  'refresh_token',
  'id_token',
  'id_token_hint',
  'token',
  'code',
  'code_verifier',
  'client_secret',
])('%s is masked everywhere', (name) => {
  const shown = [
    JSON.stringify(maskPairs([[name, secret]])),
    maskAddress(`https://op.example/x?${name}=${secret}&state=abc`),
    maskJson(JSON.stringify({ [name]: secret, scope: 'openid', deep: { [name]: secret } })),
  ].join();
  expect(shown).not.toContain(secret);
  expect(shown).toContain('ory_at_012…');
});

test('what opens nothing stays', () => {
  expect(maskAddress('https://op.example/auth?state=abcdefghijklmnopqrstuvwxyz0123&scope=openid%20email')).toBe(
    'https://op.example/auth?state=abcdefghijklmnopqrstuvwxyz0123&scope=openid email',
  );
  expect(maskAddress('https://op.example/auth')).toBe('https://op.example/auth');
  expect(maskJson('not json')).toBe('not json');
  expect(maskJson('{"expires_in":3600,"token_type":"bearer"}')).toContain('"expires_in": 3600');
});

describe('fingerprint', () => {
  test('tells tokens apart and shows none', () => {
    expect(fingerprint('a')).toBe('ca97 8112 ca1b bdca');
    expect(fingerprint('b')).not.toBe(fingerprint('a'));
  });
});
