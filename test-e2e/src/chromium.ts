// Opens the Chromium that `npm test` found or unpacked, and keeps a list of everything a page complains about.
import { jest } from '@jest/globals';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import type { FoundChromium } from './launch-chromium.js';
import { launchChromium } from './launch-chromium.js';

// A starved machine can lose a key press between two processes that are not ours. What fails twice in turn is ours, and the
// first failure is printed either way.
jest.retryTimes(1, { logErrorsBeforeRetry: true, retryImmediately: true });

/** @throws with what to do when nobody said where a browser is */
export async function openChromium(): Promise<Browser> {
  const told = process.env['CARDEA_TEST_CHROMIUM'];
  if (told === undefined || told === '') {
    throw new Error('CARDEA_TEST_CHROMIUM does not name a browser: run these tests with `npm test`, which finds one');
  }
  return launchChromium(JSON.parse(told) as FoundChromium);
}

/** A window of a person of its own, and what it has to complain about. */
export interface Window {
  readonly context: BrowserContext;
  readonly page: Page;
  /** Console errors and warnings, uncaught exceptions and failed loads, since the window was opened. */
  readonly complaints: string[];
  /** Origins that were asked for anything. */
  readonly origins: Set<string>;
}

export async function openWindow(browser: Browser, options: BrowserContextOptions): Promise<Window> {
  const context = await browser.newContext(options);
  context.setDefaultTimeout(30_000);
  const page = await context.newPage();
  const complaints: string[] = [];
  const origins = new Set<string>();
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('request', (request) => origins.add(new URL(request.url()).origin));
  page.on('requestfailed', (request) => complaints.push(`${request.url()}: ${request.failure()?.errorText ?? ''}`));
  return { context, page, complaints, origins };
}
