// What our own tokens say, and that none says what belongs to another flow (OpenID Connect Core §2, §3.1.3.6, §8, §12.2;
// security catalogue E24).
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { leftHalfHash } from '@cardea/oauth';
import { createPublicKey, verify } from 'node:crypto';
import type { SessionsService } from './logout/session.fixture.js';
import { createSessions } from './logout/session.fixture.js';
import { call } from './tokens.fixture.js';

// A thousand flows on a machine that may be busy.
jest.setTimeout(120_000);

const secret = 'a-secret-of-clients';
let it: SessionsService;
beforeAll(async () => {
  it = await createSessions();
  await it.client('app');
  for (const clientId of ['pair-one', 'pair-two']) await it.client(clientId, { subjectType: 'pairwise' });
  const elsewhere = { redirectUris: ['https://elsewhere.example/cb'], postLogoutRedirectUris: [] };
  await it.client('pair-elsewhere', { subjectType: 'pairwise', ...elsewhere });
});
afterAll(() => it.close());

const partOf = (jwt: string, part: 0 | 1) =>
  JSON.parse(Buffer.from(jwt.split('.')[part] ?? '', 'base64url').toString()) as Record<string, unknown>;
const refresh = (refreshToken: string, clientId = 'app') =>
  it.token({ grant_type: 'refresh_token', refresh_token: refreshToken }, it.basic(clientId, secret));
const json = (value: unknown) => Buffer.from(JSON.stringify(value));

describe('E24: an ID token', () => {
  test.each(['n', 'a nonce with spaces, "quotes" & %41', '\u00fcn\u00efc\u00f6d\u00e9 \u{1f511}', 'x'.repeat(255)])(
    'echoes the nonce %j as it came, on refresh too',
    async (nonce) => {
      const { code } = await it.logIn(new Map(), { parameters: { nonce } });
      const issued = await it.redeem('app', code);
      expect(partOf(issued.idToken, 1)['nonce']).toBe(nonce);
      expect(partOf((await refresh(issued.refreshToken)).idToken, 1)['nonce']).toBe(nonce);
    },
  );

  test('has the hash of the very access token beside it, and the auth_time of the login however late it is', async () => {
    const jar = new Map<string, string>();
    const { code } = await it.logIn(jar);
    const first = await it.redeem('app', code);
    it.clock.millis += 100_000;
    const second = await refresh(first.refreshToken);
    const again = await it.redeem('app', (await it.logIn(jar)).code);
    const authTime = partOf(first.idToken, 1)['auth_time'];
    expect(authTime).toEqual(expect.any(Number));
    for (const { idToken, accessToken } of [first, second, again]) {
      expect(partOf(idToken, 1)).toMatchObject({ at_hash: leftHalfHash('ES256', accessToken), auth_time: authTime });
    }
    expect(Number(partOf(second.idToken, 1)['iat'])).toBeGreaterThanOrEqual(Number(authTime) + 100);
  });

  test("is signed with the client's algorithm by a key of the published set", async () => {
    const { idToken } = await it.redeem('app', (await it.logIn(new Map())).code);
    const { alg, kid } = partOf(idToken, 0);
    expect(alg).toBe('ES256');
    const { document } = await it.rooms.tokenHandlers.getJsonWebKeySet({}, call);
    const { keys } = JSON.parse(document.toString()) as { keys: ({ kid: string } & Record<string, string>)[] };
    const jwk = keys.find((key) => key.kid === kid);
    expect(jwk).toMatchObject({ alg: 'ES256', use: 'sig' });
    const key = createPublicKey({ key: jwk!, format: 'jwk' });
    const [head = '', payload = '', signature = ''] = idToken.split('.');
    const signed = Buffer.from(`${head}.${payload}`);
    const given = { key, dsaEncoding: 'ieee-p1363' } as const;
    expect(verify('sha256', signed, given, Buffer.from(signature, 'base64url'))).toBe(true);
  });

  test('names a person to pairwise clients by sector: the same in one, another in the next', async () => {
    const subjectAt = async (clientId: string, redirectUri: string) => {
      const login = { clientId, subject: 'ann', parameters: { redirect_uri: redirectUri } };
      const { code } = await it.logIn(new Map(), login);
      const form = { grant_type: 'authorization_code', code, redirect_uri: redirectUri };
      const issued = await it.token(form, it.basic(clientId, secret));
      return partOf(issued.idToken, 1)['sub'];
    };
    const one = await subjectAt('pair-one', 'https://app.example/cb');
    expect(await subjectAt('pair-two', 'https://app.example/cb')).toBe(one);
    const elsewhere = await subjectAt('pair-elsewhere', 'https://elsewhere.example/cb');
    expect(new Set([one, elsewhere, 'ann', await subjectAt('app', 'https://app.example/cb')]).size).toBe(3);
  });
});

test('E24: of a thousand flows side by side, none says what was said in another', async () => {
  const flow = async (index: number) => {
    const canary = `canary-${String(index)}-end`;
    const { code } = await it.logIn(new Map(), {
      subject: `sub ${canary}`,
      parameters: { nonce: `nonce ${canary}`, state: `state ${canary}` },
      answer: { remember: index % 2 === 0, acr: `acr-${canary}`, amr: [`amr-${canary}`] },
      consent: {
        remember: index % 3 === 0,
        accessTokenClaimsJson: json({ in_access: canary }),
        idTokenClaimsJson: json({ in_id: canary }),
      },
    });
    const first = await it.redeem('app', code);
    const issued = index % 4 === 0 ? await refresh(first.refreshToken) : first;
    const { accessToken } = issued;
    const info = await it.rooms.tokenHandlers.getUserinfo({ accessToken, proof: undefined, requestId: '' }, call);
    const { subject, acr, extraJson } = await it.introspect(accessToken);
    const told = {
      idToken: partOf(issued.idToken, 1),
      userinfo: JSON.parse(info.claimsJson.toString()) as unknown,
      introspected: { subject, acr, extra: JSON.parse(Buffer.from(extraJson).toString()) as unknown },
    };
    return Object.values(told).map((part) => JSON.stringify(part).match(/canary-\d+-end/g) ?? []);
  };
  const wrong: unknown[] = [];
  let next = 0;
  let seen = 0;
  const lane = async () => {
    for (let index = next++; index < 1_000; index = next++) {
      const canary = `canary-${String(index)}-end`;
      for (const canaries of await flow(index)) {
        seen += canaries.length;
        if (canaries.length < 2 || canaries.some((one) => one !== canary)) wrong.push({ index, canaries });
      }
    }
  };
  await Promise.all(Array.from({ length: 100 }, lane));
  expect(wrong).toEqual([]);
  expect(seen).toBeGreaterThan(6_000);
});
