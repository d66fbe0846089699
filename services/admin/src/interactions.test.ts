// Login, consent and logout requests, introspection and operations over real HTTP and gRPC.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { OAuthError } from '@cardea/oauth';
import { clientV1, interactionV1, introspectionV1 } from '@cardea/rpc';
import type { StartedAdmin } from './admin.fixture.js';
import { startAdmin } from './admin.fixture.js';

let admin: StartedAdmin;
let asked: unknown;
let introspected: introspectionV1.IntrospectRequest | undefined;

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
          consentRequestId: 'crid',
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
      rejectLogoutRequest: async ({ challenge }) => {
        known(challenge);
        return {};
      },
    },
    introspection: {
      introspect: async (request) => {
        introspected = request;
        if (request.token === 'down') throw new OAuthError('temporarily_unavailable');
        if (request.token === 'dead') return introspectionV1.IntrospectResponse.create({ active: false });
        return introspectionV1.IntrospectResponse.create({
          active: true,
          clientId: 'rp',
          subject: 'bob',
          issuedAt: 100,
          notBefore: 100,
          issuer: 'https://as.test',
          tokenUse: 'access_token',
          ...(request.token === 'full'
            ? {
                scope: 'a b',
                obfuscatedSubject: 'hidden',
                expiresAt: 200,
                audience: ['api'],
                acr: '1',
                authTime: 50,
                extraJson: Buffer.from('{"tier":"gold","n":9007199254740993}'),
                confirmationJson: Buffer.from('{"jkt":"x"}'),
              }
            : {}),
        });
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
      consent_request_id: 'crid',
      requested_scope: ['openid'],
      requested_access_token_audience: ['api'],
      skip: true,
      subject: 'bob',
      oidc_context: {},
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
    expect((await admin.call('POST', `${base}/login/accept?login_challenge=c`, {})).status).toBe(404);
  });
});

describe('introspection', () => {
  const ask = (form: Record<string, string> | string) =>
    admin.call('POST', '/admin/oauth2/introspect', new URLSearchParams(form));

  test('a live token, whole and small', async () => {
    const full = await ask({ token: 'full', scope: ' a  b', token_type_hint: 'access_token' });
    expect(introspected).toEqual({ token: 'full', tokenTypeHint: 'access_token', requiredScopes: ['a', 'b'] });
    expect([full.status, full.json]).toEqual([
      200,
      {
        active: true,
        scope: 'a b',
        client_id: 'rp',
        sub: 'bob',
        obfuscated_subject: 'hidden',
        exp: 200,
        iat: 100,
        nbf: 100,
        aud: ['api'],
        iss: 'https://as.test',
        token_type: 'Bearer',
        token_use: 'access_token',
        acr: '1',
        auth_time: 50,
        ext: expect.objectContaining({ tier: 'gold' }),
        cnf: { jkt: 'x' },
      },
    ]);
    // Numbers beyond what JavaScript counts exactly pass through.
    expect(full.text).toContain('9007199254740993');
    expect(full.headers.get('cache-control')).toBe('no-store');
    expect((await ask({ token: 'small' })).json).toEqual({
      active: true,
      client_id: 'rp',
      sub: 'bob',
      iat: 100,
      nbf: 100,
      aud: [],
      iss: 'https://as.test',
      token_type: 'Bearer',
      token_use: 'access_token',
    });
  });

  test.each<[string, string]>([
    ['a dead token', 'token=dead'],
    ['no token', 'scope=a'],
    ['an empty token', 'token='],
  ])('%s is inactive and nothing else', async (_name, form) => {
    const answer = await ask(form);
    expect([answer.status, answer.text, answer.headers.get('pragma')]).toEqual([200, '{"active":false}', 'no-cache']);
  });

  test('what nobody knows is 503, not inactive', async () => {
    const answer = await ask({ token: 'down' });
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1']);
    expect(answer.text).not.toContain('active');
  });

  test.each<[string, unknown]>([
    ['nothing', new URLSearchParams()],
    ['JSON', { token: 'full' }],
    ['a repeated token', new URLSearchParams('token=a&token=b')],
  ])('%s is 400', async (_name, body) => {
    expect((await admin.call('POST', '/admin/oauth2/introspect', body)).status).toBe(400);
  });

  test('GET is not there, and a query is not a form', async () => {
    expect((await admin.call('GET', '/admin/oauth2/introspect?token=full')).status).toBe(404);
    expect((await admin.call('POST', '/admin/oauth2/introspect?token=full')).status).toBe(400);
  });
});

describe('operations', () => {
  test.each(['', '/admin'])('health, version and metrics under "%s"', async (prefix) => {
    expect((await admin.call('GET', `${prefix}/health/alive`)).json).toEqual({ status: 'ok' });
    expect((await admin.call('GET', `${prefix}/health/ready`)).json).toEqual({ status: 'ok' });
    expect((await admin.call('GET', `${prefix}/version`)).json).toEqual({
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
    });
    const metrics = await admin.call('GET', `${prefix}/metrics/prometheus`);
    expect(metrics.headers.get('content-type')).toContain('text/plain');
    expect(metrics.text).toContain('http_requests_total');
  });

  test('it does not start where others can reach it', async () => {
    await expect(startAdmin({}, { SERVE_ADMIN_HOST: '0.0.0.0' })).rejects.toThrow(/serve\.admin\.authentication/);
  });
});
