// The policy names exactly what a page needs, and no address can smuggle a directive into it.
import { describe, expect, test } from '@jest/globals';
import { contentSecurityPolicy, originForPolicy } from './headers.js';

describe('originForPolicy', () => {
  test.each([
    ['https://client.example/logo.svg', 'https://client.example'],
    ['http://127.0.0.1:5555/logo.svg', 'http://127.0.0.1:5555'],
    ["https://a;script-src'unsafe-inline'/x", undefined],
    ['https://a,b/x', undefined],
    ['data:image/png;base64,AAAA', undefined],
    [undefined, undefined],
  ])('%j gives %j', (address, expected) => {
    expect(originForPolicy(address)).toBe(expected);
  });
});

describe('contentSecurityPolicy', () => {
  test('a page without a form may post nowhere and load no picture', () => {
    const policy = contentSecurityPolicy({});
    expect(policy).toContain("form-action 'none'");
    expect(policy).not.toContain('img-src');
  });

  test('a page with a form and a logo says no more than that', () => {
    expect(contentSecurityPolicy({ form: true, pictureOrigin: 'https://client.example' })).toBe(
      "default-src 'none'; style-src 'self'; img-src https://client.example; base-uri 'none'; frame-ancestors 'none'",
    );
  });
});
