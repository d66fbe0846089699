// Who may use the admin API, and for what: every method of proof, every role, and refusals that tell nothing (security §2.5).
import { selfSigned } from '@cardea/http';
import { clientV1 } from '@cardea/rpc';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { generateKeyPairSync, sign } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { request as requestTls } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { StandIn, StartedAdmin } from '../admin.fixture.js';
import { startAdmin } from '../admin.fixture.js';
import { makeApiKey } from './api-keys.js';
import { createIssuerKeys } from './issuer-keys.js';
import { rolesFor } from './roles.js';

const directory = mkdtempSync(path.join(tmpdir(), 'cardea-admin-'));
const inFile = (name: string, text: string) => {
  writeFileSync(path.join(directory, name), text);
  return path.join(directory, name);
};

const standIn: StandIn = {
  clients: {
    getClient: async ({ clientId }) => ({ client: clientV1.Client.create({ clientId }), version: 1 }),
    listClients: async () => ({ clients: [], nextPageToken: '', firstPageToken: '' }),
  },
  keys: {
    getJsonWebKeys: async () => ({ jwksJson: [] }),
    deleteJsonWebKeys: async () => ({}),
  },
};

describe('without a method everybody on the machine may do everything', () => {
  let admin: StartedAdmin;
  beforeAll(async () => void (admin = await startAdmin(standIn)));
  afterAll(() => admin.stop());
  test('and no credential is looked at', async () => {
    expect((await admin.call('GET', '/admin/clients/a', undefined, { authorization: 'Bearer x' })).status).toBe(200);
  });
});

describe('API keys', () => {
  const made = Object.fromEntries(
    ['login-ui', 'introspector', 'operator', 'key-operator', 'auditor'].map((role, index) => [
      role,
      makeApiKey(Buffer.alloc(32, index + 1)),
    ]),
  );
  let admin: StartedAdmin;
  beforeAll(async () => {
    const keys = Object.entries(made).map(([role, { hash }]) => ({ name: `key of ${role}`, hash, roles: [role] }));
    admin = await startAdmin(standIn, { SERVE_ADMIN_AUTHENTICATION_API_KEYS: JSON.stringify(keys) });
  });
  afterAll(() => admin.stop());
  const as = (role: string) => ({ authorization: `Bearer ${made[role]!.key}` });

  test.each([
    ['nothing', {}],
    ['another key', { authorization: `Bearer ${makeApiKey(Buffer.alloc(32, 99)).key}` }],
    ['the hash of a key', { authorization: `Bearer ${made['operator']!.hash}` }],
    ['a key that is cut', { authorization: `Bearer ${made['operator']!.key.slice(0, -1)}` }],
    ['a key as Basic', { authorization: `Basic ${Buffer.from(`x:${made['operator']!.key}`).toString('base64')}` }],
    ['two words', { authorization: `Bearer ${made['operator']!.key} x` }],
  ])('%s is 401, the same for what exists and what does not', async (_what, headers) => {
    const answers = await Promise.all(
      ['/admin/clients/a', '/clients/a', '/admin/nothing/here', '/admin/keys/x'].map((at) =>
        admin.call('GET', at, undefined, headers),
      ),
    );
    for (const { status, json, headers: said } of answers) {
      expect(status).toBe(401);
      expect(said.get('www-authenticate')).toBe('Bearer realm="cardea admin"');
      expect(json).toEqual({
        error: 'request_unauthorized',
        error_description: 'Send a credential of this admin API as a bearer token.',
        error_id: expect.any(String),
      });
    }
  });

  test('I06: health tells nobody more than that something is wrong', async () => {
    const away = { PEERS_TOKEN_ADDRESSES: '127.0.0.1:1' };
    const keys = JSON.stringify([{ name: 'a', hash: made['auditor']!.hash, roles: ['auditor'] }]);
    const reachable = await startAdmin(standIn, { ...away, SERVE_ADMIN_AUTHENTICATION_API_KEYS: keys });
    const local = await startAdmin(standIn, away);
    try {
      const [hidden, shown] = [await reachable.call('GET', '/health/ready'), await local.call('GET', '/health/ready')];
      expect([hidden.status, hidden.json]).toEqual([503, { errors: { token: 'not ready' } }]);
      expect([shown.status, shown.json]).toEqual([503, { errors: { token: 'the token service is not ready' } }]);
    } finally {
      await reachable.stop();
      await local.stop();
    }
  });

  test('health asks nobody', async () => {
    expect((await admin.call('GET', '/health/alive')).status).toBe(200);
    expect((await admin.call('GET', '/admin/health/ready')).status).not.toBe(401);
    expect((await admin.call('GET', '/admin/version')).status).toBe(401);
    expect((await admin.call('GET', '/admin/metrics/prometheus')).status).toBe(401);
  });

  test('the wrong role is 403 and learns nothing', async () => {
    const [there, not] = await Promise.all(
      ['/admin/clients/a', '/admin/clients/b'].map((at) => admin.call('GET', at, undefined, as('login-ui'))),
    );
    for (const answer of [there!, not!]) {
      expect(answer.status).toBe(403);
      expect(answer.json).toMatchObject({ error: 'request_forbidden' });
    }
    expect((await admin.call('GET', '/admin/clients/a', undefined, as('operator'))).status).toBe(200);
    expect((await admin.call('DELETE', '/admin/clients/a', undefined, as('auditor'))).status).toBe(403);
    expect((await admin.call('GET', '/admin/clients', undefined, as('auditor'))).status).toBe(200);
    // The prefix may be left out; what is behind it is guarded all the same, and spelling does not help.
    for (const at of [
      '/clients/a',
      '/clients/a/',
      '//admin/clients/a',
      '/admin//clients/a',
      '/admin/clients/%61',
      '/ADMIN/clients/a',
    ])
      expect([403, 404]).toContain((await admin.call('DELETE', at, undefined, as('auditor'))).status);
  });

  test('what is judged is what is routed: no character makes one path pass for another', async () => {
    // Not by fetch, which would mend the path.
    const status = (method: string, at: string, role: string) =>
      new Promise((resolve, reject) => {
        const { hostname, port } = new URL(admin.url);
        request({ method, hostname, port, path: at, headers: as(role) }, (response) => {
          response.resume().on('end', () => resolve(response.statusCode));
        })
          .on('error', reject)
          .end();
      });
    expect(await status('DELETE', '/admin/keys/set', 'key-operator')).toBe(204);
    const spellings = ['\\set#', '\\set?#', '\\set?\xa0', '\\set\xa0', '/set#', '#'];
    for (const spelling of spellings) {
      for (const at of [`/admin/keys${spelling}`, `/keys${spelling}`])
        expect(`${at} ${String(await status('DELETE', at, 'operator'))}`).toMatch(/ 40[034]$/);
    }
  });
});

test.each([
  ['GET', '/admin/oauth2/auth/requests/login', ['login-ui']],
  ['PUT', '/admin/oauth2/auth/requests/consent/accept', ['login-ui']],
  ['PUT', '/admin/oauth2/auth/requests/device/accept', ['login-ui']],
  ['POST', '/admin/oauth2/introspect', ['introspector']],
  ['GET', '/admin/keys/set', ['key-operator']],
  ['DELETE', '/admin/keys/set/kid', ['key-operator']],
  ['POST', '/admin/clients', ['operator', 'client-operator']],
  ['GET', '/admin/clients', ['operator', 'client-operator', 'auditor']],
  ['PUT', '/admin/clients/shop/lifespans', ['operator', 'client-operator']],
  ['GET', '/admin/clientsmith', ['operator', 'auditor']],
  ['DELETE', '/admin/oauth2/tokens', ['operator']],
  ['DELETE', '/admin/oauth2/auth/sessions/login', ['operator']],
  ['POST', '/admin/trust/grants/jwt-bearer/issuers', ['operator']],
  ['GET', '/admin/audit-events', ['auditor']],
  ['GET', '/admin/metrics/prometheus', ['operator', 'auditor']],
  ['GET', '/admin/version', ['login-ui', 'introspector', 'operator', 'client-operator', 'key-operator', 'auditor']],
  ['POST', '/admin/something-new', ['operator']],
  ['PUT', '/admin/keysmith', ['operator']],
])('%s %s is for %j', (method, at, roles) => {
  expect(rolesFor(method, at)).toEqual(roles);
});

describe('JWTs of an issuer', () => {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const other = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwk = (key: typeof pair, kid: string) => ({ ...key.publicKey.export({ format: 'jwk' }), kid, use: 'sig' });
  const subject = 'system:serviceaccount:login:app';
  const seconds = () => Math.floor(Date.now() / 1000);
  const good = () => ({ iss: 'https://k8s.test', aud: ['cardea'], sub: subject, exp: seconds() + 60 });
  const token = (claims: object, header: object = { alg: 'ES256', kid: 'one' }, key = pair) => {
    const text = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const input = `${text(header)}.${text(claims)}`;
    const mark = sign('sha256', Buffer.from(input), { key: key.privateKey, dsaEncoding: 'ieee-p1363' });
    return `${input}.${mark.toString('base64url')}`;
  };
  const env = (source: Record<string, string>) => ({
    SERVE_ADMIN_AUTHENTICATION_JWT_ISSUER: 'https://k8s.test',
    SERVE_ADMIN_AUTHENTICATION_JWT_AUDIENCE: 'cardea',
    SERVE_ADMIN_AUTHENTICATION_JWT_SUBJECTS: JSON.stringify([{ subject, roles: ['operator'] }]),
    ...source,
  });
  let admin: StartedAdmin;
  beforeAll(async () => {
    const file = inFile('jwks.json', JSON.stringify({ keys: [jwk(other, 'old'), jwk(pair, 'one')] }));
    admin = await startAdmin(standIn, env({ SERVE_ADMIN_AUTHENTICATION_JWT_JWKS_FILE: file }));
  });
  afterAll(() => admin.stop());
  const status = async (bearer: string, at: StartedAdmin = admin) =>
    (await at.call('GET', '/admin/clients', undefined, { authorization: `Bearer ${bearer}` })).status;

  test('of a known subject, in time and for us', async () => {
    expect(await status(token(good()))).toBe(200);
    expect(await status(token({ ...good(), aud: 'cardea' }, { alg: 'ES256', kid: 'one', typ: 'JWT' }))).toBe(200);
    expect(await status(token(good(), { alg: 'ES256' }))).toBe(200);
  });
  test.each<[string, () => string]>([
    ['another issuer', () => token({ ...good(), iss: 'https://evil.test' })],
    ['another audience', () => token({ ...good(), aud: 'api' })],
    ['no audience', () => token({ ...good(), aud: undefined })],
    ['an unknown subject', () => token({ ...good(), sub: 'system:serviceaccount:x:y' })],
    ['expired', () => token({ ...good(), exp: seconds() - 60 })],
    ['no end', () => token({ ...good(), exp: undefined })],
    ['not yet good', () => token({ ...good(), nbf: seconds() + 600 })],
    ['another key', () => token(good(), { alg: 'ES256', kid: 'one' }, other)],
    ['an unknown key', () => token(good(), { alg: 'ES256', kid: 'two' })],
    ['alg none', () => `${token(good(), { alg: 'none' }).split('.').slice(0, 2).join('.')}.`],
    ['alg HS256', () => token(good(), { alg: 'HS256', kid: 'one' })],
    ['a logout token', () => token(good(), { alg: 'ES256', kid: 'one', typ: 'logout+jwt' })],
    [
      'a changed claim',
      () =>
        token(good()).replace(
          /\.[^.]+\./,
          `.${Buffer.from(JSON.stringify({ ...good(), x: 1 })).toString('base64url')}.`,
        ),
    ],
    ['no JWT', () => 'nothing'],
  ])('%s is 401', async (_what, make) => {
    expect(await status(make())).toBe(401);
  });

  describe('keys from a URL', () => {
    let shown: string | undefined;
    let asked = 0;
    let answer = 200;
    let url = '';
    const publisher = createServer((request, response) => {
      asked++;
      shown = request.headers.authorization;
      response.writeHead(answer).end(JSON.stringify({ keys: [jwk(pair, 'one')] }));
    });
    beforeAll(async () => {
      await new Promise<void>((resolve) => publisher.listen(0, '127.0.0.1', resolve));
      url = `http://127.0.0.1:${String((publisher.address() as AddressInfo).port)}/keys`;
    });
    afterAll(() => void publisher.close());

    test('are fetched for a token that could be good, and once for many', async () => {
      asked = 0;
      const remote = await startAdmin(standIn, env({ SERVE_ADMIN_AUTHENTICATION_JWT_JWKS_URL: url }));
      try {
        expect(await status(token({ ...good(), iss: 'made up' }), remote)).toBe(401);
        expect(asked).toBe(0);
        for (let round = 0; round < 3; round++) expect(await status(token(good()), remote)).toBe(200);
        for (let round = 0; round < 3; round++)
          expect(await status(token(good(), { alg: 'ES256', kid: 'two' }), remote)).toBe(401);
        expect(asked).toBe(1);
      } finally {
        await remote.stop();
      }
    });

    test('stay while their publisher is away, and without any nobody can say', async () => {
      let now = 0;
      const keys = createIssuerKeys({ source: { url, ca: undefined, tokenFile: undefined }, now: () => now });
      answer = 500;
      await expect(keys.list(false)).rejects.toMatchObject({ code: 'temporarily_unavailable' });
      answer = 200;
      now += 2_000;
      expect(await keys.list(false)).toHaveLength(1);
      answer = 500;
      now += 3_600_000;
      expect(await keys.list(true)).toHaveLength(1);
      expect(shown).toBeUndefined();
    });

    test('are asked for with the token of the moment where the publisher wants one', async () => {
      let now = 0;
      answer = 200;
      const tokenFile = inFile('token', 'first\n');
      const keys = createIssuerKeys({ source: { url, ca: undefined, tokenFile }, now: () => now });
      await keys.list(false);
      expect(shown).toBe('Bearer first');
      inFile('token', 'renewed\n');
      now += 3_600_000;
      await keys.list(false);
      expect(shown).toBe('Bearer renewed');
    });
  });
});

describe('client certificates', () => {
  const listener = selfSigned(Date.now());
  const callers = selfSigned(Date.now());
  const stranger = selfSigned(Date.now());
  let admin: StartedAdmin;
  beforeAll(async () => {
    admin = await startAdmin(standIn, {
      SERVE_ADMIN_TLS_ENABLED: 'true',
      SERVE_ADMIN_TLS_CERT_PATH: inFile('cert.pem', listener.cert),
      SERVE_ADMIN_TLS_KEY_PATH: inFile('key.pem', listener.key),
      SERVE_ADMIN_AUTHENTICATION_MTLS_CA_FILE: inFile('ca.pem', callers.cert),
      SERVE_ADMIN_AUTHENTICATION_MTLS_NAMES: JSON.stringify([{ name: 'localhost', roles: ['auditor'] }]),
    });
  });
  afterAll(() => admin.stop());
  const status = (method: string, certificate: { cert: string; key: string } | undefined, headers = {}) =>
    new Promise<number>((resolve, reject) => {
      const options = { method, headers, ca: listener.cert, servername: 'localhost', ...certificate };
      requestTls(`${admin.url}/admin/clients`, options, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      })
        .on('error', reject)
        .end();
    });

  test('of the authority, by a name that is listed, with its roles', async () => {
    expect(admin.url).toMatch(/^https:/);
    expect(await status('GET', callers)).toBe(200);
    expect(await status('POST', callers)).toBe(403);
  });
  test('not of another authority, not without, and no bearer token is made up for', async () => {
    expect(await status('GET', stranger)).toBe(401);
    expect(await status('GET', undefined)).toBe(401);
    expect(await status('GET', callers, { authorization: 'Bearer wrong' })).toBe(401);
  });
  test('need TLS', async () => {
    const env = {
      SERVE_ADMIN_AUTHENTICATION_MTLS_CA_FILE: inFile('ca.pem', callers.cert),
      SERVE_ADMIN_AUTHENTICATION_MTLS_NAMES: JSON.stringify([{ name: 'localhost', roles: ['auditor'] }]),
    };
    await expect(startAdmin(standIn, env)).rejects.toThrow(/serve\.admin\.tls/);
  });
});
