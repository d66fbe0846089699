// Login, consent and logout requests over real HTTP and gRPC.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { OAuthError } from '@cardea/oauth';
import { clientV1, interactionV1 } from '@cardea/rpc';
import type { StartedAdmin } from './admin.fixture.js';
import { startAdmin } from './admin.fixture.js';

let admin: StartedAdmin;
let asked: unknown;

const client = clientV1.Client.create({ clientId: 'rp', clientName: 'RP' });

/** What a challenge of this name stands for. */
function known(challenge: string): void {
  if (challenge === 'garbage') throw new OAuthError('not_found');
  if (challenge === 'expired') throw new OAuthError('request_unauthorized', 'The request has expired.');
  if (challenge === 'handled') throw new OAuthError('request_handled', undefined, { redirectTo: 'https://as.test/on' });
}
const answered = async (request: { challenge: string }) => {
  known(request.challenge);
  asked = request;
  return { redirectTo: 'https://as.test/next' };
};

beforeAll(async () => {
  admin = await startAdmin({
    interactions: {
      getLoginRequest: async ({ challenge }) => {
        known(challenge);
        return interactionV1.GetLoginRequestResponse.create({
          challenge,
          requestedScopes: ['openid'],
          oidcContext: interactionV1.OidcContext.create({
            loginHint: 'bob',
            idTokenHintClaimsJson: Buffer.from('{"sub":"b"}'),
          }),
          client,
          requestUrl: 'https://as.test/oauth2/auth?a=b',
          sessionId: 'sid',
        });
      },
      getConsentRequest: async ({ challenge }) => {
        known(challenge);
        return interactionV1.GetConsentRequestResponse.create({
          challenge,
          consentRequestId: '0d6bbd2a-54a0-4d1c-9d3b-6c6f1c1a7f42',
          requestedScopes: ['openid'],
          requestedAudience: ['api'],
          skip: true,
          subject: 'bob',
          client,
          requestUrl: 'url',
          loginChallenge: 'flow',
          loginSessionId: 'sid',
          acr: '1',
          amr: ['pwd'],
          contextJson: challenge === 'bare' ? Buffer.alloc(0) : Buffer.from('{"any":["thing"]}'),
        });
      },
      getLogoutRequest: async ({ challenge }) => {
        known(challenge);
        return interactionV1.GetLogoutRequestResponse.create({
          challenge,
          subject: 'bob',
          sessionId: challenge === 'bare' ? '' : 'sid',
          requestUrl: '/oauth2/sessions/logout',
          rpInitiated: challenge !== 'bare',
          client: challenge === 'bare' ? undefined : client,
          requestedAt: new Date(0),
          expiresAt: new Date(1_800_500),
        });
      },
      acceptLoginRequest: answered,
      rejectLoginRequest: answered,
      acceptConsentRequest: answered,
      rejectConsentRequest: answered,
      acceptLogoutRequest: answered,
      acceptUserCode: answered,
      rejectLogoutRequest: async ({ challenge }) => {
        known(challenge);
        return {};
      },
    },
  });
});
afterAll(() => admin.stop());

const base = '/admin/oauth2/auth/requests';

describe('requests', () => {
  test('login', async () => {
    const answer = await admin.call('GET', `${base}/login?login_challenge=c`);
    expect([answer.status, answer.json]).toEqual([
      200,
      {
        challenge: 'c',
        requested_scope: ['openid'],
        requested_access_token_audience: [],
        skip: false,
        subject: '',
        oidc_context: { login_hint: 'bob', id_token_hint_claims: { sub: 'b' } },
        client: expect.objectContaining({ client_id: 'rp', redirect_uris: [], metadata: {} }),
        request_url: 'https://as.test/oauth2/auth?a=b',
        session_id: 'sid',
      },
    ]);
    expect(answer.headers.get('cache-control')).toContain('no-store');
  });

  test('consent', async () => {
    const answer = await admin.call('GET', `/oauth2/auth/requests/consent?consent_challenge=c`);
    expect(answer.json).toEqual({
      challenge: 'c',
      consent_request_id: '0d6bbd2a54a04d1c9d3b6c6f1c1a7f42',
      requested_scope: ['openid'],
      requested_access_token_audience: ['api'],
      skip: true,
      subject: 'bob',
      oidc_context: null,
      client: expect.objectContaining({ client_id: 'rp' }),
      request_url: 'url',
      login_challenge: 'flow',
      login_session_id: 'sid',
      acr: '1',
      amr: ['pwd'],
      context: { any: ['thing'] },
    });
    expect((await admin.call('GET', `${base}/consent?challenge=bare`)).json).toMatchObject({ context: null });
  });

  test('logout', async () => {
    expect((await admin.call('GET', `${base}/logout?logout_challenge=c`)).json).toEqual({
      challenge: 'c',
      subject: 'bob',
      sid: 'sid',
      request_url: '/oauth2/sessions/logout',
      rp_initiated: true,
      expires_at: '1970-01-01T00:30:00Z',
      requested_at: '1970-01-01T00:00:00Z',
      client: expect.objectContaining({ client_id: 'rp' }),
    });
    const bare = (await admin.call('GET', `${base}/logout?challenge=bare`)).json;
    expect(bare).toMatchObject({ client: null, rp_initiated: false });
    expect(bare).not.toHaveProperty('sid');
  });

  const every = ['login', 'consent', 'logout'].flatMap((kind) =>
    [
      ['GET', ''],
      ['PUT', '/accept'],
      ['PUT', '/reject'],
    ].map(([method = '', action = '']) => [method, kind, action] as const),
  );

  test.each(every)('%s %s%s: handled, unknown, expired, missing', async (method, kind, action) => {
    const ask = (challenge: string) =>
      admin.call(
        method,
        `${base}/${kind}${action}?${kind}_challenge=${challenge}`,
        method === 'PUT' ? { subject: 's' } : undefined,
      );
    const handled = await ask('handled');
    expect([handled.status, handled.json]).toEqual([
      410,
      { redirect_to: 'https://as.test/on', error_id: expect.any(String) },
    ]);
    expect([(await ask('garbage')).status, (await ask('expired')).status]).toEqual([404, 401]);
    const missing = await ask('');
    expect([missing.status, missing.json]).toEqual(
      kind === 'logout'
        ? [
            404,
            {
              error: 'Not Found',
              error_description: 'Unable to locate the requested resource.',
              error_id: expect.any(String),
            },
          ]
        : [400, expect.objectContaining({ error: 'invalid_request' })],
    );
  });
});

describe('answers', () => {
  const put = (path: string, body?: unknown) => admin.call('PUT', `${base}/${path}`, body);

  test('an accepted login', async () => {
    const body = {
      subject: 'bob',
      remember: true,
      remember_for: 60,
      extend_session_lifespan: true,
      acr: '2',
      amr: ['a'],
      context: { __x: [1] },
      force_subject_identifier: 'f',
      identity_provider_session_id: 'k',
      unknown: 1,
    };
    const answer = await put('login/accept?login_challenge=c', body);
    expect([answer.status, answer.json]).toEqual([200, { redirect_to: 'https://as.test/next' }]);
    expect(asked).toEqual({
      challenge: 'c',
      subject: 'bob',
      remember: true,
      rememberForSeconds: 60,
      extendSessionLifespan: true,
      acr: '2',
      amr: ['a'],
      contextJson: Buffer.from('{"__x":[1]}'),
      forceSubjectIdentifier: 'f',
      identityProviderSessionId: 'k',
    });
  });

  test('an accepted consent', async () => {
    const body = {
      grant_scope: ['openid'],
      grant_access_token_audience: ['api'],
      remember: true,
      remember_for: 0,
      handled_at: 'ignored',
      session: { access_token: { a: 1 }, id_token: { b: 2 } },
      context: 'text',
    };
    expect((await put('consent/accept?challenge=c', body)).status).toBe(200);
    expect(asked).toEqual({
      challenge: 'c',
      grantedScopes: ['openid'],
      grantedAudience: ['api'],
      accessTokenClaimsJson: Buffer.from('{"a":1}'),
      idTokenClaimsJson: Buffer.from('{"b":2}'),
      remember: true,
      rememberForSeconds: 0,
      contextJson: Buffer.from('"text"'),
    });
    expect((await put('consent/accept?challenge=c', {})).status).toBe(200);
    expect(asked).toMatchObject({
      accessTokenClaimsJson: Buffer.alloc(0),
      contextJson: Buffer.alloc(0),
      grantedScopes: [],
    });
  });

  test.each(['login', 'consent'])('a rejected %s', async (kind) => {
    const body = { error: 'nope', error_description: 'd', error_hint: 'h', error_debug: 'g', status_code: 403 };
    expect((await put(`${kind}/reject?${kind}_challenge=c`, body)).status).toBe(200);
    expect(asked).toEqual({
      challenge: 'c',
      rejection: { error: 'nope', errorDescription: 'd', errorHint: 'h', errorDebug: 'g', statusCode: 403 },
    });
  });

  test('logout takes any body', async () => {
    expect((await put('logout/accept?logout_challenge=c')).json).toEqual({ redirect_to: 'https://as.test/next' });
    const rejected = await put('logout/reject?logout_challenge=c', '{');
    expect([rejected.status, rejected.text]).toEqual([204, '']);
  });

  test.each([
    ['', undefined],
    ['&revoke_tokens=true', true],
    ['&revoke_tokens=false', false],
  ])('logout may say what becomes of tokens: %j', async (query, revokeTokens) => {
    expect((await put(`logout/accept?logout_challenge=c${query}`)).status).toBe(200);
    expect(asked).toEqual({ challenge: 'c', ...(revokeTokens !== undefined && { revokeTokens }) });
    expect((await put('logout/accept?logout_challenge=c&revoke_tokens=yes')).status).toBe(400);
  });

  test('context keeps members that look like prototypes, and harms nobody', async () => {
    await put('login/accept?login_challenge=c', '{"subject":"s","context":{"__proto__":{"polluted":1}}}');
    expect((asked as { contextJson: Buffer }).contextJson.toString()).toBe('{"__proto__":{"polluted":1}}');
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  test.each<[string, unknown]>([
    ['login/accept', undefined],
    ['login/accept', '{'],
    ['login/accept', []],
    ['login/accept', { subject: 1 }],
    ['login/accept', { remember: 'yes' }],
    ['login/accept', { remember_for: '60' }],
    ['login/accept', { remember_for: 1.5 }],
    ['login/accept', { remember_for: 1e12 }],
    ['login/accept', { amr: 'pwd' }],
    ['login/reject', undefined],
    ['login/reject', { error: 1 }],
    ['consent/accept', undefined],
    ['consent/accept', { grant_scope: 'openid' }],
    ['consent/accept', { session: [] }],
    ['consent/accept', { session: { id_token: 'x' } }],
    ['consent/accept', { session: { access_token: [] } }],
    ['consent/reject', '{'],
  ])('%s with %j is 400', async (path, body) => {
    const answer = await put(`${path}?challenge=c`, body);
    expect([answer.status, answer.json]).toEqual([400, expect.objectContaining({ error: 'invalid_request' })]);
  });

  test('other methods are not there', async () => {
    expect((await admin.call('POST', `${base}/login/accept?login_challenge=c`, {})).status).toBe(405);
  });
});

describe('a typed user code', () => {
  const accept = (query: string, body: unknown) => admin.call('PUT', `${base}/device/accept${query}`, body);

  test('is passed on as it was typed', async () => {
    const answer = await accept('?device_challenge=c', { user_code: 'bcdf-2345', more: 1 });
    expect([answer.status, answer.json]).toEqual([200, { redirect_to: 'https://as.test/next' }]);
    expect(asked).toEqual({ challenge: 'c', userCode: 'bcdf-2345' });
  });

  test.each<[string, string, unknown, number, string]>([
    ['no challenge', '', { user_code: 'X' }, 400, 'invalid_request'],
    ['the alias that other challenges have', '?challenge=c', { user_code: 'X' }, 400, 'invalid_request'],
    ['a code that is no text', '?device_challenge=c', { user_code: 1 }, 400, 'invalid_request'],
    ['a body that is no object', '?device_challenge=c', [], 400, 'invalid_request'],
    ['garbage', '?device_challenge=garbage', { user_code: 'X' }, 404, 'Not Found'],
    ['too late', '?device_challenge=expired', { user_code: 'X' }, 401, 'request_unauthorized'],
  ])('%s', async (_name, query, body, status, error) => {
    const answer = await accept(query, body);
    expect([answer.status, answer.json]).toEqual([status, expect.objectContaining({ error })]);
  });
});
