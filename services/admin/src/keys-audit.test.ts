// /admin/keys-audit over real HTTP and gRPC: what an auditor asks of the record of signatures, and who says that a finding was
// looked into (security §2.3).
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { OAuthError } from '@cardea/oauth';
import type { auditV1 } from '@cardea/rpc';
import { signatureFindingV1 } from '@cardea/rpc';
import type { StartedAdmin } from './admin.fixture.js';
import { startAdmin } from './admin.fixture.js';
import { makeApiKey } from './authentication/api-keys.js';

const auditor = makeApiKey(Buffer.alloc(32, 7));
const operator = makeApiKey(Buffer.alloc(32, 8));
const as = ({ key }: { key: string }) => ({ authorization: `Bearer ${key}` });
const row = {
  ...{ sequence: 53, signedAt: new Date(0), outcome: 'signed', reason: '', caller: 'spiffe://token', requestId: 'r' },
  ...{ purpose: 'id_token', keyId: 'k', algorithm: 'ES256', tokenId: 'j', clientId: 'app', expiresAt: undefined },
};
const finding = {
  ...{ id: 4, kind: 'signature_without_token', about: 'j', facts: { caller: 'spiffe://stolen' }, foundAt: new Date(0) },
  ...{ acknowledgedAt: undefined, acknowledgedBy: '', note: '' },
};

let admin: StartedAdmin;
const asked: object[] = [];
const events: auditV1.AuditEvent[] = [];
beforeAll(async () => {
  admin = await startAdmin(
    {
      audit: {
        recordEvent: async ({ event }) => {
          events.push(event!);
          return {};
        },
      },
      signer: {
        findSignatures: async (request) => {
          asked.push(request);
          return { rows: [row], nextPageToken: '53' };
        },
      },
      findings: {
        listFindings: async (request) => {
          asked.push(request);
          return { findings: [finding], nextPageToken: 'next' };
        },
        acknowledgeFinding: async (request) => {
          asked.push(request);
          if (request.id === 9) throw new OAuthError('not_found', 'There is no such finding.');
          const { by: acknowledgedBy, note } = request;
          return { finding: { ...finding, acknowledgedAt: new Date(0), acknowledgedBy, note } };
        },
      },
    },
    {
      SERVE_ADMIN_AUTHENTICATION_API_KEYS: JSON.stringify([
        { name: 'ada', hash: auditor.hash, roles: ['auditor'] },
        { name: 'joe', hash: operator.hash, roles: ['key-operator'] },
      ]),
    },
  );
});
afterAll(() => admin.stop());
beforeEach(() => {
  asked.splice(0);
  events.splice(0);
});

test('the record is asked by subject, token, client, key and time', async () => {
  const query = new URLSearchParams({
    ...{ subject: 'alice', jti: 'j', client_id: 'app', kid: 'k', page_size: '1', page_token: '99' },
    ...{ signed_after: '2026-01-31T12:00:00Z', signed_before: '2026-01-31T14:00:00+01:00' },
  });
  const answer = await admin.call('GET', `/admin/keys-audit/signatures?${query.toString()}`, undefined, as(operator));
  expect(answer.json).toEqual([
    {
      ...{ sequence: 53, signed_at: '1970-01-01T00:00:00.000Z', outcome: 'signed', reason: '' },
      ...{ caller: 'spiffe://token', request_id: 'r', purpose: 'id_token', kid: 'k', alg: 'ES256', jti: 'j' },
      ...{ client_id: 'app', expires_at: null },
    },
  ]);
  expect(asked).toEqual([
    {
      ...{ subject: 'alice', tokenId: 'j', clientId: 'app', keyId: 'k', pageSize: 1, pageToken: '99' },
      signedAfter: new Date('2026-01-31T12:00:00Z'),
      signedBefore: new Date('2026-01-31T13:00:00Z'),
    },
  ]);
  expect(answer.headers.get('link')).toMatch(/client_id=app.*page_token=53.*subject=alice.*rel="next"/);
});

test.each(['signed_after=yesterday', 'signed_before=2026-01-31T12:00:00'])('%s is no time', async (query) => {
  const answer = await admin.call('GET', `/admin/keys-audit/signatures?${query}`, undefined, as(auditor));
  expect([answer.status, asked]).toEqual([400, []]);
});

test('findings are listed by state', async () => {
  const { OPEN, UNSPECIFIED } = signatureFindingV1.FindingState;
  const answer = await admin.call('GET', '/admin/keys-audit/findings?state=open', undefined, as(auditor));
  expect(answer.json).toEqual([
    {
      ...{ id: '4', kind: 'signature_without_token', about: 'j', facts: { caller: 'spiffe://stolen' } },
      ...{ found_at: '1970-01-01T00:00:00.000Z', acknowledged_at: null, acknowledged_by: '', note: '' },
    },
  ]);
  expect(answer.headers.get('link')).toContain('page_token=next&state=open>; rel="next"');
  await admin.call('GET', '/admin/keys-audit/findings', undefined, as(operator));
  expect(asked).toMatchObject([{ state: OPEN }, { state: UNSPECIFIED }]);
  for (const state of ['shut', 'toString', '']) {
    const said = await admin.call('GET', `/admin/keys-audit/findings?state=${state}`, undefined, as(auditor));
    expect(said.status).toBe(state === '' ? 200 : 400);
  }
});

test('an auditor acknowledges one, by name and on the record; who operates keys does not', async () => {
  const path = '/admin/keys-audit/findings/4/acknowledge';
  expect((await admin.call('POST', path, { note: 'mine' }, as(operator))).status).toBe(403);
  expect([asked, events]).toEqual([[], []]);
  const answer = await admin.call('POST', path, { note: 'a killed service' }, as(auditor));
  expect(answer.json).toMatchObject({ id: '4', acknowledged_by: 'ada', note: 'a killed service' });
  expect(asked).toEqual([{ id: 4, by: 'ada', note: 'a killed service' }]);
  expect(events).toMatchObject([
    { actor: 'ada', action: 'POST /admin/keys-audit/findings/:id/acknowledge', target: path },
  ]);
  for (const id of ['9', '0', 'x', '1e3', '99999999999999999999']) {
    const said = await admin.call('POST', `/admin/keys-audit/findings/${id}/acknowledge`, {}, as(auditor));
    expect(said.status).toBe(404);
  }
});
