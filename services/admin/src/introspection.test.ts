// Introspection and operations over real HTTP and gRPC (RFC 7662).
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { OAuthError } from '@cardea/oauth';
import { introspectionV1 } from '@cardea/rpc';
import type { StartedAdmin } from './admin.fixture.js';
import { startAdmin } from './admin.fixture.js';

let admin: StartedAdmin;
let introspected: introspectionV1.IntrospectRequest | undefined;

beforeAll(async () => {
  admin = await startAdmin({
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
  ])('A20: %s is inactive and nothing else', async (_name, form) => {
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
  ])('A20: %s is 400', async (_name, body) => {
    expect((await admin.call('POST', '/admin/oauth2/introspect', body)).status).toBe(400);
  });

  test('GET is not there, and a query is not a form', async () => {
    expect((await admin.call('GET', '/admin/oauth2/introspect?token=full')).status).toBe(405);
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
