// What only a real browser can show of the front channel: an answer that is posted, with scripts and without, and a frame
// that notices another login (Form Post Response Mode §2, OpenID Connect Session Management 1.0 §3).
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { openChromium, openWindow } from './chromium.js';
import type { CreatedClient } from './clients.js';
import { createClient } from './clients.js';
import type { Demo } from './demo.js';
import { joinDemo } from './demo.js';
import { answerConsent, answerLogin } from './login-app.js';

// A browser on a busy machine takes its time; nothing here measures it.
jest.setTimeout(60_000);

let demo: Demo;
let browser: Browser;
let client: CreatedClient;
let posted = new URLSearchParams();

/** A relying party: takes posted answers, and watches the login from a frame. */
const server = createServer((request, response) => {
  response.setHeader('content-type', 'text/html');
  if (request.method !== 'POST') {
    response.end(`<!doctype html><title>Watch</title><link rel="icon" href="data:,">
<iframe src="${demo.public}/oauth2/sessions/check"></iframe>`);
    return;
  }
  let body = '';
  request.setEncoding('utf8').on('data', (text: string) => (body += text));
  request.on('end', () => {
    posted = new URLSearchParams(body);
    response.end('<!doctype html><title>Thanks</title><link rel="icon" href="data:,"><p id="done">Thanks</p>');
  });
});
const rp = () => `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;

beforeAll(async () => {
  browser = await openChromium();
  demo = await joinDemo();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  client = await createClient(demo.admin, {
    redirect_uris: [`${rp()}/callback`],
    grant_types: ['authorization_code', 'implicit'],
    response_types: ['code', 'code id_token'],
  });
}, 150_000);

afterAll(async () => {
  await browser.close();
  await new Promise((resolve) => server.close(resolve));
  await demo.stop();
});

/** Walks a browser through login and consent; the apps' answers are given behind its back. */
async function walk(page: Page, parameters: Record<string, string>): Promise<void> {
  const query = { client_id: client.client_id, redirect_uri: `${rp()}/callback`, scope: 'openid', state: 'a state' };
  let next = `${demo.public}/oauth2/auth?${new URLSearchParams({ ...query, ...parameters }).toString()}`;
  for (;;) {
    await page.goto(next);
    const at = new URL(page.url()).searchParams;
    const login = at.get('login_challenge');
    const consent = at.get('consent_challenge');
    if (login !== null) next = await answerLogin(demo.admin, login, { remember: true });
    else if (consent !== null) next = await answerConsent(demo.admin, consent, {});
    else return;
  }
}

describe.each([
  ['by itself, with scripts', true],
  ['by a button, without', false],
])('an answer is posted %s', (_how, javaScriptEnabled) => {
  test('and nothing of it stands in an address', async () => {
    const { context, page, complaints } = await openWindow(browser, { javaScriptEnabled });
    await walk(page, { response_type: 'code id_token', response_mode: 'form_post', nonce: 'a"><nonce' });
    if (!javaScriptEnabled) await page.click('button');
    await page.waitForSelector('#done');
    expect(page.url()).toBe(`${rp()}/callback`);
    expect([...posted.keys()]).toEqual(expect.arrayContaining(['code', 'id_token', 'state', 'iss']));
    expect(posted.get('state')).toBe('a state');
    const claims = Buffer.from(posted.get('id_token')?.split('.')[1] ?? '', 'base64url').toString();
    expect(JSON.parse(claims)).toMatchObject({ nonce: 'a"><nonce' });
    expect(complaints).toEqual([]);
    await context.close();
  });
});

test('a frame says unchanged, and changed once somebody logged in anew', async () => {
  const { context, page, complaints } = await openWindow(browser, {});
  const ask = async (message: string): Promise<unknown> => {
    await page.goto(rp());
    return page.evaluate(
      ([text, origin]) =>
        new Promise((resolve) => {
          addEventListener('message', (event) => resolve(event.data));
          document.querySelector('iframe')?.contentWindow?.postMessage(text, origin ?? '');
        }),
      [message, new URL(demo.public).origin],
    );
  };
  await walk(page, { response_type: 'code', response_mode: 'form_post' });
  await page.waitForSelector('#done');
  const message = `${client.client_id} ${posted.get('session_state') ?? ''}`;
  expect(await ask(message)).toBe('unchanged');
  expect(await ask('nonsense')).toBe('error');
  await walk(page, { response_type: 'code', response_mode: 'form_post', prompt: 'login' });
  await page.waitForSelector('#done');
  expect(await ask(message)).toBe('changed');
  expect(await ask(`${client.client_id} ${posted.get('session_state') ?? ''}`)).toBe('unchanged');
  expect(complaints).toEqual([]);
  await context.close();
});
