// `npm run screenshots -- DIR`: a picture of every page in every language and manner.
import { findChromium } from '@cardea/all';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { joinDemo, type DemoLine } from '../demo.js';
import { launchChromium } from '../launch-chromium.js';
import { root } from '../processes.js';
import { manners, readers, take } from './manners.js';
import { walk } from './walk.js';

const say = (sentence: string) => void process.stderr.write(`${sentence}\n`);

/** @returns how many pictures there are */
async function picture(
  browser: Browser,
  demo: DemoLine,
  directory: string,
  wanted: readonly string[],
): Promise<number> {
  let taken = 0;
  for (const { language, locale } of readers.filter(
    (reader) => wanted.length === 0 || wanted.includes(reader.language),
  )) {
    const context = await browser.newContext({ locale });
    context.setDefaultTimeout(60_000);
    const page = await context.newPage();
    const look = async (name: string) => {
      for (const manner of manners) {
        await take(page, manner);
        const file = path.join(directory, `${name}.${language}.${manner.name}.png`);
        await page.screenshot({ path: file, fullPage: true });
        taken++;
      }
    };
    await walk({ demo, context, page, locale, look });
    await context.close();
  }
  return taken;
}

/** @param args the directory, and the languages if not all */
export async function main([directory, ...wanted]: readonly string[]): Promise<number> {
  if (directory === undefined) {
    say('usage: npm run screenshots -- DIR [en] [de]');
    return 2;
  }
  mkdirSync(directory, { recursive: true });
  const browser = await launchChromium(await findChromium({ cache: path.join(root, '.cache'), progress: say }));
  const demo = await joinDemo();
  try {
    say(`${String(await picture(browser, demo, directory, wanted))} pictures in ${directory}`);
    return 0;
  } finally {
    await browser.close();
    await demo.stop();
  }
}
