// The site of the pages in a browser, straight from the file system: its search, its looks by day and by night, and the same
// pages without a script.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import axe from 'axe-core';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { openChromium, openWindow } from './chromium.js';
import { root } from './processes.js';

const out = mkdtempSync(path.join(os.tmpdir(), 'cardea-site-'));
const at = (page: string) => pathToFileURL(path.join(out, page)).href;
let browser: Browser;

beforeAll(async () => {
  const words = [path.join(root, 'scripts/docs.mjs'), '--out', out];
  await promisify(execFile)(process.execPath, words, { env: { ...process.env, NODE_OPTIONS: '' } });
  browser = await openChromium();
}, 150_000);
afterAll(async () => {
  await browser.close();
  rmSync(out, { recursive: true, force: true });
});

test('words lead to the section that has them, with keys alone', async () => {
  const { context, page, complaints } = await openWindow(browser, {});
  context.setDefaultTimeout(60_000);
  await page.goto(at('decisions/index.html'));
  await page.keyboard.press('/');
  await page.keyboard.type('your first client');
  await page.locator('#found a', { hasText: 'Start › Your first client' }).first().waitFor();
  await page.keyboard.press('Enter');
  await page.waitForURL(`${at('start.html')}#your-first-client`);
  await page.fill('#words', 'zzz-nothing');
  await page.locator('#found', { hasText: 'Nothing has these words.' }).waitFor();
  expect(complaints).toEqual([]);
  await context.close();
}, 120_000);

test('without scripts all can be read, and no search is offered', async () => {
  const { context, page } = await openWindow(browser, { javaScriptEnabled: false });
  await page.goto(at('index.html'));
  expect(await page.locator('#search').isVisible()).toBe(false);
  await page.click('nav >> text=Glossary');
  expect(await page.textContent('h1')).toBe('Glossary');
  await context.close();
}, 120_000);

const manners: BrowserContextOptions[] = [
  { colorScheme: 'light', viewport: { width: 1280, height: 900 } },
  { colorScheme: 'dark', viewport: { width: 320, height: 800 } },
];

test.each(manners)(
  'axe finds nothing, and nothing is too wide: $colorScheme, $viewport.width px',
  async (manner) => {
    const { context, page } = await openWindow(browser, manner);
    for (const name of ['index.html', 'start.html', 'keys.html', 'source/docs/examples/introspect.mjs.html']) {
      await page.goto(at(name));
      await page.evaluate(axe.source);
      const found = await page.evaluate(async () => {
        const { axe: onPage } = globalThis as unknown as { axe: typeof axe };
        const { violations } = await onPage.run({ preload: false });
        return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
      });
      expect([name, found]).toEqual([name, []]);
      const wide = await page.locator('html').evaluate((html) => html.scrollWidth - html.clientWidth);
      expect([name, wide]).toEqual([name, 0]);
    }
    await context.close();
  },
  120_000,
);
