// Leads a browser past every page that a person can see, and stops at each to have it looked at.
import type { BrowserContext, Page } from 'playwright-core';
import { createClient } from '../clients.js';
import type { DemoLine } from '../demo.js';
import { framesPage, formPostPage } from './standing-still.js';
import { askForDevice } from './device.js';

/** Who walks where, and what is done at each stop. */
export interface Walk {
  readonly demo: DemoLine;
  readonly context: BrowserContext;
  readonly page: Page;
  /** What the browser says it reads. */
  readonly locale: string;
  /** @param name of the page, in letters that a file name may have */
  readonly look: (name: string) => Promise<void>;
}

/** Pages that are an address and nothing else. */
const addresses = (demo: DemoLine): readonly (readonly [name: string, url: string])[] => [
  ['login-welcome', demo.login],
  ['login-no-such-page', `${demo.login}/nowhere`],
  ['login-without-challenge', `${demo.login}/login`],
  ['consent-expired', `${demo.login}/consent?consent_challenge=over`],
  ...['login', 'consent', 'logout', 'logout/callback', 'device', 'device/done'].map(
    (page) => [`fallback-${page.replace('/', '-')}`, `${demo.public}/oauth2/fallbacks/${page}`] as const,
  ),
  ['error-of-the-application', `${demo.public}/oauth2/auth?client_id=nobody`],
  ...['access_denied', 'request_forbidden', 'not_found', 'rate_limited', 'temporarily_unavailable', 'server_error'].map(
    (error) =>
      [`error-${error}`, `${demo.public}/oauth2/fallbacks/error?error=${error}&error_id=0123456789ab`] as const,
  ),
  ['error-unknown', `${demo.public}/oauth2/fallbacks/error?error=made_up&error_description=Whatever+it+was`],
  ['not-found', `${demo.public}/nowhere`],
  ['rp-no-such-page', `${demo.rp}/nowhere`],
];

/** Clicks, and waits for what the next page has. */
async function go(page: Page, click: string, arrive: string): Promise<void> {
  await page.click(click);
  await page.waitForSelector(arrive);
}

async function passLogin(page: Page, username: string): Promise<void> {
  await page.fill('#username', username);
  await page.fill('#password', 'any password');
  await page.check('#remember');
  await go(page, '#log-in', '#consent-form');
}

async function relyingParty({ demo, page, look }: Walk): Promise<void> {
  await page.goto(demo.rp);
  await look('rp-home');
  await go(page, '#login-prompt-none', '#outcome');
  await look('rp-problem');
  await go(page, '#log-in', '#login-form');
  await look('login');
  await page.fill('#username', '  ');
  await page.fill('#password', 'any password');
  await go(page, '#log-in', '#errors');
  await look('login-wrong');
  await passLogin(page, 'ada');
  await look('consent');
  await go(page, '#allow', '#tokens');
  await look('rp-tokens');
  await go(page, '#refresh', '#outcome');
  for (const fold of await page.locator('details').all()) await fold.locator('summary').click();
  await look('rp-refreshed-and-unfolded');
  await go(page, '#log-out', '#logout-form');
  await look('logout');
  await go(page, '#stay', '#way-back');
  await look('logout-stayed');
  await go(page, '#way-back', '#tokens');
  await go(page, '#log-out', '#logout-form');
  await go(page, '#logout-form #log-out', '#outcome');
  await look('rp-logged-out');
}

async function device({ demo, page, look }: Walk): Promise<void> {
  const given = await askForDevice(demo);
  await page.goto(given.verification_uri_complete);
  await look('device-compare');
  await page.goto(given.verification_uri);
  await look('device');
  await page.fill('#user-code', 'BBBB-BBBB');
  await go(page, '#continue', '#errors');
  await look('device-wrong');
  await page.fill('#user-code', given.user_code);
  await go(page, '#continue', '#login-form');
  await passLogin(page, 'grace.hopper');
  await look('consent-device');
  await page.click('#allow');
  await page.waitForURL(`${demo.login}/device/done**`);
  await look('device-done');
}

/** Pages that go on by themselves are looked at as they would stand if they could not. */
async function passingPages({ demo, context, page, locale, look }: Walk): Promise<void> {
  const posting = await formPostPage(demo, context, locale);
  await page.goto('about:blank');
  await page.setContent(posting);
  await look('form-post-without-scripts');
  const client = await createClient(demo.admin, {
    client_name: 'Photo Print',
    redirect_uris: [`${demo.rp}/`],
    post_logout_redirect_uris: [`${demo.rp}/`],
    frontchannel_logout_uri: `${demo.rp}/health`,
    policy_uri: `${demo.rp}/privacy`,
    tos_uri: `${demo.rp}/terms`,
    audience: ['https://photos.example'],
    scope: 'openid profile email phone address offline_access photos.read',
  });
  const asked = new URLSearchParams({
    client_id: client.client_id,
    redirect_uri: `${demo.rp}/`,
    response_type: 'code',
    scope: 'openid profile email phone address offline_access photos.read',
    audience: 'https://photos.example',
    state: 'a-state-of-8',
    prompt: 'login consent',
  });
  await page.goto(`${demo.public}/oauth2/auth?${asked.toString()}`);
  await passLogin(page, 'ada');
  await look('consent-for-much');
  await go(page, '#allow', '.hero');
  const out = new URLSearchParams({ client_id: client.client_id, post_logout_redirect_uri: `${demo.rp}/`, state: 'x' });
  await page.goto(`${demo.public}/oauth2/sessions/logout?${out.toString()}`);
  const telling = await framesPage(context, page, locale);
  // A document that is written into keeps the policy of what was there.
  await page.goto('about:blank');
  await page.setContent(telling);
  await look('logout-frames');
}

export async function walk(walking: Walk): Promise<void> {
  const { demo, page, look } = walking;
  for (const [name, url] of addresses(demo)) {
    await page.goto(url);
    await look(name);
  }
  await relyingParty(walking);
  await device(walking);
  await passingPages(walking);
}
