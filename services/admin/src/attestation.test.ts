// GET /admin/attestation over real HTTP and gRPC: the signer's words go through as they are.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { OAuthError } from '@cardea/oauth';
import type { StartedAdmin } from './admin.fixture.js';
import { startAdmin } from './admin.fixture.js';

let admin: StartedAdmin;
beforeAll(async () => {
  admin = await startAdmin({
    signer: {
      attest: ({ nonce }) =>
        nonce === 'away'
          ? Promise.reject(new OAuthError('temporarily_unavailable', 'The signer cannot sign now.'))
          : Promise.resolve({ jwt: `signed(${nonce})` }),
    },
  });
});
afterAll(() => admin.stop());

test('asks the signer, with the nonce or without, and keeps no answer', async () => {
  const answer = await admin.call('GET', '/admin/attestation?nonce=n-1');
  expect([answer.status, answer.json]).toEqual([200, { attestation: 'signed(n-1)' }]);
  expect(answer.headers.get('cache-control')).toContain('no-store');
  expect((await admin.call('GET', '/admin/attestation')).json).toEqual({ attestation: 'signed()' });
});

test('a signer that cannot sign is 503, and nothing is changed this way', async () => {
  expect((await admin.call('GET', '/admin/attestation?nonce=away')).status).toBe(503);
  expect((await admin.call('POST', '/admin/attestation')).status).toBe(405);
});
