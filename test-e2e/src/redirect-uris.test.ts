// A redirect URI that differs by one byte: an error page, never a redirect, whoever may read it as the same address
// (security catalogue §3.B, numbered as there; RFC 9700 §2.1).
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createBrowserSession, locationOf } from './browser-session.js';
import type { CreatedClient } from './clients.js';
import { createClient } from './clients.js';
import { authorizationUrl, redeem } from './code-flow.js';
import type { Demo } from './demo.js';
import { joinDemo } from './demo.js';
import { authorize } from './login-app.js';

let demo: Demo;

beforeAll(async () => {
  demo = await joinDemo();
}, 150_000);

afterAll(async () => {
  await demo.stop();
});

const registered = 'https://app.example/cb';
const evil = 'evil.example';

/** Spellings of the one registered address that somebody, somewhere, takes for it. */
const spellings: readonly (readonly [number: string, requested: string])[] = [
  ['R02', 'https://app.example/cb/'],
  ['R03', 'https://app.example/CB'],
  ['R04', 'HTTPS://app.example/cb'],
  ['R05', 'https://APP.example/cb'],
  ['R06', 'https://app.example:443/cb'],
  ['R07', 'https://app.example./cb'],
  ['R08', 'https://app.example/cb?'],
  ['R09', 'https://app.example/cb#'],
  ['R09', 'https://app.example/cb#x'],
  ['R10', 'https://app.example/cb?x=1'],
  ['R11', 'https://app.example/cb/../cb'],
  ['R11', 'https://app.example/./cb'],
  ['R12', 'https://app.example//cb'],
  ['R13', 'https://app.example/%63b'],
  ['R14', 'https://app.example/cb%2f..%2fevil'],
  ['R15', 'https://app.example/cb%252f..'],
  ['R16', 'https://app.example/cb/../evil'],
  ['R17', 'https://app.example/cb/..;/evil'],
  ['R18', 'https://app.example\\@evil.example/cb'],
  ['R19', 'https://evil.example\\.app.example/cb'],
  ['R20', 'https://app.example@evil.example/cb'],
  ['R21', 'https://a@b@app.example/cb'],
  ['R22', 'https://appxexample/cb'],
  ['R22', 'https://app.example.evil.example/cb'],
  ['R22', 'https://app.example%2eevil.example/cb'],
  ['R23', 'https:/app.example/cb'],
  ['R23', 'https:app.example/cb'],
  ['R23', 'https:\\\\app.example\\cb'],
  ['R24', '//app.example/cb'],
  ['R24', '/cb'],
  ['R24', 'app.example/cb'],
  ['R25', ' https://app.example/cb'],
  ['R25', 'https://app.example/cb '],
  ['R26', 'https://app.example/cb\n'],
  ['R26', 'https://app.example/cb\r'],
  ['R26', 'https://app.example/cb\t'],
  ['R26', 'https://app\t.example/cb'],
  ['R28', 'https://\u0430pp.example/cb'],
  ['R31', 'http://app.example/cb'],
  ['R32', 'javascript:alert(1)//https://app.example/cb'],
  ['R33', 'data:text/html,x'],
  ['R33', 'vbscript:x'],
  ['R33', 'file:///cb'],
  ['R33', 'blob:https://app.example/cb'],
  ['R33', 'about:blank'],
];

const loopback = 'http://127.0.0.1/cb';
const loopbackSpellings: typeof spellings = [
  ['R40', 'http://127.0.0.1:8080/cb?a=b'],
  ['R40', 'http://127.0.0.1:8080/cb#f'],
  ['R40', 'http://127.0.0.1:8080/cb#'],
  ['R40', 'http://127.0.0.1:8080/%63b'],
  ['R40', 'http://127.0.0.1:8080/x/../cb'],
  ['R40', 'http://127.0.0.1:8080/CB'],
  ['R41', 'http://evil@127.0.0.1:8080/cb'],
  ['R43', 'http://127.1:8080/cb'],
  ['R43', 'http://2130706433/cb'],
  ['R43', 'http://0x7f.0.0.1/cb'],
  ['R43', 'http://127.0.0.2:8080/cb'],
  ['R43', 'http://[::ffff:127.0.0.1]:9/cb'],
  ['R43', 'http://127.0.0.1.evil.example:8080/cb'],
  ['R43', 'http://127.0.0.1:8080@evil.example/cb'],
  ['R44', 'http://127.0.0.1:0/cb'],
  ['R44', 'http://127.0.0.1:70000/cb'],
  ['R44', 'http://127.0.0.1:08080/cb'],
  ['R44', 'http://127.0.0.1:/cb'],
  ['R44', 'http://127.0.0.1:80 /cb'],
];

/** More addresses, each with what may not stand for it. */
const others: readonly (readonly [number: string, registered: string, requested: string])[] = [
  ['R30', 'https://app.example/%C3%A9', 'https://app.example/e%CC%81'],
  ['R30', 'https://app.example/%C3%A9', 'https://app.example/%c3%a9'],
  ['R30', 'https://app.example/%C3%A9', 'https://app.example/\u00e9'],
  ['R36', 'https://app.example/cb?a=1&b=2', 'https://app.example/cb?b=2&a=1'],
  ['R37', 'https://app.example/cb?a=b%20c', 'https://app.example/cb?a=b+c'],
  ['R42', 'https://127.0.0.1/cb', 'http://127.0.0.1:8080/cb'],
  ['R43', 'http://[::1]/cb', 'http://[0:0:0:0:0:0:0:1]:9/cb'],
  ['R45', 'http://localhost/cb', 'http://localhost:8080/cb'],
  ['R46', 'com.app:/cb', 'com.app:///cb'],
  ['R46', 'com.app:/cb', 'COM.APP:/cb'],
  ['R46', 'com.app:/cb', 'com.app:/cb?x'],
];

const refused = [
  ...spellings.map(([number, requested]) => [number, registered, requested] as const),
  ...loopbackSpellings.map(([number, requested]) => [number, loopback, requested] as const),
  ...others,
];

/** Clients by the one address they registered. */
const clients = new Map<string, Promise<CreatedClient>>();
function clientOf(address: string): Promise<CreatedClient> {
  const known = clients.get(address);
  if (known !== undefined) return known;
  const created = createClient(demo.admin, { redirect_uris: [address], post_logout_redirect_uris: [address] });
  clients.set(address, created);
  return created;
}

/** The browser must be on a page of ours, with the error and without a way to anybody else. */
async function expectErrorPage(response: Response): Promise<void> {
  const location = await locationOf(response);
  const at = new URL(location, demo.public);
  expect(at.origin).toBe(new URL(demo.public).origin);
  expect(at.searchParams.get('error')).toBe('invalid_request');
  expect(location).not.toContain(evil);
  expect([...at.searchParams.keys()]).not.toContain('code');
}

describe('at the authorization endpoint', () => {
  test.each(refused)('%s: who registered %j may not ask for %j', async (_number, address, requested) => {
    const client = await clientOf(address);
    const url = authorizationUrl(demo, client, { redirect_uri: requested });
    await expectErrorPage(await createBrowserSession().visit(url));
  });

  test.each([
    ['R01', registered, registered],
    ['R30', 'https://app.example/%C3%A9', 'https://app.example/%C3%A9'],
    ['R37', 'https://app.example/cb?a=b%20c', 'https://app.example/cb?a=b%20c'],
    ['R39', loopback, 'http://127.0.0.1:49152/cb'],
    ['R39', 'http://[::1]/cb', 'http://[::1]:49152/cb'],
    ['R46', 'com.app:/cb', 'com.app:/cb'],
  ])('%s: who registered %j may ask for %j, and gets the code there', async (_number, address, requested) => {
    const client = await clientOf(address);
    const url = authorizationUrl(demo, client, { redirect_uri: requested });
    const back = await authorize(demo.admin, createBrowserSession(), url);
    const asked = new URL(requested);
    expect([back.protocol, back.host, back.pathname]).toEqual([asked.protocol, asked.host, asked.pathname]);
    for (const [name, value] of asked.searchParams) expect(back.searchParams.get(name)).toBe(value);
    const code = back.searchParams.get('code') ?? '';
    const elsewhere = await redeem(demo, client, code, {
      redirect_uri: address === requested ? `${address}/` : address,
    });
    expect(elsewhere).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    expect((await redeem(demo, client, code, { redirect_uri: requested })).status).toBe(200);
  });
});

describe('at the token endpoint', () => {
  test('no other spelling redeems a code, and none of them uses it up', async () => {
    const client = await clientOf(registered);
    const url = authorizationUrl(demo, client, { redirect_uri: registered });
    const back = await authorize(demo.admin, createBrowserSession(), url);
    const code = back.searchParams.get('code') ?? '';
    for (const [number, requested] of spellings) {
      const { status, body } = await redeem(demo, client, code, { redirect_uri: requested });
      expect([number, requested, status, body.error]).toEqual([number, requested, 400, 'invalid_grant']);
    }
    expect((await redeem(demo, client, code, { redirect_uri: registered })).status).toBe(200);
  });
});

describe('after a logout (R47)', () => {
  let idToken: string;

  beforeAll(async () => {
    const client = await clientOf(registered);
    const url = authorizationUrl(demo, client, { redirect_uri: registered });
    const back = await authorize(demo.admin, createBrowserSession(), url);
    const { body } = await redeem(demo, client, back.searchParams.get('code') ?? '', { redirect_uri: registered });
    idToken = body.id_token ?? '';
  });

  const logOut = (address: string) => {
    const url = new URL(`${demo.public}/oauth2/sessions/logout`);
    url.search = new URLSearchParams({ id_token_hint: idToken, post_logout_redirect_uri: address }).toString();
    return createBrowserSession().visit(url.href);
  };

  test('the registered address is where the browser goes', async () => {
    expect(await locationOf(await logOut(registered))).toBe(registered);
  });

  test.each(spellings)('%s: nobody is sent to %j', async (_number, requested) => {
    await expectErrorPage(await logOut(requested));
  });
});

describe('registration', () => {
  test.each([
    ['R34', 'JaVaScRiPt:alert(1)'],
    ['R34', 'java\nscript:alert(1)'],
    ['R34', ' javascript:alert(1)'],
    ['R33', 'data:text/html,x'],
    ['R33', 'vbscript:x'],
    ['R33', 'blob:https://app.example/cb'],
    ['R30', 'https://app.example/\u00e9'],
    ['R35', 'https://app.example/cb#f'],
    ['R35', 'app.example/cb'],
    ['R35', 'https://user@app.example/cb'],
    ['R35', 'https://*.app.example/cb'],
  ])('%s: refuses %j', async (_number, address) => {
    const response = await fetch(`${demo.admin}/admin/clients`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ redirect_uris: [address] }),
    });
    expect([response.status, ((await response.json()) as { error: string }).error]).toEqual([
      400,
      'invalid_redirect_uri',
    ]);
  });
});
