// A real Chromium lets a device in: the code is compared, typed wrong, typed right, and the device is the person's
// (RFC 8628 §3.3).
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { openChromium, openWindow } from './chromium.js';
import type { CreatedClient } from './clients.js';
import { basic, createClient } from './clients.js';
import type { Demo } from './demo.js';
import { joinDemo } from './demo.js';
import { expectAccessible, leave, passLogin } from './demo-pages.js';

// A browser on a busy machine takes its time; nothing here measures it.
jest.setTimeout(60_000);

const grant = 'urn:ietf:params:oauth:grant-type:device_code';

interface DeviceAnswer {
  readonly device_code: string;
  readonly user_code: string;
  readonly verification_uri: string;
  readonly verification_uri_complete: string;
}

let demo: Demo;
let browser: Browser;
let client: CreatedClient;

beforeAll(async () => {
  browser = await openChromium();
  demo = await joinDemo();
  client = await createClient(demo.admin, { client_name: 'Television', grant_types: [grant] });
}, 150_000);
afterAll(async () => {
  await browser.close();
  await demo.stop();
});

async function post<T>(path: string, form: Record<string, string>): Promise<T> {
  const response = await fetch(demo.public + path, {
    method: 'POST',
    headers: { authorization: basic(client) },
    body: new URLSearchParams(form),
  });
  return (await response.json()) as T;
}
const begin = () => post<DeviceAnswer>('/oauth2/device/auth', { client_id: client.client_id, scope: 'openid profile' });
const poll = async (given: DeviceAnswer) => {
  const form = { grant_type: grant, device_code: given.device_code };
  return post<{ id_token?: string; error?: string }>('/oauth2/token', form);
};

async function inWindow(work: (page: Page) => Promise<void>): Promise<void> {
  const { context, page, complaints } = await openWindow(browser, { javaScriptEnabled: false });
  await work(page);
  await context.close();
  // Chromium complains of pages that say by their status what went wrong: the code, or the login.
  expect(complaints.filter((complaint) => !/status of (?:422|403) /.test(complaint))).toEqual([]);
}

test('somebody types the code of a device, wrong at first', () =>
  inWindow(async (page) => {
    const given = await begin();
    await page.goto(given.verification_uri);
    await expectAccessible(page);
    expect(await page.textContent('main')).toContain('If somebody sent you the code, stop');
    await page.fill('#user-code', 'BBBB-BBBB');
    await leave(page, '#continue');
    expect(await page.textContent('#user-code-error')).toContain('No device shows this code');
    await expectAccessible(page);
    await page.fill('#user-code', given.user_code.toLowerCase());
    await page.click('#continue');
    await page.waitForSelector('#login-form');
    await passLogin(page, { username: 'Grace.Hopper' });
    expect(await page.textContent('#client-name')).toBe('Television');
    await page.click('#allow');
    await page.waitForURL(`${demo.login}/device/done**`);
    await expectAccessible(page);
    expect(await page.textContent('h1')).toBe('Your device is let in');
    const claims = (await poll(given)).id_token?.split('.')[1] ?? '';
    expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).toMatchObject({ sub: 'grace.hopper' });
  }));

test('a code that came with the address is compared, and may be refused at the login', () =>
  inWindow(async (page) => {
    const given = await begin();
    await page.goto(given.verification_uri_complete);
    expect(await page.inputValue('#user-code')).toBe(given.user_code);
    expect(await page.textContent('#continue')).toBe('The codes are the same');
    await page.click('#continue');
    await page.waitForSelector('#login-form');
    await page.click('#cancel');
    await page.waitForURL('**/oauth2/fallbacks/error**');
    expect(await page.textContent('main')).toContain('access_denied');
    expect(await poll(given)).toMatchObject({ error: 'access_denied' });
  }));
