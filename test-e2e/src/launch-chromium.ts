// Launches the Chromium that somebody found or unpacked and told us of.
import type { Browser } from 'playwright-core';
import { chromium } from 'playwright-core';

/** Where a browser is and what it wants. */
export interface FoundChromium {
  readonly executablePath: string;
  readonly environment: Record<string, string>;
  readonly args: string[];
}

export const launchChromium = ({ executablePath, environment, args }: FoundChromium): Promise<Browser> =>
  chromium.launch({ executablePath, args, env: { ...process.env, ...environment } });
