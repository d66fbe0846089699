// Fetches pages that go on by themselves and takes out what moves them: what is left is what somebody sees who waits.
import type { BrowserContext, Page } from 'playwright-core';
import type { DemoLine } from '../demo.js';

/** Without scripts, frames and refreshes, and with what is for browsers that run no scripts. */
const still = (html: string): string =>
  html
    .replace(/<script>[\s\S]*?<\/script>/g, '')
    .replace(/<iframe [^>]*><\/iframe>/g, '')
    .replace(/<meta http-equiv="refresh"[^>]*>/g, '')
    .replace(/<\/?noscript>/g, '');

/** A request whose answer, that nobody is logged in, comes in a form. */
export function formPostRequest({ public: base, client }: DemoLine): string {
  const asked = new URLSearchParams({
    client_id: client.client_id,
    redirect_uri: client.redirect_uri,
    response_type: 'code',
    response_mode: 'form_post',
    prompt: 'none',
    scope: 'openid',
    state: 'a-state-of-8',
    nonce: 'a-nonce-of-8',
  });
  return `${base}/oauth2/auth?${asked.toString()}`;
}

/** The page that posts an answer to the application. */
export async function formPostPage(demo: DemoLine, context: BrowserContext, locale: string): Promise<string> {
  const answer = await context.request.get(formPostRequest(demo), {
    headers: { 'accept-language': locale },
  });
  const html = await answer.text();
  if (!html.includes('<noscript>')) throw new Error(`no form for browsers without scripts but ${html.slice(0, 300)}`);
  return still(html);
}

/** The page that tells applications of a logout, as the form on `page` leads to it. */
export async function framesPage(context: BrowserContext, page: Page, locale: string): Promise<string> {
  const hidden = await page
    .locator('#logout-form input[type=hidden]')
    .evaluateAll((fields) =>
      fields.map((field) => [(field as HTMLInputElement).name, (field as HTMLInputElement).value]),
    );
  const form = { ...(Object.fromEntries(hidden) as Record<string, string>), decision: 'accept' };
  const answer = await context.request.post(new URL('/logout', page.url()).href, {
    form,
    headers: { 'accept-language': locale },
  });
  const html = await answer.text();
  if (!html.includes('<iframe')) throw new Error(`no frames but ${html.slice(0, 300)}`);
  return still(html);
}
