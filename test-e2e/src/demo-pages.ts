// The demo as a person goes through it: which button leads where, and what every page must have for those who do not see it.
import { expect } from '@jest/globals';
import type { Page } from 'playwright-core';
import type { Demo } from './demo.js';

/** How somebody answers the login and consent pages. */
export interface Visitor {
  readonly username?: string;
  readonly rememberLogin?: boolean;
  readonly rememberConsent?: boolean;
}

/** Clicks what leads to another document, and waits until the page is that one: both may have what a test looks for. */
export async function leave(page: Page, selector: string): Promise<void> {
  const arrived = page.waitForEvent('domcontentloaded');
  await page.click(selector);
  await arrived;
}

const originOf = (page: Page): string => new URL(page.url()).origin;

/** From the relying party to the login form. */
export async function goToLogin(page: Page, demo: Demo): Promise<void> {
  await page.goto(demo.rp);
  await page.click('#log-in');
  await page.waitForSelector('#login-form');
  expect(originOf(page)).toBe(demo.login);
}

/** Fills the login form and sends it; a consent form is expected next. */
export async function passLogin(page: Page, visitor: Visitor = {}): Promise<void> {
  await page.fill('#username', visitor.username ?? 'ada');
  await page.fill('#password', 'any password');
  if (visitor.rememberLogin === true) await page.check('#remember');
  await page.click('#log-in');
  await page.waitForSelector('#consent-form');
}

/** Agrees, and arrives at the relying party with tokens. */
export async function passConsent(page: Page, demo: Demo, visitor: Visitor = {}): Promise<void> {
  if (visitor.rememberConsent === true) await page.check('#remember');
  await page.click('#allow');
  await page.waitForSelector('#tokens');
  expect(originOf(page)).toBe(demo.rp);
}

/** The whole way. */
export async function logIn(page: Page, demo: Demo, visitor: Visitor = {}): Promise<void> {
  await goToLogin(page, demo);
  await passLogin(page, visitor);
  await passConsent(page, demo, visitor);
}

/** A table of names and values, as the pages write claims and members. */
export async function readTable(page: Page, id: string): Promise<Map<string, string>> {
  const rows = page.locator(`#${id} tbody tr`);
  const names = await rows.locator('th').allTextContents();
  const values = await rows.locator('td .value').allTextContents();
  return new Map(names.map((name, index) => [name.trim(), (values[index] ?? '').trim()]));
}

/** What a page must have whoever reads it (WCAG 2.2 §1.3.1, §2.4.1, §2.4.2, §2.4.6, §3.1.1, §3.3.2, §4.1.2, §1.4.10). */
export async function expectAccessible(page: Page, language = 'en'): Promise<void> {
  expect(await page.getAttribute('html', 'lang')).toBe(language);
  expect((await page.title()).length).toBeGreaterThan(3);
  expect(await page.locator('main').count()).toBe(1);
  const levels = await page
    .locator('h1, h2, h3, h4')
    .evaluateAll((headings) => headings.map((heading) => Number(heading.tagName.slice(1))));
  expect(levels.filter((level) => level === 1)).toHaveLength(1);
  const unnamed = await page
    .locator('input:not([type=hidden]), button, a[href], select, textarea')
    .evaluateAll((controls) =>
      controls
        .filter((control) => {
          const labels = (control as HTMLInputElement).labels ?? [];
          const name = control.getAttribute('aria-label') ?? [...labels].map((label) => label.textContent).join(' ');
          return (name.trim() || control.textContent.trim()) === '';
        })
        .map((control) => control.outerHTML),
    );
  expect(unnamed).toEqual([]);
  const blind = await page.locator('img:not([alt])').count();
  expect(blind).toBe(0);
  const twins = await page.locator('[id]').evaluateAll((elements) => {
    const ids = elements.map((element) => element.id);
    return ids.filter((id, index) => ids.indexOf(id) !== index);
  });
  expect(twins).toEqual([]);
  const overflow = await page.locator('html').evaluate((html) => html.scrollWidth - html.clientWidth);
  expect(overflow).toBe(0);
}

/** The ids one reaches with the Tab key, in order, until the page has been left. */
export async function tabOrder(page: Page, most = 40): Promise<string[]> {
  const order: string[] = [];
  for (let i = 0; i < most; i++) {
    await page.keyboard.press('Tab');
    const at = await page.locator('html').evaluate((html) => {
      const active = html.ownerDocument.activeElement;
      return active === null || active === html.ownerDocument.body
        ? ''
        : active.id || active.className || active.tagName;
    });
    if (at === '') break;
    order.push(at);
  }
  return order;
}
