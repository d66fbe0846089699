// The claims parameter as a table: what is an object of claims, and what is read out of it (OpenID Connect Core §5.5).
import { describe, expect, test } from '@jest/globals';
import type { OAuthError } from '../errors.js';
import { essentialAcr, parseClaimsRequest, wantedAcr, wantedSubject } from './claims-request.js';

const verdict = (text: string) => {
  try {
    parseClaimsRequest(text);
    return 'ok';
  } catch (error) {
    return (error as OAuthError).code;
  }
};

test.each<[string, string]>([
  ['{}', 'ok'],
  ['{"userinfo":null,"id_token":{}}', 'ok'],
  ['{"userinfo":{"email":null,"name":{"essential":true}},"id_token":{"auth_time":{"essential":true}}}', 'ok'],
  ['{"id_token":{"acr":{"values":["a","b"]}},"other":5}', 'ok'],
  ['{"id_token":{"http://example.info/claims/groups":null}}', 'ok'],
  ['', 'invalid_request'],
  ['null', 'invalid_request'],
  ['[]', 'invalid_request'],
  ['"email"', 'invalid_request'],
  ['{"id_token":[]}', 'invalid_request'],
  ['{"id_token":{"acr":"gold"}}', 'invalid_request'],
  ['{"id_token":{"acr":{"values":"gold"}}}', 'invalid_request'],
  ['{"id_token":{"acr":{"essential":"true"}}}', 'invalid_request'],
  ['{"id_token":{},"id_token":{"sub":null}}', 'invalid_request'],
  ['{"id_token":{"x":{"y":', 'invalid_request'],
  [`{"id_token":{"x":{"value":"${'x'.repeat(5000)}"}}}`, 'invalid_request'],
])('%s', (text, expected) => {
  expect(verdict(text)).toBe(expected);
});

describe('what the provider answers for', () => {
  const read = (id_token: object, userinfo?: object) => parseClaimsRequest(JSON.stringify({ id_token, userinfo }));
  test.each([
    [read({ acr: { essential: true, values: ['a', 'b'] } }), ['a', 'b'], ['a', 'b']],
    [read({ acr: { essential: true, value: 'a' } }), ['a'], ['a']],
    [read({ acr: { essential: true } }), undefined, []],
    [read({ acr: { values: ['a'] } }), undefined, ['a']],
    [read({ acr: null }), undefined, []],
    [read({}, { acr: { essential: true, value: 'a' } }), undefined, []],
    [undefined, undefined, []],
  ])('classes, row %#', (claims, essential, wanted) => {
    expect(essentialAcr(claims)).toEqual(essential);
    expect(wantedAcr(claims)).toEqual(wanted);
  });

  test('the subject, wherever it is named', () => {
    expect(wantedSubject(read({ sub: { value: 'ann' } }))).toBe('ann');
    expect(wantedSubject(read({}, { sub: { value: 'ann' } }))).toBe('ann');
    expect(wantedSubject(read({ sub: null }))).toBeUndefined();
    expect(wantedSubject(undefined)).toBeUndefined();
  });

  test('names are never looked up in a prototype', () => {
    const claims = parseClaimsRequest('{"id_token":{"__proto__":{"essential":true},"constructor":null}}');
    expect([...(claims?.idToken.keys() ?? [])].sort()).toEqual(['__proto__', 'constructor']);
    expect(({} as { essential?: boolean }).essential).toBeUndefined();
  });
});
