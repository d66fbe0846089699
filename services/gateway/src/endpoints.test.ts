// Token, revocation, userinfo and the public documents over real HTTP and gRPC.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { OAuthError } from '@cardea/oauth';
import type { tokenV1 } from '@cardea/rpc';
import type { StartedGateway } from './gateway.fixture.js';
import { startGateway } from './gateway.fixture.js';

let gateway: StartedGateway;
const asked: tokenV1.IssueTokenRequest[] = [];
const revoked: tokenV1.RevokeTokenRequest[] = [];
const keys = '{"keys":[{"kid":"one"}]}';

beforeAll(async () => {
  gateway = await startGateway(
    {
      token: {
        issueToken: (request) => {
          asked.push(request);
          const grant = request.parameters.find(({ name }) => name === 'grant_type')?.value;
          if (grant === 'refused') throw new OAuthError('invalid_client');
          if (grant === 'down')
            throw new OAuthError('temporarily_unavailable', undefined, { errorId: 'id-from-token' });
          const full = grant === 'full';
          return Promise.resolve({
            accessToken: 'at',
            tokenType: 'bearer',
            expiresInSeconds: 3600,
            refreshToken: full ? 'rt' : '',
            idToken: full ? 'it' : '',
            scope: full ? 'openid' : '',
            credentialNonce: '',
            credentialNonceExpiresInSeconds: 0,
          });
        },
        revokeToken: (request) => {
          revoked.push(request);
          return Promise.resolve({});
        },
        getUserinfo: ({ accessToken }) => {
          if (accessToken === 'narrow') throw new OAuthError('insufficient_scope');
          if (accessToken === 'signed') return Promise.resolve({ claimsJson: Buffer.alloc(0), jwt: 'a.b.c' });
          if (accessToken !== 'good') throw new OAuthError('invalid_token');
          return Promise.resolve({ claimsJson: Buffer.from('{"sub":"ä"}'), jwt: '' });
        },
        getJsonWebKeySet: () => Promise.resolve({ document: Buffer.from(keys) }),
        getProviderMetadata: () => Promise.resolve({ document: Buffer.from('{"issuer":"https://as.test/tenant"}') }),
      },
    },
    { URLS_SELF_ISSUER: 'https://as.test/tenant' },
  );
});
afterAll(() => gateway.stop());

const post = async (path: string, body: Record<string, string> | string, headers: Record<string, string> = {}) => {
  const response = await fetch(gateway.url + path, { method: 'POST', body: new URLSearchParams(body), headers });
  return { status: response.status, headers: response.headers, text: await response.text() };
};

describe('the token endpoint', () => {
  test('hands over header and parameters in order, and answers what came back', async () => {
    const answer = await post('/oauth2/token', { grant_type: 'full', code: 'ö' }, { authorization: 'Basic abc' });
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.text)).toEqual({
      access_token: 'at',
      expires_in: 3600,
      id_token: 'it',
      refresh_token: 'rt',
      scope: 'openid',
      token_type: 'bearer',
    });
    expect(answer.headers.get('content-type')).toBe('application/json;charset=UTF-8');
    expect([answer.headers.get('cache-control'), answer.headers.get('pragma')]).toEqual(['no-store', 'no-cache']);
    expect(asked.at(-1)).toMatchObject({
      authorization: 'Basic abc',
      parameters: [
        { name: 'grant_type', value: 'full' },
        { name: 'code', value: 'ö' },
      ],
      requestId: expect.stringMatching(/^\w{16,}$/),
    });
  });

  test('always says the scope, and only what was issued', async () => {
    const answer = await post('/oauth2/token/', { grant_type: 'small' });
    expect(JSON.parse(answer.text)).toEqual({ access_token: 'at', expires_in: 3600, scope: '', token_type: 'bearer' });
  });

  test.each<[string, string, number, string]>([
    ['a repeated parameter', 'grant_type=full&grant_type=full', 400, 'invalid_request'],
    ['a refusal', 'grant_type=refused', 401, 'invalid_client'],
    ['an outage', 'grant_type=down', 503, 'temporarily_unavailable'],
  ])('%s', async (_name, body, status, error) => {
    const answer = await post('/oauth2/token', body, { authorization: 'Basic abc' });
    expect([answer.status, (JSON.parse(answer.text) as { error: string }).error]).toEqual([status, error]);
    expect(answer.headers.get('www-authenticate')).toBe(
      status === 401 ? 'Basic realm="cardea", charset="UTF-8"' : null,
    );
    if (status === 503) expect(JSON.parse(answer.text)).toMatchObject({ error_id: 'id-from-token' });
  });

  test('takes audience more than once', async () => {
    expect((await post('/oauth2/token', 'grant_type=small&audience=a&audience=b')).status).toBe(200);
  });

  test.each(['GET', 'PUT', 'DELETE', 'HEAD'])('does not take %s', async (method) => {
    const answer = await fetch(`${gateway.url}/oauth2/token`, { method });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST']);
  });
});

describe('revocation', () => {
  test('is an empty 200', async () => {
    const answer = await post('/oauth2/revoke', { token: 't' }, { authorization: 'Basic abc' });
    expect([answer.status, answer.text, answer.headers.get('cache-control')]).toEqual([200, '', 'no-store']);
    expect(revoked.at(-1)).toMatchObject({ authorization: 'Basic abc', parameters: [{ name: 'token', value: 't' }] });
  });
});

describe('userinfo', () => {
  const ask = async (init: RequestInit, query = '') => {
    const answer = await fetch(`${gateway.url}/userinfo${query}`, init);
    return [answer.status, answer.headers.get('www-authenticate'), await answer.text()] as const;
  };
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

  test('answers by header and by form, plain and signed', async () => {
    expect(await ask({ headers: bearer('good') })).toEqual([200, null, '{"sub":"ä"}']);
    expect(await ask({ headers: { authorization: 'bearer good' }, method: 'POST' })).toEqual([
      200,
      null,
      '{"sub":"ä"}',
    ]);
    expect(await ask({ method: 'POST', body: new URLSearchParams({ access_token: 'good' }) })).toEqual([
      200,
      null,
      '{"sub":"ä"}',
    ]);
    const signed = await fetch(`${gateway.url}/userinfo`, { headers: bearer('signed') });
    expect([signed.headers.get('content-type'), await signed.text()]).toEqual(['application/jwt', 'a.b.c']);
  });

  const both = { method: 'POST', headers: bearer('good'), body: new URLSearchParams({ access_token: 'good' }) };
  test.each<[string, RequestInit, string, number, RegExp]>([
    ['nothing', {}, '', 401, /^Bearer realm="cardea"$/],
    ['another scheme', { headers: { authorization: 'Basic abc' } }, '', 401, /^Bearer realm="cardea"$/],
    ['an empty token', { headers: { authorization: 'Bearer ' } }, '', 401, /^Bearer realm="cardea"$/],
    ['a token in the query', {}, '?access_token=good', 401, /^Bearer realm="cardea"$/],
    ['a bad token', { headers: bearer('bad') }, '', 401, /error="invalid_token",error_description="/],
    ['too narrow a token', { headers: bearer('narrow') }, '', 403, /error="insufficient_scope".*scope="openid"/],
    ['two tokens', both, '', 400, /error="invalid_request"/],
    ['header and query', { headers: bearer('good') }, '?access_token=good', 400, /error="invalid_request"/],
  ])('A22: refuses %s', async (_name, init, query, status, challenge) => {
    const answer = await ask(init, query);
    expect([answer[0], answer[1]]).toEqual([status, expect.stringMatching(challenge)]);
    expect(JSON.parse(answer[2])).toHaveProperty('error_id');
  });
});

describe('the public documents', () => {
  test.each([
    '/.well-known/openid-configuration',
    '/.well-known/oauth-authorization-server',
    '/.well-known/openid-configuration/tenant',
    '/.well-known/oauth-authorization-server/tenant',
    '/tenant/.well-known/openid-configuration',
  ])('%s is the metadata', async (path) => {
    const answer = await fetch(gateway.url + path);
    expect([answer.status, await answer.json()]).toEqual([200, { issuer: 'https://as.test/tenant' }]);
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
    expect(answer.headers.get('cache-control')).toBe('public, max-age=300');
  });

  test.each(['/.well-known/openid-configuration/other', '/other/.well-known/openid-configuration'])(
    '%s is not',
    async (path) => {
      expect((await fetch(gateway.url + path)).status).toBe(404);
    },
  );

  test('the JWKS has a strong tag, and answers 304 to who knows it', async () => {
    const first = await fetch(`${gateway.url}/.well-known/jwks.json`);
    const etag = first.headers.get('etag') ?? '';
    expect(await first.text()).toBe(keys);
    expect(etag).toMatch(/^"[\w-]+"$/);
    for (const known of [etag, `W/${etag}`, `"x", ${etag}`, '*']) {
      const again = await fetch(`${gateway.url}/.well-known/jwks.json`, { headers: { 'if-none-match': known } });
      expect([again.status, await again.text(), again.headers.get('etag')]).toEqual([304, '', etag]);
    }
    const other = await fetch(`${gateway.url}/.well-known/jwks.json`, { headers: { 'if-none-match': '"x"' } });
    expect(other.status).toBe(200);
  });

  test('browsers may read them from anywhere', async () => {
    const answer = await fetch(`${gateway.url}/.well-known/jwks.json`, { method: 'OPTIONS' });
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([204, '*']);
  });
});

test('health says little', async () => {
  expect(await (await fetch(`${gateway.url}/health/alive`)).json()).toEqual({ status: 'ok' });
  expect(await (await fetch(`${gateway.url}/health/ready`)).json()).toEqual({ status: 'ok' });
});

test('without a token service it is alive, not ready, and says 503', async () => {
  const alone = await startGatewayAlone();
  try {
    const statusOf = async (path: string) => (await fetch(alone.url + path)).status;
    expect(await statusOf('/health/alive')).toBe(200);
    expect(await statusOf('/health/ready')).toBe(503);
    expect(await statusOf('/.well-known/jwks.json')).toBe(503);
    const issued = await fetch(`${alone.url}/oauth2/token`, {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'a' }),
    });
    expect([issued.status, ((await issued.json()) as { error: string }).error]).toEqual([
      503,
      'temporarily_unavailable',
    ]);
    expect(issued.headers.get('retry-after')).toBe('1');
  } finally {
    await alone.stop();
  }
}, 20_000);

async function startGatewayAlone() {
  const { loadConfig, startService } = await import('@cardea/service');
  const { service } = await import('./service.js');
  let url = '';
  const quiet = () => undefined;
  const config = loadConfig({
    env: {
      SERVE_PUBLIC_PORT: '0',
      SERVE_MANAGEMENT_GATEWAY: '0',
      URLS_SELF_ISSUER: 'https://as.test',
      PEERS_TOKEN_ADDRESSES: '127.0.0.1:1',
    },
  });
  const running = await startService(service, config, {
    log: {
      debug: quiet,
      warn: quiet,
      error: quiet,
      info: (fields) => void ('url' in fields && (url = String(fields.url))),
    },
  });
  return { url, stop: () => running.stop() };
}
