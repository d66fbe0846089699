// How pages are looked at: in each language, by day and by night, on a desk and on the narrowest screen (WCAG 2.2 §1.4.10).
import type { Page } from 'playwright-core';

/** What a browser of somebody who reads a language says, and what pages then say of themselves. */
export const readers = [
  { language: 'en', locale: 'en-GB' },
  { language: 'de', locale: 'de-DE' },
] as const;

/** A kind of screen. */
export interface Manner {
  readonly name: string;
  readonly colorScheme: 'light' | 'dark';
  readonly width: number;
}

export const manners: readonly Manner[] = [
  { name: 'light', colorScheme: 'light', width: 1280 },
  { name: 'dark', colorScheme: 'dark', width: 1280 },
  { name: 'narrow', colorScheme: 'light', width: 320 },
  { name: 'narrow-dark', colorScheme: 'dark', width: 320 },
];

/** Makes the page look so. */
export async function take(page: Page, { colorScheme, width }: Manner): Promise<void> {
  await page.emulateMedia({ colorScheme });
  await page.setViewportSize({ width, height: width < 600 ? 640 : 900 });
}
