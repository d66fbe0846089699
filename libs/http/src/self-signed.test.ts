// A certificate made up at start is a real one: whoever trusts it is content.
import { expect, test } from '@jest/globals';
import { X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { selfSigned } from './self-signed.js';

test('for this machine, from a minute ago to a month from now, with another key each time', () => {
  const now = Date.parse('2026-01-02T03:04:05Z');
  const [one, two] = [new X509Certificate(selfSigned(now).cert), new X509Certificate(selfSigned(now).cert)];
  expect(one.checkIP('127.0.0.1')).toBe('127.0.0.1');
  expect(one.checkIP('::1')).toBe('::1');
  expect(one.checkHost('localhost')).toBe('localhost');
  expect(one.verify(one.publicKey)).toBe(true);
  expect([Date.parse(one.validFrom), Date.parse(one.validTo)]).toEqual([now - 60_000, now + 30 * 86_400_000]);
  expect(one.fingerprint256).not.toBe(two.fingerprint256);
});

test('whatever length it has', () => {
  for (let round = 0; round < 40; round++) {
    const { key, cert } = selfSigned(Date.now());
    expect(() => createSecureContext({ key, cert })).not.toThrow();
  }
});
