// A real Chromium clicks through the demo as a newcomer would: with scripts and without, and nothing ever complains.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import type { Window } from './chromium.js';
import { openChromium, openWindow } from './chromium.js';
import type { Demo } from './demo.js';
import { joinDemo } from './demo.js';
import {
  expectAccessible,
  goToLogin,
  leave,
  logIn,
  passConsent,
  passLogin,
  readTable,
  tabOrder,
} from './demo-pages.js';

// A browser on a busy machine takes its time; nothing here measures it.
jest.setTimeout(60_000);

let demo: Demo;
let browser: Browser;

beforeAll(async () => {
  browser = await openChromium();
  demo = await joinDemo();
}, 150_000);

afterAll(async () => {
  await browser.close();
  await demo.stop();
});

const textOf = async (page: Page, selector: string) => ((await page.textContent(selector)) ?? '').trim();

/** Presses a button and waits for the result or problem it brings. */
async function press(page: Page, button: string): Promise<string> {
  await leave(page, button);
  await page.waitForSelector('#outcome');
  return textOf(page, '#outcome h2');
}

const refusedDocument = (status: number) => new RegExp(`^Failed to load resource.* status of ${String(status)}`);

describe.each([
  ['with scripts', true],
  ['without scripts', false],
])('%s', (_name, javaScriptEnabled) => {
  let window: Window;
  let page: Page;

  beforeEach(async () => {
    window = await openWindow(browser, { javaScriptEnabled, viewport: { width: 1280, height: 900 } });
    page = window.page;
  });

  afterEach(async () => {
    const { complaints, origins } = window;
    await window.context.close();
    // A violated content security policy, a missing file and a script's fault all end up here.
    expect(complaints).toEqual([]);
    const ours = [demo.rp, demo.login, demo.public].map((url) => new URL(url).origin);
    expect([...origins].filter((origin) => !ours.includes(origin))).toEqual([]);
  });

  test('log in, agree, and see what came of it', async () => {
    await logIn(page, demo, { username: 'Grace.Hopper' });
    expect(await textOf(page, '#name')).toBe('Grace Hopper');
    expect(await textOf(page, '#subject')).toBe('grace.hopper');
    const claims = await readTable(page, 'id-token-claims');
    expect(Object.fromEntries(claims)).toMatchObject({
      iss: demo.issuer,
      sub: 'grace.hopper',
      email: 'grace.hopper@example.com',
      acr: '0',
    });
    for (const name of ['exp', 'iat', 'auth_time', 'nonce', 'at_hash', 'sid'])
      expect([...claims.keys()]).toContain(name);
    expect((await readTable(page, 'id-token-header')).get('alg')).toBe('RS256');
    expect(await textOf(page, '#access-token .expiry')).toMatch(/^Expires in /);
    expect(await textOf(page, '#scope')).toBe('openid profile email offline_access');
    const steps = await page.locator('.step-title').allTextContents();
    expect(steps).toEqual(expect.arrayContaining(['Discovery', 'Authorization request', 'Callback', 'Token request']));
    // No token in full anywhere but behind the fold that says so.
    const shown = await page.locator('main').innerText();
    expect(shown).not.toMatch(/ory_[ar]t_\S{40}/);
  });

  test('refresh rotates, and the old token brings the same successor', async () => {
    await logIn(page, demo);
    expect(await press(page, '#refresh')).toBe('Refreshed');
    const before = await page.locator('#comparison .before').allTextContents();
    const after = await page.locator('#comparison .after').allTextContents();
    expect(before).toHaveLength(2);
    before.forEach((fingerprint, index) => expect(after[index]).not.toBe(fingerprint));
    expect(await press(page, '#replay')).toBe('The same successor came back');
  });

  test('userinfo, introspection, revocation', async () => {
    await logIn(page, demo);
    expect(await press(page, '#userinfo')).toBe('Userinfo');
    expect((await readTable(page, 'result-members')).get('sub')).toBe('ada');
    expect(await press(page, '#introspect-access')).toBe('The access token is active');
    expect((await readTable(page, 'result-members')).get('client_id')).toBe(demo.client.client_id);
    expect(await press(page, '#introspect-refresh')).toBe('The refresh token is active');
    expect(await press(page, '#revoke-refresh')).toBe('The refresh token is revoked');
    expect(await press(page, '#introspect-access')).toBe('The access token is not active');
    expect(await press(page, '#introspect-refresh')).toBe('The refresh token is not active');
    await press(page, '#refresh');
    expect(await textOf(page, '#problem-code')).toBe('invalid_grant');
    expect(await textOf(page, '#problem-error-id')).not.toBe('');
  });

  test('a remembered login and consent show no page again, until logout', async () => {
    // Somebody new each time: what is remembered of a consent outlives the browser.
    const username = `remembered-${String(Date.now())}`;
    await logIn(page, demo, { rememberLogin: true, rememberConsent: true, username });
    await page.click('#forget');
    await page.waitForSelector('.hero #log-in');
    await page.click('#log-in');
    await page.waitForSelector('#tokens');
    expect(await textOf(page, '#subject')).toBe(username);

    await page.click('#log-out');
    await page.waitForSelector('#logout-form');
    await page.click('#stay');
    await page.waitForSelector('#way-back');
    await page.click('#way-back');
    await page.waitForSelector('#tokens');

    await page.click('#log-out');
    await page.waitForSelector('#logout-form');
    await page.click('#logout-form #log-out');
    await page.waitForSelector('#outcome');
    expect(await textOf(page, '#result')).toBe('You are logged out');
    expect(new URL(page.url()).origin).toBe(demo.rp);
    await page.click('#log-in');
    await page.waitForSelector('#login-form');
  });

  test('prompt=none without a session comes back with an error that says what to do', async () => {
    await page.goto(demo.rp);
    await page.click('#login-prompt-none');
    await page.waitForSelector('#outcome');
    expect(await textOf(page, '#problem-code')).toBe('login_required');
  });

  test('a consent may leave scopes out', async () => {
    await goToLogin(page, demo);
    await passLogin(page);
    await page.uncheck('input[name=grant_scope][value=offline_access]');
    await page.uncheck('input[name=grant_scope][value=email]');
    await passConsent(page, demo);
    expect(await textOf(page, '#scope')).toBe('openid profile');
    expect(await page.isDisabled('#refresh')).toBe(true);
    expect(await page.locator('#email').count()).toBe(0);
  });

  test('a refused consent comes back to the application', async () => {
    await goToLogin(page, demo);
    await passLogin(page);
    await page.click('#deny');
    await page.waitForSelector('#outcome');
    expect(await textOf(page, '#problem-code')).toBe('access_denied');
  });

  test('a cancelled login comes back to the application, from where one can log in after all', async () => {
    await goToLogin(page, demo);
    await page.click('#cancel');
    await page.waitForSelector('#outcome');
    expect(await textOf(page, '#problem-code')).toBe('access_denied');
    await logIn(page, demo);
  });

  test('a wrong login says what is wrong, beside the field, and forgets nothing else', async () => {
    await goToLogin(page, demo);
    await page.fill('#username', '   ');
    await page.fill('#password', 'any password');
    await page.check('#remember');
    await page.click('#log-in');
    await page.waitForSelector('#username-error');
    expect(await page.getAttribute('#username', 'aria-invalid')).toBe('true');
    expect(await page.getAttribute('#username', 'aria-describedby')).toBe('username-error');
    expect(await page.isChecked('#remember')).toBe(true);
    expect(await page.inputValue('#password')).toBe('');
    await expectAccessible(page);
    // Chromium reports every document that does not say 2xx.
    expect(window.complaints.splice(0)).toEqual([expect.stringMatching(refusedDocument(422))]);
    await passLogin(page);
    await passConsent(page, demo);
  });

  test('the back button after consent, and after that, never ends at a wall', async () => {
    await logIn(page, demo);
    for (let back = 0; back < 2; back++) await page.goBack();
    expect(new URL(page.url()).origin).not.toBe(demo.public);
    if (new URL(page.url()).origin === demo.login) {
      await page.waitForSelector('form');
      if ((await page.locator('#login-form').count()) > 0) await passLogin(page);
      await passConsent(page, demo);
    }
    expect(await textOf(page, '#name')).toBe('Ada Lovelace');
  });

  test('another account than the one that just logged in', async () => {
    await goToLogin(page, demo);
    await passLogin(page, { username: 'first' });
    await page.click('#switch-account');
    await page.waitForSelector('#login-form');
    expect(await page.locator('#consent-form').count()).toBe(0);
    await passLogin(page, { username: 'second' });
    await passConsent(page, demo);
    expect(await textOf(page, '#subject')).toBe('second');
  });

  // On a desk, and by day, browser.look sees each of them.
  test('every page is accessible on a telephone in the dark', async () => {
    await page.setViewportSize({ width: 375, height: 800 });
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.goto(demo.rp);
    await expectAccessible(page);
    await goToLogin(page, demo);
    await expectAccessible(page);
    await passLogin(page, { rememberLogin: true });
    await expectAccessible(page);
    await passConsent(page, demo);
    await expectAccessible(page);
    await press(page, '#refresh');
    await expectAccessible(page);
    await page.click('#log-out');
    await page.waitForSelector('#logout-form');
    await expectAccessible(page);
    await page.goto(demo.login);
    await expectAccessible(page);
    await page.goto(`${demo.public}/oauth2/auth?client_id=nobody`);
    await expectAccessible(page);
    expect(await page.locator('main').innerText()).toContain('invalid_client');
    expect(window.complaints.splice(0)).toEqual([expect.stringMatching(refusedDocument(401))]);
  });
});

describe('the keyboard alone', () => {
  test('walks the login form in reading order, and Enter logs in', async () => {
    const window = await openWindow(browser, {});
    const { page } = window;
    await goToLogin(page, demo);
    expect(await tabOrder(page, 7)).toEqual([
      'skip',
      'username',
      'password',
      'remember',
      'log-in',
      'cancel',
      'demo-account',
    ]);
    await page.focus('#username');
    await page.keyboard.type('ada');
    await page.keyboard.press('Tab');
    await page.keyboard.type('any password');
    await page.keyboard.press('Enter');
    await page.waitForSelector('#consent-form');
    await page.focus('#allow');
    await page.keyboard.press('Enter');
    await page.waitForSelector('#tokens');
    expect(window.complaints).toEqual([]);
    await window.context.close();
  });

  test('the skip link skips', async () => {
    const window = await openWindow(browser, {});
    await window.page.goto(demo.rp);
    await window.page.keyboard.press('Tab');
    await window.page.keyboard.press('Enter');
    await window.page.waitForURL((url) => url.hash === '#content');
    expect(await tabOrder(window.page, 1)).toEqual(['log-in']);
    await window.context.close();
  });
});
