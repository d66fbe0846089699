// What a stranger or a careless client can try at the front channel, by its row of the security catalogue (H06, S03, S04, S13,
// S15).
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { responseLocation } from '@cardea/oauth';
import { interactionV1 } from '@cardea/rpc';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { AuthorizeOutcome } from './context.js';
import type { Browser, Installation } from './installation.fixture.js';
import { authorizationUrl, call, createInstallation, parameterOf, told } from './installation.fixture.js';

let it: Installation;
beforeAll(async () => {
  it = await createInstallation();
});
afterAll(() => it.close());

const loggedIn = async (browser: Browser, parameters: Record<string, string> = {}, subject = 'ann') => {
  const challenge = parameterOf(await browser.open(authorizationUrl(parameters)), 'login_challenge');
  const answer = interactionV1.AcceptLoginRequestRequest.create({ challenge, subject, remember: true });
  return (await it.app.acceptLoginRequest(answer, call)).redirectTo;
};
const consented = async (browser: Browser, back: string) => {
  const challenge = parameterOf(await browser.open(back), 'consent_challenge');
  const answer = interactionV1.AcceptConsentRequestRequest.create({ challenge, grantedScopes: ['openid'] });
  return (await it.app.acceptConsentRequest(answer, call)).redirectTo;
};

describe('S03: a flow that an attacker began', () => {
  test('logs no victim in: its login comes to nothing in another browser, and leaves no session there', async () => {
    const victim = it.browser();
    const back = await loggedIn(it.browser(), {}, 'eve');
    expect(told(await victim.open(back))['error']).toBe('request_forbidden');
    expect([...victim.cookies.keys()]).not.toContain('session');
  });

  test('gets no consent from a victim who is in the middle of an own one', async () => {
    const victim = it.browser();
    await consented(victim, await loggedIn(victim));
    const attacker = it.browser();
    const url = await consented(attacker, await loggedIn(attacker, {}, 'eve'));
    expect(told(await victim.open(url))['error']).toBe('request_forbidden');
    expect(told(await attacker.open(url))).toHaveProperty('code');
  });
});

test('S04: two clients in one browser, interleaved, each finish with their own state', async () => {
  const browser = it.browser();
  const first = await loggedIn(browser, { state: 'first' });
  const second = await loggedIn(browser, { client_id: 'other', state: 'second' });
  const firstConsent = await consented(browser, first);
  const secondConsent = await consented(browser, second);
  expect(told(await browser.open(secondConsent))).toMatchObject({ state: 'second', code: expect.any(String) });
  expect(told(await browser.open(firstConsent))).toMatchObject({ state: 'first', code: expect.any(String) });
});

describe('S13: what would split a response', () => {
  const locationOf = ({ next }: AuthorizeOutcome) =>
    next.kind === 'interaction' ? next.location : responseLocation(next.response);
  test.each([
    ['CR LF', 'a\r\nSet-Cookie: x=1'],
    ['a letter whose low byte is LF', 'a\u010ax'],
    ['quotes and angles', '"><script>alert(1)</script>'],
  ])('%s in state is encoded, and comes back as it was', async (_what, state) => {
    const outcome = await it.browser().open(authorizationUrl({ state, prompt: 'none' }));
    const location = locationOf(outcome);
    expect(location).toMatch(/^[\x21-\x7e]+$/);
    expect(new URL(location).searchParams.get('state')).toBe(state);
  });

  test('NUL is refused', async () => {
    await expect(it.browser().open(authorizationUrl({ state: 'a\0b' }))).rejects.toMatchObject({
      code: 'invalid_request',
    });
  });

  test('in the words of a login app', async () => {
    const browser = it.browser();
    const challenge = parameterOf(await browser.open(authorizationUrl()), 'login_challenge');
    const rejection = interactionV1.Rejection.create({ error: 'no\r\nway', errorDescription: 'a\r\nb\u010a"c"' });
    const { redirectTo } = await it.app.rejectLoginRequest({ challenge, rejection }, call);
    const outcome = await browser.open(redirectTo);
    expect(told(outcome)).toMatchObject({ error: 'no??way', error_description: "a??b?'c'" });
    expect(locationOf(outcome)).toMatch(/^[\x21-\x7e]+$/);
  });
});

test('H06: a client of a hundred addresses and fifty keys, with a request object of 8 KB, has a challenge like any other', async () => {
  const app = it.clients.get('app')!;
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const jwk = { ...(await exportJWK(publicKey)), alg: 'ES256', use: 'sig' };
  const keys = Array.from({ length: 50 }, (_, index) => ({ ...jwk, kid: `key-${String(index)}` }));
  const more = Array.from({ length: 99 }, (_, index) => `https://app.example/${String(index)}/${'x'.repeat(200)}`);
  it.clients.set('large', {
    ...app,
    clientId: 'large',
    redirectUris: ['https://app.example/cb', ...more],
    jwksJson: Buffer.from(JSON.stringify({ keys })),
  });
  const sign = (claims: Record<string, string>, x5c: string[] = []) =>
    new SignJWT({ iss: 'large', aud: 'https://as.test', ...claims })
      .setProtectedHeader({ alg: 'ES256', kid: 'key-49', x5c })
      .sign(privateKey);
  const request = await sign({ state: 'a-state-of-8' }, Array<string>(4).fill('x'.repeat(1_500)));
  expect(request.length).toBeGreaterThan(8_000);
  const outcome = await it.browser().open(authorizationUrl({ client_id: 'large', request }));
  const challenge = parameterOf(outcome, 'login_challenge');
  expect(challenge.length).toBeLessThan(2_000);
  expect((await it.app.getLoginRequest({ challenge }, call)).client?.redirectUris).toHaveLength(100);
  // Only what a request itself says travels in the challenge, and that is bounded.
  const long = await sign({ note: 'x'.repeat(6_200) });
  const opened = it.browser().open(authorizationUrl({ client_id: 'large', request: long }));
  await expect(opened.then(told)).resolves.toMatchObject({ error: 'invalid_request' });
});

test('S15: success and error name the issuer, byte for byte', async () => {
  const browser = it.browser();
  const success = told(await browser.open(await consented(browser, await loggedIn(browser))));
  const failure = told(await it.browser().open(authorizationUrl({ prompt: 'none' })));
  expect([success['iss'], failure['iss']]).toEqual(['https://as.test', 'https://as.test']);
});
