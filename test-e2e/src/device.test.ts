// The device flow whole, between real processes: openid-client is the device, and a browser without scripts goes through the
// demo login app (RFC 8628).
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import * as rp from 'openid-client';
import { createBrowserSession, locationOf } from './browser-session.js';
import { createClient } from './clients.js';
import type { Demo } from './demo.js';
import { joinDemo } from './demo.js';

const grant = 'urn:ietf:params:oauth:grant-type:device_code';

let demo: Demo;
let device: rp.Configuration;
beforeAll(async () => {
  demo = await joinDemo();
  const client = await createClient(demo.admin, {
    client_name: 'Television',
    grant_types: [grant, 'refresh_token'],
    token_endpoint_auth_method: 'none',
  });
  device = await rp.discovery(new URL(demo.issuer), client.client_id, {}, rp.None(), {
    execute: [rp.allowInsecureRequests],
  });
});
afterAll(() => demo.stop());

/** The form of a page, ready to be posted with what somebody fills in. */
async function formOf(response: Response, filled: Record<string, string>): Promise<RequestInit> {
  const html = await response.text();
  const hidden = [...html.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)];
  const fields = Object.fromEntries(hidden.map(([, name = '', value = '']) => [name, value]));
  return { method: 'POST', body: new URLSearchParams({ ...fields, ...filled }) };
}

/** Follows redirects to the next page. */
async function follow(browser: ReturnType<typeof createBrowserSession>, url: string): Promise<[string, Response]> {
  let at = url;
  for (let hop = 0; hop < 9; hop++) {
    const response = await browser.visit(at);
    if (response.headers.get('location') === null) return [at, response];
    at = new URL(await locationOf(response), at).href;
  }
  throw new Error(`no page within nine hops of ${url}`);
}

async function begin() {
  const given = await rp.initiateDeviceAuthorization(device, { scope: 'openid offline_access profile' });
  expect(given.verification_uri).toBe(`${demo.public}/oauth2/device/verify`);
  return given;
}

/** Types the code; the page of the login app that follows. */
async function typeCode(browser: ReturnType<typeof createBrowserSession>, url: string, typed: string) {
  const [page, asked] = await follow(browser, url);
  const answer = await browser.visit(page, await formOf(asked, { user_code: typed }));
  expect(answer.status).toBe(303);
  return follow(browser, await locationOf(answer));
}

test('a person lets a device in, without scripts, by typing the code as people do', async () => {
  const given = await begin();
  const browser = createBrowserSession();
  const typed = given.user_code.toLowerCase().replace(/^(....)/, '$1-');
  const [login, loginPage] = await typeCode(browser, given.verification_uri, typed);
  const loggedIn = await browser.visit(
    login,
    await formOf(loginPage, { username: 'ann', password: 'x', decision: 'accept' }),
  );
  const [consent, consentPage] = await follow(browser, await locationOf(loggedIn));
  expect(await consentPage.clone().text()).toContain('Television');
  const agreed = new URLSearchParams();
  const form = await formOf(consentPage, { decision: 'accept' });
  for (const [name, value] of form.body as URLSearchParams) agreed.append(name, value);
  for (const scope of ['openid', 'offline_access', 'profile']) agreed.append('grant_scope', scope);
  const done = await browser.visit(consent, { method: 'POST', body: agreed });
  const [end, page] = await follow(browser, await locationOf(done));
  expect(new URL(end).pathname).toBe('/device/done');
  expect(await page.text()).toContain('Your device is let in');

  const tokens = await rp.pollDeviceAuthorizationGrant(device, given);
  expect(tokens.claims()?.sub).toBe('ann');
  const again = await rp.refreshTokenGrant(device, tokens.refresh_token ?? '');
  expect(again.access_token).not.toBe(tokens.access_token);
});

test('a person who refuses is no riddle to the device', async () => {
  const given = await begin();
  const browser = createBrowserSession();
  const [login, loginPage] = await typeCode(browser, given.verification_uri_complete ?? '', given.user_code);
  const refused = await browser.visit(login, await formOf(loginPage, { decision: 'reject' }));
  const [, shown] = await follow(browser, await locationOf(refused));
  expect(await shown.text()).toContain('access_denied');
  await expect(rp.pollDeviceAuthorizationGrant(device, given)).rejects.toMatchObject({ error: 'access_denied' });
});

test('a code that nobody shows is said to be wrong, and may be typed once more', async () => {
  const browser = createBrowserSession();
  const [page, asked] = await follow(browser, `${demo.public}/oauth2/device/verify`);
  const answer = await browser.visit(page, await formOf(asked, { user_code: 'BBBBBBBB' }));
  expect(answer.status).toBe(422);
  expect(await answer.text()).toContain('No device shows this code');
});
