// Trusted issuers over real HTTP and gRPC, as Hydra's SDKs speak of them (hydra-wire §2.9).
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { OAuthError } from '@cardea/oauth';
import { trustV1 } from '@cardea/rpc';
import type { StartedAdmin } from './admin.fixture.js';
import { startAdmin } from './admin.fixture.js';

let admin: StartedAdmin;
let told: trustV1.TrustedIssuer | undefined;
const base = '/admin/trust/grants/jwt-bearer/issuers';
const stored = trustV1.TrustedIssuer.create({
  ...{ id: 'an-id', issuer: 'https://i.example', subject: 'robot', scopes: ['read'], keyId: 'k' },
  ...{ createdAt: new Date('2026-01-02T03:04:05.678Z'), expiresAt: new Date('2027-01-01T00:00:00Z') },
});
const shown = {
  ...{ id: 'an-id', issuer: 'https://i.example', subject: 'robot', allow_any_subject: false, scope: ['read'] },
  public_key: { set: 'https://i.example', kid: 'k' },
  ...{ created_at: '2026-01-02T03:04:05Z', expires_at: '2027-01-01T00:00:00Z' },
};

beforeAll(async () => {
  admin = await startAdmin({
    trust: {
      trustIssuer: (request) => {
        told = request.trustedIssuer;
        if (told?.issuer === '') throw new OAuthError('missing_required_parameter', 'issuer');
        if (told?.issuer === 'twice') throw new OAuthError('conflict');
        return Promise.resolve({ trustedIssuer: stored });
      },
      getTrustedIssuer: ({ id }) => {
        if (id !== 'an-id') throw new OAuthError('not_found', 'Unable to locate the resource');
        return Promise.resolve({ trustedIssuer: stored });
      },
      listTrustedIssuers: ({ issuer, pageSize }) =>
        Promise.resolve({
          trustedIssuers: issuer === 'none' ? [] : [stored],
          nextPageToken: pageSize === 1 ? 'next' : '',
          firstPageToken: 'first',
        }),
      deleteTrustedIssuer: ({ id }) => {
        if (id !== 'an-id') throw new OAuthError('not_found', 'Unable to locate the resource');
        return Promise.resolve({});
      },
    },
  });
});
afterAll(() => admin.stop());

describe('trusted issuers', () => {
  const whole = {
    ...{ issuer: 'https://i.example', subject: 'robot', scope: ['read'], jwk: { kty: 'RSA', kid: 'k' } },
    expires_at: '2027-01-01T01:00:00.9+01:00',
  };
  test('are told, and said back', async () => {
    const answer = await admin.call('POST', base, whole);
    expect(told).toMatchObject({
      issuer: 'https://i.example',
      subject: 'robot',
      scopes: ['read'],
      allowAnySubject: false,
    });
    expect(told?.expiresAt).toEqual(new Date('2027-01-01T00:00:00Z'));
    expect(JSON.parse(told?.jwkJson.toString() ?? '')).toEqual({ kty: 'RSA', kid: 'k' });
    expect([answer.status, answer.json]).toEqual([201, shown]);
    expect(answer.headers.get('location')).toBe('/trust/grants/jwt-bearer/issuers/an-id');
    expect((await admin.call('POST', base, { ...whole, scope: undefined })).json).toMatchObject({ scope: null });
  });
  test.each<[string, object | string, number, string]>([
    ['nothing', {}, 400, 'missing_required_parameter'],
    ['no instant', { ...whole, expires_at: 'soon' }, 400, 'The request was malformed or contained invalid parameters'],
    [
      'an instant without a zone',
      { ...whole, expires_at: '2027-01-01T00:00:00' },
      400,
      'The request was malformed or contained invalid parameters',
    ],
    [
      'the same again',
      { ...whole, issuer: 'twice' },
      409,
      'Unable to insert or update resource because a resource with that value exists already',
    ],
  ])('%s: refused', async (_name, body, status, error) => {
    const answer = await admin.call('POST', base, body);
    expect([answer.status, (answer.json as { error: string }).error]).toEqual([status, error]);
  });
  test('are read, listed by page, and ended', async () => {
    expect((await admin.call('GET', `${base}/an-id`)).json).toEqual(shown);
    const page = await admin.call('GET', `${base}?issuer=https%3A%2F%2Fi.example&page_size=1`);
    expect(page.json).toEqual([shown]);
    const link = (rel: string) =>
      `<${base}?issuer=https%3A%2F%2Fi.example&page_size=1&page_token=${rel}>; rel="${rel}"`;
    expect(page.headers.get('link')).toBe(`${link('first')},${link('next')}`);
    expect((await admin.call('GET', `${base}?issuer=none`)).json).toEqual([]);
    expect((await admin.call('DELETE', `${base}/an-id`)).status).toBe(204);
    for (const method of ['GET', 'DELETE']) {
      const answer = await admin.call(method, `${base}/other`);
      expect([answer.status, answer.json]).toEqual([
        404,
        expect.objectContaining({ error: 'Unable to locate the resource', error_description: '' }),
      ]);
    }
    expect((await admin.call('PUT', `${base}/an-id`, whole)).status).toBe(405);
  });
});
