// Consents, logins and logout notifications over the admin API, as Hydra's SDKs call it (hydra-wire §2.6).
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { clientV1, interactionV1, sessionV1 } from '@cardea/rpc';
import type { StartedAdmin } from './admin.fixture.js';
import { startAdmin } from './admin.fixture.js';

/** A grant, and how the API calls it. */
const grant = '0d6bbd2a-54a0-4d1c-9d3b-6c6f1c1a7f42';
const bare = grant.replaceAll('-', '');
const consent = sessionV1.Consent.create({
  consentRequestId: grant,
  subject: 'padme',
  client: clientV1.Client.create({ clientId: 'app' }),
  requestedScopes: ['openid', 'read'],
  grantedScopes: ['openid'],
  accessTokenClaimsJson: Buffer.from('{"a":1}'),
  rememberForSeconds: 100,
  remember: true,
  handledAt: new Date('2026-01-02T03:04:05.678Z'),
  contextJson: Buffer.from('{"c":3}'),
  loginSessionId: 's-1',
  loginChallenge: 'f00',
  oidcContext: interactionV1.OidcContext.create({ loginHint: 'p' }),
  requestUrl: 'https://as.test/oauth2/auth?x=y',
});
const delivery = sessionV1.LogoutDelivery.create({
  id: '7',
  clientId: 'app',
  uri: 'https://app.example/back',
  sessionId: 's-1',
  state: sessionV1.LogoutDeliveryState.FAILED,
  attempts: 3,
  lastOutcome: '500',
  createdAt: new Date('2026-01-02T03:04:05.678Z'),
});

let admin: StartedAdmin;
let asked: unknown[];
let consents: sessionV1.Consent[];
const noting =
  <T>(answer: () => T) =>
  async (request: unknown): Promise<T> => {
    asked.push(request);
    return answer();
  };

beforeAll(async () => {
  admin = await startAdmin({
    sessions: {
      listConsents: noting(() => ({ consents, nextPageToken: 'next', firstPageToken: 'first' })),
      revokeConsents: noting(() => ({})),
      revokeLoginSessions: noting(() => ({})),
      revokeIssuedTokens: noting(() => ({ families: 1, tokens: 0 })),
      listLogoutDeliveries: noting(() => ({
        deliveries: [delivery, { ...delivery, id: '6', clientId: '', lastOutcome: '' }],
        nextPageToken: '',
      })),
      resendLogoutDelivery: noting(() => ({})),
    },
  });
});
afterAll(() => admin.stop());
beforeEach(() => {
  asked = [];
  consents = [consent];
});

const base = '/admin/oauth2/auth/sessions';

describe('consents', () => {
  test('are told with every member the SDK reads', async () => {
    const { status, json, headers } = await admin.call('GET', `${base}/consent?subject=padme&page_size=1`);
    expect(status).toBe(200);
    expect(json).toEqual([
      {
        consent_request_id: bare,
        grant_scope: ['openid'],
        grant_access_token_audience: [],
        session: { access_token: { a: 1 }, id_token: {} },
        remember: true,
        remember_for: 100,
        handled_at: '2026-01-02T03:04:05.678Z',
        context: { c: 3 },
        consent_request: expect.objectContaining({
          challenge: '',
          consent_request_id: bare,
          requested_scope: ['openid', 'read'],
          skip: false,
          subject: 'padme',
          oidc_context: { login_hint: 'p' },
          client: expect.objectContaining({ client_id: 'app' }),
          request_url: 'https://as.test/oauth2/auth?x=y',
          login_challenge: 'f00',
          login_session_id: 's-1',
          context: { c: 3 },
        }),
      },
    ]);
    expect(JSON.stringify(json)).not.toContain('client_secret"');
    expect(headers.get('link')).toBe(
      `<${base}/consent?page_size=1&page_token=first&subject=padme>; rel="first",<${base}/consent?page_size=1&page_token=next&subject=padme>; rel="next"`,
    );
  });

  test('none is an empty list without links; nobody named is refused', async () => {
    consents = [];
    const none = await admin.call('GET', `${base}/consent?subject=nobody&login_session_id=s`);
    expect([none.status, none.json, none.headers.get('link')]).toEqual([200, [], null]);
    expect(asked).toEqual([{ subject: 'nobody', loginSessionId: 's', pageSize: 100, pageToken: '' }]);
    expect(await admin.call('GET', `${base}/consent`)).toMatchObject({
      status: 400,
      json: { error: 'invalid_request' },
    });
  });

  test.each<[string, sessionV1.RevokeConsentsRequest['which']]>([
    [`consent_request_id=${bare}`, { $case: 'consentRequestId', value: grant }],
    [`consent_request_id=${grant}&all=false`, { $case: 'consentRequestId', value: grant }],
    ['consent_request_id=nothing', { $case: 'consentRequestId', value: 'nothing' }],
    ['subject=p&client=app', { $case: 'subjectAndClient', value: { subject: 'p', clientId: 'app' } }],
    ['subject=p&all=true', { $case: 'allOfSubject', value: 'p' }],
  ])('DELETE ?%s', async (query, which) => {
    expect((await admin.call('DELETE', `${base}/consent?${query}`)).status).toBe(204);
    expect(asked).toEqual([{ which }]);
  });

  test.each([
    '',
    'subject=p',
    'subject=p&all=false',
    'client=app',
    'all=true',
    'subject=p&client=app&all=true',
    'subject=p&consent_request_id=c',
    'consent_request_id=c&all=true',
  ])('DELETE ?%s revokes nothing', async (query) => {
    const { status, json } = await admin.call('DELETE', `${base}/consent?${query}`);
    expect([status, json]).toMatchObject([400, { error: 'invalid_request' }]);
    expect(asked).toEqual([]);
  });
});

describe('logins', () => {
  test.each<[string, sessionV1.RevokeLoginSessionsRequest['which']]>([
    ['sid=s', { $case: 'sessionId', value: 's' }],
    ['subject=p', { $case: 'subject', value: 'p' }],
    ['subject=p&sid=s', { $case: 'sessionId', value: 's' }],
  ])('DELETE ?%s', async (query, which) => {
    expect((await admin.call('DELETE', `${base}/login?${query}`)).status).toBe(204);
    expect(asked).toEqual([{ which }]);
  });

  test.each(['true', 'false'])('revoke_tokens=%s is passed on', async (revokes) => {
    expect((await admin.call('DELETE', `${base}/login?sid=s&revoke_tokens=${revokes}`)).status).toBe(204);
    expect(asked).toEqual([{ which: { $case: 'sessionId', value: 's' }, revokeTokens: revokes === 'true' }]);
  });

  test('nobody named, or revoke_tokens=yes: nobody is logged out', async () => {
    expect((await admin.call('DELETE', `${base}/login?sid=s&revoke_tokens=yes`)).status).toBe(400);
    expect((await admin.call('DELETE', `${base}/login`)).status).toBe(400);
    expect(asked).toEqual([]);
  });
});

describe('issued tokens', () => {
  const path = '/admin/oauth2/tokens';
  test('D27 are revoked by client and person, in an interval', async () => {
    const interval = 'issued_after=2026-01-31T12:00:00Z&issued_before=2026-01-31T13:00:00.5%2B01:00';
    expect(
      (await admin.call('DELETE', `${path}?client_id=app&subject=p&issued_after=2026-01-31T12:00:00Z`)).status,
    ).toBe(204);
    expect((await admin.call('DELETE', `${path}?subject=p&${interval}`)).status).toBe(204);
    const [issuedAfter, issuedBefore] = [new Date('2026-01-31T12:00:00Z'), new Date('2026-01-31T12:00:00.5Z')];
    expect(asked).toEqual([
      { clientId: 'app', subject: 'p', issuedAfter },
      { clientId: '', subject: 'p', issuedAfter, issuedBefore },
    ]);
  });

  test.each(['client_id=app&subject=', 'client_id=&subject=p', 'client_id=&issued_after=2026-01-31T12:00:00Z'])(
    'DELETE ?%s, of a script whose variable was not set, revokes nothing',
    async (query) => {
      const { status, json } = await admin.call('DELETE', `${path}?${query}`);
      expect([status, json]).toMatchObject([400, { error: 'invalid_request' }]);
      expect(asked).toEqual([]);
    },
  );

  test.each(['issued_after=yesterday', 'issued_after=2026-01-31T12:00:00', 'issued_before=2026-13-31T12:00:00Z'])(
    'DELETE ?client_id=app&%s revokes nothing',
    async (query) => {
      const { status, json } = await admin.call('DELETE', `${path}?client_id=app&${query}`);
      expect([status, json]).toMatchObject([400, { error: 'invalid_request' }]);
      expect(asked).toEqual([]);
    },
  );
});

describe('logout notifications', () => {
  test('are listed, by client and state', async () => {
    const path = '/admin/logout-deliveries?client_id=app&state=failed&page_size=2';
    const { status, json, headers } = await admin.call('GET', path);
    expect(status).toBe(200);
    expect(json).toEqual([
      {
        id: '7',
        recipient: 'client',
        client_id: 'app',
        uri: 'https://app.example/back',
        sid: 's-1',
        state: 'failed',
        attempts: 3,
        last_outcome: '500',
        created_at: '2026-01-02T03:04:05.678Z',
        attempted_at: null,
      },
      expect.objectContaining({ id: '6', recipient: 'identity_provider', client_id: null, last_outcome: null }),
    ]);
    expect(headers.get('link')).toBe('</admin/logout-deliveries?client_id=app&page_size=2&state=failed>; rel="first"');
    const { FAILED } = sessionV1.LogoutDeliveryState;
    expect(asked).toEqual([{ clientId: 'app', state: FAILED, pageSize: 2, pageToken: '' }]);
    expect((await admin.call('GET', '/admin/logout-deliveries?state=lost')).status).toBe(400);
  });

  test('are sent again', async () => {
    expect((await admin.call('POST', '/admin/logout-deliveries/7/resend')).status).toBe(202);
    expect(asked).toEqual([{ id: '7' }]);
  });
});
