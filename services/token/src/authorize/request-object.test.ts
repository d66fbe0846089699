// Signed requests on the whole endpoint: real signatures, a real server for those by reference, and the redirect URI corpus
// inside of them (security catalogue B, E).
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { OAuthError } from '@cardea/oauth';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { CryptoKey } from 'jose';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { quietLog } from '../database.fixture.js';
import { createOutbound } from '../outbound/index.js';
import type { Installation } from './installation.fixture.js';
import { authorizationUrl, call, createInstallation, parameterOf, told } from './installation.fixture.js';

let it: Installation;
let own: CryptoKey;
let foreign: CryptoKey;
let served = '';
let fetched = 0;
const server = createServer((_request, response) => {
  fetched++;
  if (served === '') response.writeHead(404);
  response.end(served);
});
const algorithms = ['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA'];
const keys = new Map<string, CryptoKey>();

beforeAll(async () => {
  it = await createInstallation();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const jwks: object[] = [];
  for (const alg of algorithms) {
    const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
    keys.set(alg, privateKey);
    jwks.push({ ...(await exportJWK(publicKey)), kid: alg, alg, use: 'sig' });
  }
  own = keys.get('ES256')!;
  foreign = (await generateKeyPair('ES256')).privateKey;
  const app = it.clients.get('app')!;
  it.clients.set('app', {
    ...app,
    jwksJson: Buffer.from(JSON.stringify({ keys: jwks })),
    requestUris: [address()],
  });
});
afterAll(async () => {
  await it.close();
  await new Promise((resolve) => server.close(resolve));
});

const address = () => `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/ro`;
const sign = (claims: Record<string, unknown>, key = own, alg = 'ES256') =>
  new SignJWT({ iss: 'app', aud: 'https://as.test', ...claims }).setProtectedHeader({ alg, kid: alg }).sign(key);
const verdict = async (parameters: Record<string, string>): Promise<string> => {
  try {
    const outcome = await it.browser().open(authorizationUrl(parameters));
    return outcome.next.kind === 'interaction' ? 'login' : `client:${String(told(outcome)['error'])}`;
  } catch (error) {
    return `page:${(error as OAuthError).code}`;
  }
};

test.each(algorithms)('%s is understood', async (alg) => {
  expect(await verdict({ request: await sign({}, keys.get(alg), alg) })).toBe('login');
});

describe('not believed', () => {
  const unsigned = (alg: string) => {
    const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
    return `${encode({ alg })}.${encode({ iss: 'app', scope: 'openid' })}.`;
  };
  test.each<[string, () => Promise<string> | string]>([
    ['by a foreign key', () => sign({}, foreign)],
    ['garbage', () => 'garbage'],
    ['alg none', () => unsigned('none')],
    ['alg NoNe', () => unsigned('NoNe')],
    ['alg HS256', () => new SignJWT({}).setProtectedHeader({ alg: 'HS256', kid: 'ES256' }).sign(Buffer.alloc(32, 1))],
    [
      'altered',
      async () => (await sign({ state: 'a' })).replace(/\.[^.]+\./, `.${Buffer.from('{}').toString('base64url')}.`),
    ],
    ['too long', () => sign({ state: 'x'.repeat(20_000) })],
  ])('%s', async (_name, make) => {
    expect(await verdict({ request: await make() })).toBe('page:invalid_request_object');
  });

  test('of a client without keys', async () => {
    expect(await verdict({ client_id: 'other', request: await sign({ iss: 'other' }) })).toBe('page:invalid_request');
  });
});

test('what is inside is what is asked for, on every leg, and no leg needs the object again', async () => {
  const browser = it.browser();
  const request = await sign({ scope: 'openid', login_hint: 'ann', max_age: 3600, state: 'inner' });
  const challenge = parameterOf(await browser.open(authorizationUrl({ request })), 'login_challenge');
  const asked = await it.app.getLoginRequest({ challenge }, call);
  expect(asked).toMatchObject({ requestedScopes: ['openid'], oidcContext: { loginHint: 'ann' } });
  expect(asked.requestUrl).not.toContain('request=');
  const { redirectTo } = await it.app.rejectLoginRequest({ challenge, rejection: undefined }, call);
  // Whatever is added to the address of a later leg counts for nothing.
  const later = await browser.open(`${redirectTo}&request=${await sign({ state: 'evil' }, foreign)}`);
  expect(told(later)).toMatchObject({ error: 'access_denied', state: 'inner' });
});

describe('by reference', () => {
  test('G01: is fetched once, from registered addresses only', async () => {
    served = await sign({ login_hint: 'fetched' });
    fetched = 0;
    expect(await verdict({ request_uri: `${address()}?x=1` })).toBe('page:invalid_request_uri');
    expect(fetched).toBe(0);
    const challenge = parameterOf(
      await it.browser().open(authorizationUrl({ request_uri: address() })),
      'login_challenge',
    );
    expect((await it.app.getLoginRequest({ challenge }, call)).oidcContext?.loginHint).toBe('fetched');
    expect(fetched).toBe(1);
  });

  test('and is no good when it is not there, too large, or no request', async () => {
    served = '';
    expect(await verdict({ request_uri: address() })).toBe('page:invalid_request_uri');
    served = 'x'.repeat(100_000);
    expect(await verdict({ request_uri: address() })).toBe('page:invalid_request_uri');
    served = '<html>';
    expect(await verdict({ request_uri: address() })).toBe('page:invalid_request_object');
  });

  test('G01: a registered name that has moved inside since is not asked', async () => {
    served = await sign({});
    fetched = 0;
    let at = '8.8.8.8';
    const outbound = createOutbound(
      { disallowPrivate: undefined, privateByDefault: false, excepted: () => false, plainHttp: true },
      { log: quietLog, resolve: () => Promise.resolve([{ address: at, family: 4 }]) },
    );
    const requestUri = address().replace('127.0.0.1', 'moving.test');
    expect(await outbound.permits(requestUri)).toBe(true);
    const open = it;
    it = await createInstallation({}, outbound);
    try {
      it.clients.set('app', { ...open.clients.get('app')!, requestUris: [requestUri] });
      at = '127.0.0.1';
      expect(await verdict({ request_uri: requestUri })).toBe('page:invalid_request_uri');
      expect(fetched).toBe(0);
    } finally {
      await it.close();
      it = open;
    }
  });

  test('both at once', async () => {
    expect(await verdict({ request: await sign({}), request_uri: address() })).toBe('page:invalid_request');
  });
});

test.each([
  'https://app.example/cb/',
  'https://app.example/CB',
  'HTTPS://app.example/cb',
  'https://app.example:443/cb',
  'https://app.example/cb?',
  'https://app.example/cb#',
  'https://app.example/cb/../cb',
  'https://app.example/%63b',
  'https://app.example\\@evil.example/cb',
  'https://app.example@evil.example/cb',
  ' https://app.example/cb',
  'https://app.example/cb\n',
  'https://\u0430pp.example/cb',
  'http://app.example/cb',
  'javascript:alert(1)//https://app.example/cb',
  '//app.example/cb',
])('the redirect URI %j inside goes nowhere', async (redirectUri) => {
  expect(await verdict({ request: await sign({ redirect_uri: redirectUri }) })).toBe('page:invalid_request');
});

test('a right one inside serves where the outer one is wrong', async () => {
  const request = await sign({ redirect_uri: 'https://app.example/cb' });
  expect(await verdict({ redirect_uri: 'https://evil.example/', request })).toBe('login');
});

describe('E15 by RFC 9101 an object with a jti counts once', () => {
  const requestObjects = { byValue: true, byReference: true, merge: 'jar', unsigned: false } as const;
  const inside = (more: Record<string, unknown>) =>
    sign({
      ...Object.fromEntries(new URL(authorizationUrl({})).searchParams),
      exp: Math.floor(it.clock.millis / 1000) + 300,
      ...more,
    });
  const strictly = async (run: () => Promise<void>) => {
    const open = it;
    it = await createInstallation({ requestObjects });
    try {
      it.clients.set('app', open.clients.get('app')!);
      await run();
    } finally {
      await it.close();
      it = open;
    }
  };

  test('shown again it is refused; at once, one wins; without a jti a browser may load it again', () =>
    strictly(async () => {
      const once = await inside({ jti: 'one' });
      expect([await verdict({ request: once }), await verdict({ request: once })]).toEqual([
        'login',
        'page:invalid_request_object',
      ]);
      const raced = await inside({ jti: 'raced' });
      const verdicts = await Promise.all(Array.from({ length: 20 }, () => verdict({ request: raced })));
      expect(verdicts.filter((one) => one === 'login')).toHaveLength(1);
      const often = await inside({});
      expect([await verdict({ request: often }), await verdict({ request: often })]).toEqual(['login', 'login']);
    }));

  test('a bad one uses nothing up, and without an end or with a far one it is refused', () =>
    strictly(async () => {
      const soon = Math.floor(it.clock.millis / 1000);
      for (const bad of [
        { exp: undefined },
        { exp: soon + 172_800 },
        { nbf: soon + 120 },
        { aud: 'https://other.test' },
      ])
        expect(await verdict({ request: await inside({ jti: 'two', ...bad }) })).toBe('page:invalid_request_object');
      expect(await verdict({ request: await inside({ jti: 'two' }) })).toBe('login');
    }));

  test('by default it may come again, as from an address where it lies for good', async () => {
    const request = await inside({ jti: 'lies there', exp: undefined });
    expect([await verdict({ request }), await verdict({ request })]).toEqual(['login', 'login']);
  });
});

test('switched off, the client is told so', async () => {
  const requestObjects = { byValue: false, byReference: false, merge: 'oidc', unsigned: false } as const;
  const off = await createInstallation({ requestObjects });
  try {
    const byValue = await off.browser().open(authorizationUrl({ request: await sign({}) }));
    expect(told(byValue)['error']).toBe('request_not_supported');
    const byReference = await off.browser().open(authorizationUrl({ request_uri: address() }));
    expect(told(byReference)['error']).toBe('request_uri_not_supported');
  } finally {
    await off.close();
  }
});
