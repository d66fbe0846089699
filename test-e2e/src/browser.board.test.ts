// A real Chromium looks at the workers' queues on the admin service: the page works under its policy and asks nobody else.
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { openChromium, openWindow } from './chromium.js';
import type { Demo } from './demo.js';
import { joinDemo } from './demo.js';

// A browser on a busy machine takes its time; nothing here measures it.
jest.setTimeout(90_000);

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

test('the board shows every queue and the rounds of cleaning, without a complaint', async () => {
  const { context, page, complaints, origins } = await openWindow(browser, { locale: 'en-US' });
  context.setDefaultTimeout(30_000);
  await page.goto(`${demo.admin}/admin/board`);
  for (const queue of ['cardea-cleaning', 'cardea-logout', 'cardea-reconciliation'])
    await page.getByText(queue).first().waitFor();
  // The demo's worker has cleaned up once when it started.
  await page.goto(`${demo.admin}/admin/board/queue/cardea-cleaning?status=completed`);
  await page.getByText('repeat:prune:').first().waitFor();
  expect(complaints).toEqual([]);
  expect([...origins]).toEqual([demo.admin]);
  await context.close();
});
