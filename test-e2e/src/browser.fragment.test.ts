// What arrives in a fragment in a real Chromium: a page of the relying party reads it, the network never sees it (OpenID
// Connect Core §3.2.2.5, §3.3.2.5).
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser } from 'playwright-core';
import { openChromium, openWindow } from './chromium.js';
import type { CreatedClient } from './clients.js';
import { createClient } from './clients.js';
import { askToken } from './code-flow.js';
import type { Demo } from './demo.js';
import { joinDemo } from './demo.js';
import { passLogin } from './demo-pages.js';

// A browser on a busy machine takes its time; nothing here measures it.
jest.setTimeout(60_000);

let demo: Demo;
let browser: Browser;
let client: CreatedClient;
const requested: string[] = [];

/** A relying party without a server side: a script reads what came in the fragment. */
const server = createServer((request, response) => {
  requested.push(request.url ?? '');
  response.setHeader('content-type', 'text/html');
  response.end(`<!doctype html><title>App</title><link rel="icon" href="data:,"><pre id="got"></pre>
<script>document.getElementById('got').textContent = location.hash.slice(1)</script>`);
});
const rp = () => `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/app`;

beforeAll(async () => {
  browser = await openChromium();
  demo = await joinDemo();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  client = await createClient(demo.admin, {
    redirect_uris: [rp()],
    grant_types: ['authorization_code', 'implicit'],
    response_types: ['id_token token', 'code id_token', 'code token', 'code id_token token'],
  });
}, 150_000);
afterAll(async () => {
  await browser.close();
  await new Promise((resolve) => server.close(resolve));
  await demo.stop();
});

test.each([
  ['implicit', 'id_token token', ['access_token', 'expires_in', 'id_token', 'token_type']],
  ['hybrid', 'code id_token', ['code', 'id_token']],
  ['hybrid with a token', 'code id_token token', ['access_token', 'code', 'expires_in', 'id_token', 'token_type']],
])('%s: a person logs in and the page has it', async (_flow, responseType, members) => {
  requested.length = 0;
  const { context, page, complaints } = await openWindow(browser, {});
  const query = new URLSearchParams({
    ...{ client_id: client.client_id, redirect_uri: rp(), response_type: responseType, scope: 'openid' },
    ...{ state: 'a-state-of-length', nonce: 'a-nonce-of-length' },
  });
  await page.goto(`${demo.public}/oauth2/auth?${query.toString()}`);
  await passLogin(page);
  await page.click('#allow');
  await page.waitForURL(`${rp()}#**`);
  const got = new URLSearchParams((await page.textContent('#got')) ?? '');
  expect([...got.keys()]).toEqual(expect.arrayContaining([...members, 'state', 'iss']));
  expect(got.get('state')).toBe('a-state-of-length');
  const claims = Buffer.from(got.get('id_token')?.split('.')[1] ?? '', 'base64url').toString();
  expect(JSON.parse(claims)).toMatchObject({ sub: 'ada', aud: [client.client_id], nonce: 'a-nonce-of-length' });
  const code = got.get('code');
  if (code !== null) {
    const answer = await askToken(demo, client, { grant_type: 'authorization_code', code, redirect_uri: rp() });
    expect(answer).toMatchObject({ status: 200, body: { id_token: expect.any(String) } });
  }
  // Neither the address that was asked for nor a violated policy gave anything away.
  expect(requested.filter((url) => url !== '/favicon.ico')).toEqual(['/app']);
  expect(complaints).toEqual([]);
  await context.close();
});
