// The device flow whole, on a real database: what the device hears, what its person sees, and what happens only once
// (RFC 8628 §3; security catalogue A26, A27; user-wishes: hydra d389fd026, e6a73547c, dexidp #4928, hydra #4110).
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { OAuthError, userCodePresets } from '@cardea/oauth';
import { interactionV1 } from '@cardea/rpc';
import { createHash } from 'node:crypto';
import { prune } from '../jobs/prune.js';
import { call, verdict } from '../tokens.fixture.js';
import type { DeviceFlowService } from './device-flow.fixture.js';
import { createDeviceFlow, grantType, queryOf } from './device-flow.fixture.js';

let it: DeviceFlowService;
beforeAll(async () => {
  it = await createDeviceFlow();
  const tv = { clientId: 'tv', tokenEndpointAuthMethod: 'none', grantTypes: [grantType, 'refresh_token'] };
  await it.client(tv);
  await it.client({ ...tv, clientId: 'stranger' });
  await it.client({ ...tv, clientId: 'phone', grantTypes: ['authorization_code'] });
  await it.client({ ...tv, clientId: 'box', tokenEndpointAuthMethod: 'client_secret_basic' }, 'a-secret');
});
afterAll(() => it.close());

const start = (form: Record<string, string> = {}) => it.begin({ client_id: 'tv', scope: 'openid offline', ...form });
const failure = async (work: Promise<unknown>): Promise<OAuthError> => {
  const error = await work.then(
    () => undefined,
    (caught: unknown) => caught,
  );
  if (error instanceof OAuthError) return error;
  throw new Error(`it did not fail with an OAuth error: ${String(error)}`);
};

describe('a device', () => {
  test('is given a code to poll with and one to show', async () => {
    const given = await start();
    expect(given).toMatchObject({ expiresInSeconds: 600, intervalSeconds: 5 });
    expect(given.deviceCode).toMatch(/^ory_dc_/);
    expect(given.userCode).toMatch(/^[B-DF-HJ-NP-TV-Z2-9]{8}$/);
    expect(given.verificationUri).toBe('https://as.test/oauth2/device/verify');
    expect(given.verificationUriComplete).toBe(`${given.verificationUri}?user_code=${given.userCode}`);
  });

  test.each<[string, Record<string, string>, string, string]>([
    ['an unknown client', { client_id: 'nobody' }, '', 'invalid_client'],
    ['a confidential client without its secret', { client_id: 'box' }, '', 'invalid_client'],
    ['a client without the grant', { client_id: 'phone' }, '', 'unauthorized_client'],
    ['a scope beyond the client', { client_id: 'tv', scope: 'admin' }, '', 'invalid_scope'],
    ['nobody at all', {}, '', 'invalid_client'],
    ['the client_id of another', { client_id: 'tv' }, 'Basic Ym94OmEtc2VjcmV0', 'invalid_request'],
    ['a confidential client with its secret', {}, 'Basic Ym94OmEtc2VjcmV0', 'ok'],
  ])('%s', async (_name, form, header, expected) => {
    const before = await it.count('device_code');
    expect(await verdict(it.begin(form, header))).toBe(expected);
    expect(await it.count('device_code')).toBe(before + (expected === 'ok' ? 1 : 0));
  });

  test('waits, is let in once, and leaves nothing behind (A27)', async () => {
    const rows = [await it.count('device_code'), await it.count('user_code')];
    const { deviceCode, userCode } = await start();
    expect(await verdict(it.poll(deviceCode, 'tv'))).toBe('authorization_pending');
    expect(await it.approve(it.browser(), userCode, ['openid', 'offline'])).toBe('https://ui.test/done?client_id=tv');
    const answers = await Promise.all(Array.from({ length: 8 }, () => verdict(it.poll(deviceCode, 'tv'))));
    expect(answers.filter((answer) => answer === 'ok')).toHaveLength(1);
    expect(answers.filter((answer) => answer === 'invalid_grant')).toHaveLength(7);
    expect([await it.count('device_code'), await it.count('user_code')]).toEqual(rows);
  });

  test('without the grant gets nothing, whatever it holds (A15)', async () => {
    const { deviceCode } = await start();
    expect(await verdict(it.poll(deviceCode, 'phone'))).toBe('unauthorized_client');
    expect(await verdict(it.poll(deviceCode, 'tv'))).toBe('authorization_pending');
  });

  test('gets tokens of the person, and refreshes them', async () => {
    const { deviceCode, userCode } = await start();
    await it.approve(it.browser(), userCode, ['openid', 'offline']);
    const tokens = await it.poll(deviceCode, 'tv');
    expect(tokens).toMatchObject({ scope: 'openid offline', tokenType: 'bearer' });
    expect(await it.introspect(tokens.accessToken)).toMatchObject({ active: true, clientId: 'tv', subject: 'ann' });
    const refreshed = await it.token({
      grant_type: 'refresh_token',
      refresh_token: tokens.refreshToken,
      client_id: 'tv',
    });
    expect(refreshed.idToken).not.toBe('');
  });

  test('is told to slow down, and from then on to be slower', async () => {
    const { deviceCode } = await start();
    const poll = () => verdict(it.poll(deviceCode, 'tv'));
    const heard = [await poll()];
    for (const seconds of [4, 9, 10, 4.9, 15, 16]) {
      it.clock.millis += seconds * 1000;
      heard.push(await poll());
    }
    // 5 s; then 10, of which 9 are punctual enough; then 15.
    expect(heard).toEqual([
      'authorization_pending',
      'slow_down',
      'authorization_pending',
      'authorization_pending',
      'slow_down',
      'authorization_pending',
      'authorization_pending',
    ]);
  });

  test('learns nothing of the codes of others', async () => {
    const { deviceCode, userCode } = await start();
    expect(await verdict(it.poll(deviceCode, 'stranger'))).toBe('invalid_grant');
    await it.approve(it.browser(), userCode);
    expect(await verdict(it.poll(deviceCode, 'stranger'))).toBe('invalid_grant');
    expect(await verdict(it.poll(deviceCode, 'tv'))).toBe('ok');
    for (const forged of ['garbage', 'ory_dc_nothing.nothing', `${deviceCode}x`]) {
      expect(await verdict(it.poll(forged, 'tv'))).toBe('invalid_grant');
    }
    expect(await verdict(it.poll('', 'tv'))).toBe('invalid_request');
  });

  test('learns that the person refused, at the login', async () => {
    const { deviceCode, userCode } = await start();
    const person = it.browser();
    const challenge = await it.toLogin(person, userCode);
    const rejection = interactionV1.Rejection.create({ error: 'access_denied', errorDescription: 'no' });
    const { redirectTo } = await it.app.rejectLoginRequest({ challenge, rejection }, call);
    expect(await failure(person.open(redirectTo))).toMatchObject({ code: 'access_denied', message: 'no', status: 400 });
    expect(await verdict(it.poll(deviceCode, 'tv'))).toBe('access_denied');
    expect(await verdict(it.poll(deviceCode, 'tv'))).toBe('access_denied');
  });

  test('learns that the person refused, at the consent', async () => {
    const { deviceCode, userCode } = await start();
    const person = it.browser();
    const challenge = await it.toConsent(person, userCode);
    const { redirectTo } = await it.app.rejectConsentRequest({ challenge, rejection: undefined }, call);
    expect((await failure(person.open(redirectTo))).code).toBe('access_denied');
    expect(await verdict(it.poll(deviceCode, 'tv'))).toBe('access_denied');
    const page = await it.browser().open('https://as.test/oauth2/device/verify');
    expect(await verdict(it.accept(queryOf(page).get('device_challenge')!, userCode))).toBe('invalid_request');
  });

  test('learns that nobody answered in time', async () => {
    const { deviceCode, userCode } = await start();
    const approved = await start();
    await it.approve(it.browser(), approved.userCode);
    const page = await it.browser().open('https://as.test/oauth2/device/verify');
    it.clock.millis += 601_000;
    expect(await verdict(it.poll(deviceCode, 'tv'))).toBe('expired_token');
    expect(await verdict(it.poll(approved.deviceCode, 'tv'))).toBe('expired_token');
    expect(await verdict(it.accept(queryOf(page).get('device_challenge')!, userCode))).toBe('invalid_request');
  });

  test('loses what was approved when the grant falls before it polls', async () => {
    const { deviceCode, userCode } = await start();
    await it.approve(it.browser(), userCode);
    await it.database.pool.query(`UPDATE cardea.consent_grant SET revoked_at = now() WHERE client_id = 'tv'`);
    expect(await verdict(it.poll(deviceCode, 'tv'))).toBe('invalid_grant');
  });
});

describe('the person', () => {
  const verify = 'https://as.test/oauth2/device/verify';
  const challengeAt = async (person: { open(url: string): Promise<string> }) =>
    queryOf(await person.open(verify)).get('device_challenge') ?? '';

  test('is sent to the page with the code that the device showed', async () => {
    const { verificationUriComplete, userCode } = await start();
    const page = new URL(await it.browser().open(verificationUriComplete));
    expect(page.origin + page.pathname).toBe('https://ui.test/device');
    expect(page.searchParams.get('theme')).toBe('dark');
    expect(page.searchParams.get('user_code')).toBe(userCode);
  });

  test.each<[string, (code: string) => string]>([
    ['in lower case', (code) => code.toLowerCase()],
    ['with a dash', (code) => `${code.slice(0, 4)}-${code.slice(4)}`],
    ['with spaces', (code) => ` ${code.slice(0, 2)} ${code.slice(2)} `],
  ])('may type the code %s', async (_name, typed) => {
    const { userCode } = await start();
    const person = it.browser();
    expect(await verdict(it.accept(await challengeAt(person), typed(userCode)))).toBe('ok');
  });

  test('is told no more of a wrong code than of a used one', async () => {
    const { userCode } = await start();
    await it.approve(it.browser(), userCode);
    const challenge = await challengeAt(it.browser());
    const wrong = await failure(it.accept(challenge, 'BBBBBBBB'));
    const used = await failure(it.accept(challenge, userCode));
    const none = await failure(it.accept(challenge, '<script>'));
    expect([used.message, none.message]).toEqual([wrong.message, wrong.message]);
    expect(wrong).toMatchObject({ code: 'invalid_request', status: 400 });
    expect(await verdict(it.accept(challenge, ''))).toBe('invalid_request');
    expect(await verdict(it.accept('', userCode))).toBe('invalid_request');
    expect(await verdict(it.accept('garbage', userCode))).toBe('not_found');
  });

  test('answers in time, or begins again', async () => {
    const challenge = await challengeAt(it.browser());
    it.clock.millis += 1_801_000;
    expect(await verdict(it.accept(challenge, 'BBBBBBBB'))).toBe('request_unauthorized');
  });

  test('goes on in the browser where the code was typed, and in no other', async () => {
    const { userCode } = await start();
    const person = it.browser();
    const back = await it.accept(await challengeAt(person), userCode);
    expect((await failure(it.browser().open(back))).code).toBe('request_forbidden');
    const other = it.browser();
    await other.open(verify);
    expect((await failure(other.open(back))).code).toBe('request_forbidden');
    expect(queryOf(await person.open(back)).get('login_challenge')).not.toBeNull();
  });

  test('the user code stands in no URL that is kept or shown', async () => {
    const { userCode } = await start();
    const person = it.browser();
    const back = await it.accept(await challengeAt(person), userCode);
    const login = await it.app.getLoginRequest(
      { challenge: queryOf(await person.open(back)).get('login_challenge')! },
      call,
    );
    expect(login).toMatchObject({ requestedScopes: ['openid', 'offline'], skip: false, oidcContext: undefined });
    expect(login.requestUrl).toBe('https://as.test/oauth2/device/verify?client_id=tv&user_code=****');
    const consentUrl = await person.open(await it.acceptLogin(login.challenge));
    const consent = await it.app.getConsentRequest({ challenge: queryOf(consentUrl).get('consent_challenge')! }, call);
    expect(consent).toMatchObject({ subject: 'ann', oidcContext: undefined, requestUrl: login.requestUrl });
    const end = await it.acceptConsent(consent.challenge, ['openid']);
    expect([back, consentUrl, end].filter((url) => url.includes(userCode))).toEqual([]);
    expect(queryOf(end).get('user_code')).toBe('****');
  });

  test('of two who type the same code, the first to finish decides', async () => {
    const { deviceCode, userCode } = await start();
    const [ann, bob] = [it.browser(), it.browser()];
    const consents = [await it.toConsent(ann, userCode), await it.toConsent(bob, userCode, { subject: 'bob' })];
    const [first, second] = [
      await it.acceptConsent(consents[0]!, ['openid']),
      await it.acceptConsent(consents[1]!, []),
    ];
    const ends = await Promise.all([verdict(ann.open(first)), verdict(bob.open(second)), verdict(ann.open(first))]);
    expect(ends.filter((end) => end === 'ok')).toHaveLength(1);
    expect(ends.filter((end) => end === 'access_denied')).toHaveLength(2);
    expect(await verdict(it.poll(deviceCode, 'tv'))).toBe('ok');
  });

  test('a verifier of this flow is no good at the authorization endpoint, nor the other way round', async () => {
    const { userCode } = await start();
    const person = it.browser();
    const back = await it.acceptLogin(await it.toLogin(person, userCode));
    const { authorize } = await import('../authorize/authorize.js');
    const parameters = [...queryOf(back)].map(([name, value]) => ({ name, value }));
    const cookies = [...person.cookies].map(([name, value]) => ({ name, value }));
    parameters.push({ name: 'redirect_uri', value: 'https://app.example/cb' });
    const outcome = await authorize(it.context, { parameters, cookies });
    expect(JSON.stringify(outcome.next)).toContain('access_denied');
    expect(queryOf(await person.open(back)).get('consent_challenge')).not.toBeNull();
  });

  test('is asked for consent each time a public client asks; a confidential one is remembered', async () => {
    const person = it.browser();
    const asked: boolean[] = [];
    for (const [clientId, header] of [
      ['tv', ''],
      ['tv', ''],
      ['box', 'Basic Ym94OmEtc2VjcmV0'],
      ['box', 'Basic Ym94OmEtc2VjcmV0'],
    ] as const) {
      const { userCode } = await it.begin({ client_id: clientId, scope: 'openid' }, header);
      const challenge = await it.toConsent(person, userCode, { subject: 'cat' });
      asked.push((await it.app.getConsentRequest({ challenge }, call)).skip);
      await person.open(await it.acceptConsent(challenge, ['openid'], true));
    }
    expect(asked).toEqual([false, false, false, true]);
  });
});

describe('secrets and collisions', () => {
  test('no stored value is a code, nor can all codes be tried against one (J05)', async () => {
    const { deviceCode, userCode } = await start();
    const rows = await Promise.all(
      ['device_code', 'user_code'].map((table) =>
        it.database.pool.query<{ t: string }>(`SELECT t::text FROM cardea.${table} t`),
      ),
    );
    const stored = JSON.stringify(rows.map((result) => result.rows));
    for (const secret of [deviceCode, userCode]) {
      expect(stored).not.toContain(secret);
      expect(stored).not.toContain(Buffer.from(secret).toString('hex'));
      expect(stored).not.toContain(createHash('sha256').update(secret).digest('hex'));
    }
  });

  test('user codes whose time is over are swept', async () => {
    await start();
    await prune(it.database.pool, it.clock.millis);
    const living = await it.count('user_code');
    expect(living).toBeGreaterThan(0);
    expect((await prune(it.database.pool, it.clock.millis)).userCodes).toBe(0);
    expect((await prune(it.database.pool, it.clock.millis + 601_000)).userCodes).toBe(living);
    expect(await it.count('user_code')).toBe(0);
  });

  test('user codes are found under every system secret', async () => {
    const { userCode } = await start();
    const rotated = await createDeviceFlow({
      database: it.database,
      secrets: ['a-new-secret-of-at-least-32-characters', 'a-secret-of-at-least-32-characters-for-tests'],
      clock: it.clock,
    });
    const page = await rotated.browser().open('https://as.test/oauth2/device/verify');
    expect(await verdict(rotated.accept(queryOf(page).get('device_challenge')!, userCode))).toBe('ok');
    await rotated.close();
  });

  test('no two living codes are the same; a code is free again when its time is over', async () => {
    const all = await createDeviceFlow({
      database: it.database,
      clock: it.clock,
      deviceSettings: { userCode: { length: 1, characters: userCodePresets.low.characters } },
    });
    const given = await Promise.all(
      Array.from({ length: 40 }, () =>
        all.begin({ client_id: 'tv' }).then(
          ({ userCode }) => userCode,
          (error: unknown) => OAuthError.from(error).code,
        ),
      ),
    );
    const codes = given.filter((code) => /^[0-9]$/.test(code));
    expect(new Set(codes).size).toBe(codes.length);
    expect(given.filter((code) => code === 'temporarily_unavailable').length).toBe(40 - codes.length);
    expect(codes.length).toBeGreaterThan(5);
    it.clock.millis += 601_000;
    expect(await verdict(all.begin({ client_id: 'tv' }))).toBe('ok');
    await all.close();
  });
});

test('as Hydra has it: no slow_down, and a client_id beside the credentials', async () => {
  const compat = await createDeviceFlow({ database: it.database, clock: it.clock, settings: { hydraCompat: true } });
  const { deviceCode } = await compat.begin({ client_id: 'tv' });
  expect(await verdict(compat.poll(deviceCode, 'tv'))).toBe('authorization_pending');
  expect(await verdict(compat.poll(deviceCode, 'tv'))).toBe('authorization_pending');
  expect(await verdict(compat.begin({}, 'Basic Ym94OmEtc2VjcmV0'))).toBe('invalid_request');
  expect(await verdict(compat.begin({ client_id: 'phone' }))).toBe('invalid_grant');
  await compat.close();
});
