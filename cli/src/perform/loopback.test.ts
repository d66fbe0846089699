// The listener of `cardea perform --https` speaks TLS, with a certificate that nobody trusts.
import { expect, test } from '@jest/globals';
import https from 'node:https';
import { listenOnLoopback } from './loopback.js';

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
