// JWTs of strangers, read strictly: what is no compact JWS over one unambiguous object is nothing (security catalogue E).
import { describe, expect, test } from '@jest/globals';
import { isOfType, parseJwt } from './jwt.js';
import { parseStrictObject } from './strict-json.js';

const encode = (text: string) => Buffer.from(text).toString('base64url');
const jwt = (header: string, payload = '{"sub":"a"}', signature = 'AQID') =>
  `${encode(header)}.${encode(payload)}.${signature}`;

describe('parseStrictObject', () => {
  test.each<[string, boolean]>([
    ['{}', true],
    [' {"a":{"b":[{"c":1},{"c":2}]},"d":"{\\"d\\":1}"} ', true],
    ['{"a:b":"c:d"}', true],
    ['{"a":1,"a":2}', false],
    ['{"a":{"b":1,"b":2}}', false],
    ['{"a":[{"b":1,"b":1}]}', false],
    ['{"a":1,"\\u0061":2}', false],
    ['{"__proto__":1,"__proto__":2}', false],
    ['[]', false],
    ['null', false],
    ['"a"', false],
    ['1', false],
    ['', false],
    ['{"a":1}x', false],
    ['\ufeff{}', false],
    [`{"a":${'['.repeat(10_000)}${']'.repeat(10_000)}}`, false],
    [`{"a":${'{"a":'.repeat(20)}1${'}'.repeat(20)}}`, false],
  ])('%.40s: %s', (text, good) => {
    expect(parseStrictObject(Buffer.from(text)) !== undefined).toBe(good);
  });
  test('is UTF-8', () => {
    expect(parseStrictObject(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]))).toBeUndefined();
    expect(parseStrictObject(Buffer.from('{"é":"ü"}'))).toEqual({ é: 'ü' });
  });
});

describe('parseJwt', () => {
  test('takes one apart', () => {
    const text = jwt('{"alg":"ES256","kid":"k","typ":"application/AT+JWT"}');
    expect(parseJwt(text)).toMatchObject({
      ...{ algorithm: 'ES256', keyId: 'k', type: 'at+jwt', claims: { sub: 'a' } },
      ...{ signature: Buffer.from([1, 2, 3]), input: Buffer.from(text.slice(0, -5)) },
    });
    expect(parseJwt(jwt('{"alg":"ES256"}'))).toMatchObject({ keyId: undefined, type: undefined });
  });
  test.each<[string, string]>([
    ['nothing', ''],
    ['two parts', 'a.b'],
    ['four parts', `${jwt('{"alg":"ES256"}')}.x`],
    ['no signature', jwt('{"alg":"ES256"}', '{}', '')],
    ['padding', jwt('{"alg":"ES256"}', '{}', 'AQI=')],
    ['spare bits', jwt('{"alg":"ES256"}', '{}', 'AQJ')],
    ['no alg', jwt('{}')],
    ['alg is no text', jwt('{"alg":1}')],
    ['kid is no text', jwt('{"alg":"ES256","kid":1}')],
    ['kid is endless', jwt(`{"alg":"ES256","kid":"${'k'.repeat(256)}"}`)],
    ['crit', jwt('{"alg":"ES256","crit":[]}')],
    ['b64', jwt('{"alg":"ES256","b64":true}')],
    ['header twice alg', jwt('{"alg":"none","alg":"ES256"}')],
    ['payload no object', jwt('{"alg":"ES256"}', '[]')],
    ['too long', jwt('{"alg":"ES256"}', `{"a":"${'x'.repeat(16_384)}"}`)],
  ])('%s is none', (_name, text) => {
    expect(parseJwt(text)).toBeUndefined();
  });
});

test.each<[string | undefined, boolean]>([
  [undefined, true],
  ['jwt', true],
  ['logout+jwt', true],
  ['at+jwt', false],
  ['', false],
])('typ %s is of type logout+jwt: %s', (type, expected) => {
  expect(isOfType(type, ['logout+jwt'])).toBe(expected);
});
