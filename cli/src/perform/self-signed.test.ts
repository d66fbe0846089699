// The certificate of `cardea perform --https` is a real one: whoever trusts it is content, whoever does not is not.
import { expect, test } from '@jest/globals';
import { X509Certificate } from 'node:crypto';
import https from 'node:https';
import { createSecureContext } from 'node:tls';
import { listenOnLoopback } from './loopback.js';
import { selfSigned } from './self-signed.js';

test('for 127.0.0.1 and localhost, for a day, with another key each time', () => {
  const now = Date.parse('2026-01-02T03:04:05Z');
  const [one, two] = [new X509Certificate(selfSigned(now).cert), new X509Certificate(selfSigned(now).cert)];
  expect(one.checkIP('127.0.0.1')).toBe('127.0.0.1');
  expect(one.checkHost('localhost')).toBe('localhost');
  expect(one.verify(one.publicKey)).toBe(true);
  expect([Date.parse(one.validFrom), Date.parse(one.validTo)]).toEqual([now - 86_400_000, now + 86_400_000]);
  expect(one.fingerprint256).not.toBe(two.fingerprint256);
});

test('whatever length it has', () => {
  for (let round = 0; round < 40; round++) {
    const { key, cert } = selfSigned(Date.now());
    expect(() => createSecureContext({ key, cert })).not.toThrow();
  }
});

test('serves TLS', async () => {
  const loopback = await listenOnLoopback(0, true, (_request, response) => response.end('hello'));
  try {
    const text = await new Promise<string>((resolve, reject) => {
      https
        .get(loopback.url, { rejectUnauthorized: false, agent: false }, (response) => {
          response.setEncoding('utf8').once('data', (piece: string) => resolve(piece));
        })
        .once('error', reject);
    });
    expect(text).toBe('hello');
    await expect(fetch(loopback.url)).rejects.toThrow();
  } finally {
    await loopback.close();
  }
});
