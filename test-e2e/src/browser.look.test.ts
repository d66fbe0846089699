// Every page that a person sees is held against axe and our own list, in both languages, by day and by night, on a desk and
// at 320 px; and the pages that matter work for the keyboard, for paper and without scripts (WCAG 2.2 AA).
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { openChromium, openWindow } from './chromium.js';
import type { Demo } from './demo.js';
import { joinDemo } from './demo.js';
import { expectAccessible, goToLogin, leave } from './demo-pages.js';
import { manners, readers, take } from './look/manners.js';
import { formPostRequest } from './look/standing-still.js';
import { walk } from './look/walk.js';

// A browser on a busy machine takes its time; nothing here measures it.
jest.setTimeout(600_000);

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

/** What is asked of a page in each manner: everything once, and again only what its colours or its width can change. */
const rules: Readonly<Record<string, string[] | null>> = {
  light: null,
  dark: ['color-contrast', 'link-in-text-block'],
  narrow: ['scrollable-region-focusable', 'target-size'],
};

/** What axe finds, a line each; by the protocol of the browser, so that no page has to allow it. */
async function axeFindings(page: Page, some: string[] | null): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axe.source);
  return page.evaluate(async (runOnly) => {
    const { axe: onPage } = globalThis as unknown as { axe: typeof axe };
    // Its own copies of stylesheets would have to be fetched, which our policy forbids.
    const { violations, incomplete } = await onPage.run({
      preload: false,
      resultTypes: ['violations', 'incomplete'],
      ...(runOnly !== null && { runOnly }),
    });
    return [...violations, ...incomplete].flatMap(({ id, help, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${help}: ${html}: ${failureSummary ?? ''}`),
    );
  }, some);
}

test.each(readers)('no page has anything to complain of, read in $language', async ({ language, locale }) => {
  const { context, page, complaints } = await openWindow(browser, { locale });
  context.setDefaultTimeout(60_000);
  const found: string[] = [];
  const seen = new Set<string>();
  await walk({
    demo,
    context,
    page,
    locale,
    look: async (name) => {
      seen.add(name);
      for (const manner of manners) {
        const some = rules[manner.name];
        if (some === undefined) continue;
        await take(page, manner);
        const plain = manner.name === 'dark' ? Promise.resolve() : expectAccessible(page, language);
        await plain.catch((broken: unknown) => found.push(`${name}, ${manner.name}: ${String(broken)}`));
        found.push(...(await axeFindings(page, some)).map((finding) => `${name}, ${manner.name}: ${finding}`));
      }
    },
  });
  expect(found).toEqual([]);
  expect(seen.size).toBeGreaterThan(35);
  // Chromium reports every document that does not say 2xx; a violated policy would be here too.
  expect(
    complaints.filter((complaint) => !/^Failed to load resource.* status of 4|status of 50[03]/.test(complaint)),
  ).toEqual([]);
  await context.close();
});

const focused = (page: Page) => page.locator('html').evaluate((html) => html.ownerDocument.activeElement?.id ?? '');

test('who typed something wrong begins at the summary, and its link leads into the field', async () => {
  const { context, page } = await openWindow(browser, { javaScriptEnabled: false });
  await goToLogin(page, demo);
  await page.fill('#username', '   ');
  await page.fill('#password', 'any password');
  await leave(page, '#log-in');
  await page.waitForSelector('#errors');
  expect(await focused(page)).toBe('errors');
  expect(await page.getAttribute('#username', 'aria-describedby')).toBe('username-error');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.waitForURL((url) => url.hash === '#username');
  expect(await focused(page)).toBe('username');
  await context.close();
});

test('the application’s ui_locales go before the browser’s own language, from page to page', async () => {
  const { context, page } = await openWindow(browser, { locale: 'en-GB', javaScriptEnabled: false });
  await page.goto(`${demo.rp}/login?ui_locales=de`);
  await page.waitForSelector('#login-form');
  expect(await page.textContent('h1')).toBe('Anmelden');
  await page.fill('#username', 'ada');
  await page.fill('#password', 'any password');
  await page.click('#log-in');
  await page.waitForSelector('#consent-form');
  expect(await page.getAttribute('html', 'lang')).toBe('de');
  expect(await page.textContent('#allow')).toBe('Erlauben');
  await context.close();
});

test('on paper there is ink on white, and nothing to press', async () => {
  const { context, page } = await openWindow(browser, {});
  await page.goto(`${demo.public}/oauth2/fallbacks/error?error=server_error&error_id=0123456789ab`);
  await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
  const colours = await page.locator('h1').evaluate((h1) => {
    const { defaultView: view, body } = h1.ownerDocument;
    return [view?.getComputedStyle(h1).color, view?.getComputedStyle(body).backgroundColor];
  });
  expect(colours).toEqual(['rgb(28, 32, 36)', 'rgba(0, 0, 0, 0)']);
  await page.goto(demo.login);
  expect(await page.isVisible('.actions')).toBe(false);
  await context.close();
});

test('without scripts an answer in a form takes one press more', async () => {
  const { context, page } = await openWindow(browser, { javaScriptEnabled: false });
  await page.goto(formPostRequest(demo));
  await expectAccessible(page);
  const posted = page.waitForRequest((request) => request.method() === 'POST');
  await page.click('button');
  const request = await posted;
  expect(request.url()).toBe(demo.client.redirect_uri);
  expect(Object.fromEntries(new URLSearchParams(request.postData() ?? ''))).toMatchObject({
    error: 'login_required',
    state: 'a-state-of-8',
  });
  await context.close();
});
