// Logout as relying parties live it: a real Chromium loads their frames, with scripts and without, and the worker delivers
// what it owes even when it is killed in the middle (Front-Channel and Back-Channel Logout 1.0; user wishes, "logout that arrives").
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { once } from 'node:events';
import type { Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser } from 'playwright-core';
import { openChromium, openWindow } from './chromium.js';
import type { CreatedClient } from './clients.js';
import { createClient } from './clients.js';
import type { Demo } from './demo.js';
import { startDemo } from './demo.js';
import { passLogin } from './demo-pages.js';
import { adminCall, authorize } from './login-app.js';
import { createBrowserSession } from './browser-session.js';

// A browser on a busy machine takes its time, and a killed worker's notification its lease; nothing here measures either.
jest.setTimeout(120_000);

let demo: Demo;
let browser: Browser;
let server: Server;
let rp: string;
let client: CreatedClient;
const frames: URL[] = [];
const tokens: Record<string, unknown>[] = [];
let notified: (response: ServerResponse) => void;

beforeAll(async () => {
  browser = await openChromium();
  // The relying party of this test is on loopback.
  demo = await startDemo({ env: { CLIENTS_HTTP_DISALLOW_PRIVATE_IP_RANGES: 'false' } });
  server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', rp);
    if (url.pathname === '/front') frames.push(url);
    if (url.pathname !== '/back') {
      response.writeHead(200, { 'Content-Type': 'text/html' }).end(`<title>${url.pathname}</title>`);
      return;
    }
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const jwt = new URLSearchParams(Buffer.concat(chunks).toString()).get('logout_token') ?? '';
      tokens.push(JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>);
      notified(response);
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  rp = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  client = await createClient(demo.admin, {
    redirect_uris: [`${rp}/cb`],
    post_logout_redirect_uris: [`${rp}/bye`],
    frontchannel_logout_uri: `${rp}/front?keep=1`,
    backchannel_logout_uri: `${rp}/back`,
  });
}, 150_000);

afterAll(async () => {
  await browser.close();
  await demo.stop();
  server.close();
});

const request = (more: Record<string, string> = {}) =>
  `${demo.public}/oauth2/auth?${new URLSearchParams({
    client_id: client.client_id,
    redirect_uri: `${rp}/cb`,
    response_type: 'code',
    scope: 'openid',
    state: 'a-state-of-8',
    ...more,
  }).toString()}`;

interface Delivery {
  readonly id: string;
  readonly sid: string;
  readonly state: string;
  readonly attempts: number;
}
const deliveries = (state: string) =>
  adminCall<Delivery[]>(`${demo.admin}/admin/logout-deliveries?client_id=${client.client_id}&state=${state}`);
const delivered = async (sid: string): Promise<Delivery> => {
  for (;;) {
    const found = (await deliveries('delivered')).find((delivery) => delivery.sid === sid);
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
};

describe.each([
  ['with scripts', true],
  ['without scripts', false],
])('a person logs out %s', (_name, javaScriptEnabled) => {
  test('their client is told in a frame and by its back channel, and gets them back', async () => {
    notified = (response) => response.writeHead(200).end();
    frames.length = 0;
    const { context, page, complaints } = await openWindow(browser, { javaScriptEnabled });
    await page.goto(request());
    await passLogin(page, { rememberLogin: true });
    await page.click('#allow');
    await page.waitForURL(`${rp}/cb?**`);
    const asked = new URLSearchParams({
      client_id: client.client_id,
      post_logout_redirect_uri: `${rp}/bye`,
      state: 'x',
    });
    await page.goto(`${demo.public}/oauth2/sessions/logout?${asked.toString()}`);
    await page.click('#logout-form #log-out');
    await page.waitForURL(`${rp}/bye?state=x`);
    expect(frames).toHaveLength(1);
    const [frame] = frames;
    expect(Object.fromEntries(frame!.searchParams)).toEqual({ keep: '1', iss: demo.issuer, sid: expect.any(String) });
    const sid = frame!.searchParams.get('sid') ?? '';
    expect(await delivered(sid)).toMatchObject({ attempts: 1 });
    expect(tokens.at(-1)).toMatchObject({ iss: demo.issuer, aud: [client.client_id], sub: 'ada', sid });
    // A violated content security policy ends up here.
    expect(complaints.filter((complaint) => !complaint.includes('favicon'))).toEqual([]);
    await page.goto(request({ prompt: 'none' }));
    await page.waitForURL(`${rp}/cb?**error=login_required**`);
    await context.close();
  });
});

test('the worker is killed while it delivers: the client hears of it all the same', async () => {
  const person = createBrowserSession();
  const began = new Promise<ServerResponse>((resolve) => (notified = resolve));
  await authorize(demo.admin, person, request(), { subject: 'grace', remember: true });
  const url = `${demo.admin}/admin/oauth2/auth/sessions/consent?subject=grace`;
  const [consent] = await adminCall<{ consent_request: { login_session_id: string } }[]>(url);
  const sid = consent!.consent_request.login_session_id;
  await adminCall(`${demo.admin}/admin/oauth2/auth/sessions/login?sid=${sid}`, 'DELETE');
  const unanswered = await began;
  notified = (response) => response.writeHead(204).end();
  process.kill(demo.pids.worker, 'SIGKILL');
  unanswered.destroy();
  expect(await delivered(sid)).toMatchObject({ attempts: 2 });
  const [first, second] = tokens.filter((token) => token['sid'] === sid);
  expect(second?.['jti']).not.toBe(first?.['jti']);
});
