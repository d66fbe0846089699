// The headers of every page: nothing runs, nothing is framed, nothing is kept, no address leaks (CSP level 3, OWASP).
import type { Response } from 'express';
import type { Html } from '@cardea/pages';

/**
 * The policy names no form target: logging out posts here and is redirected to the provider and on to its login app, and
 * Chromium would hold `form-action` against each of these hops. What we post carries a token of the session instead.
 */
const contentSecurityPolicy = [
  "default-src 'none'",
  "style-src 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Answers with a page. */
export function sendPage(response: Response, status: number, page: Html): void {
  response
    .status(status)
    .set({
      'Cache-Control': 'no-store',
      'Content-Security-Policy': contentSecurityPolicy,
      'Referrer-Policy': 'no-referrer',
      'X-Content-Type-Options': 'nosniff',
      'X-Frame-Options': 'DENY',
    })
    .type('html')
    .send(page.markup);
}

/** Sends the browser on with GET, whatever it came with (RFC 9110 §15.4.4). */
export function goOn(response: Response, address: string): void {
  response.set({ 'Cache-Control': 'no-store', 'Referrer-Policy': 'no-referrer' }).redirect(303, address);
}
