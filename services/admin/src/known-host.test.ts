// Names by which the open admin API may be called, and names that only lead here.
import { describe, expect, test } from '@jest/globals';
import { get } from 'node:http';
import { startAdmin } from './admin.fixture.js';
import { makeApiKey } from './authentication/api-keys.js';
import { isKnownHost } from './known-host.js';

test.each([
  [undefined, true],
  ['', true],
  ['127.0.0.1:4445', true],
  ['[::1]:4445', true],
  ['10.1.2.3', true],
  ['localhost', true],
  ['LOCALHOST:4445', true],
  ['hydra.localhost:4445', true],
  ['admin.internal:4445', true],
  ['admin.internal.evil.example', false],
  ['evil.example:4445', false],
  ['localhost.evil.example', false],
  ['127.0.0.1.evil.example:4445', false],
  ['evil.example#localhost', false],
])('%s: %s', (host, known) => {
  expect(isKnownHost(host, ['admin.internal'])).toBe(known);
});

describe('a name that leads here', () => {
  const standIn = { clients: { listClients: async () => ({ clients: [], nextPageToken: '', firstPageToken: '' }) } };
  const rebound = { host: 'evil.example:4445' };

  /** As a browser sends it; `fetch` knows better than to send another `Host`. */
  const ask = (url: string, headers: Record<string, string>) =>
    new Promise<{ status: number; text: string }>((resolve, reject) => {
      get(url, { headers }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (piece: string) => (text += piece));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
      }).on('error', reject);
    });

  test('opens nothing without authentication, and the refusal names the way out', async () => {
    const admin = await startAdmin(standIn, { URLS_SELF_ADMIN: 'http://admin.internal:4445/' });
    try {
      const refused = await ask(`${admin.url}/admin/clients`, rebound);
      expect([refused.status, refused.text]).toEqual([403, expect.stringContaining('urls.self.admin')]);
      expect((await ask(`${admin.url}/admin/clients`, { host: 'admin.internal' })).status).toBe(200);
      expect((await ask(`${admin.url}/health/alive`, rebound)).status).toBe(200);
    } finally {
      await admin.stop();
    }
  });

  test('does not matter where callers prove who they are: no page has their credential', async () => {
    const { key, hash } = makeApiKey(Buffer.alloc(32, 1));
    const keys = JSON.stringify([{ name: 'ops', hash, roles: ['operator'] }]);
    const admin = await startAdmin(standIn, { SERVE_ADMIN_AUTHENTICATION_API_KEYS: keys });
    try {
      const headers = { ...rebound, authorization: `Bearer ${key}` };
      expect((await ask(`${admin.url}/admin/clients`, headers)).status).toBe(200);
    } finally {
      await admin.stop();
    }
  });
});
