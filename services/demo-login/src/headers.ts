// The headers of every page: nothing runs, nothing is framed, nothing is kept, no address leaks (CSP level 3, OWASP).
import type { Html } from '@cardea/pages';
import type { Response } from 'express';

/** What a page needs beyond its stylesheet. */
export interface PageNeeds {
  /** The origin one picture comes from. */
  readonly pictureOrigin?: string | undefined;
  /**
   * The page holds a form. Then the policy cannot name form targets: Chromium applies `form-action` to the redirects
   * that follow a post, and these end at whatever client asked, so only pages without forms say 'none'.
   */
  readonly form?: boolean;
}

/** A host and port as CSP can carry them; anything else, such as `;`, could end a directive. */
const plainOrigin = /^https?:\/\/[a-z0-9.-]+(:\d{1,5})?$/;

/** The origin of a web address if a policy can name it. */
export function originForPolicy(address: string | undefined): string | undefined {
  if (address === undefined || !URL.canParse(address)) return undefined;
  const { origin } = new URL(address);
  return plainOrigin.test(origin) ? origin : undefined;
}

/** The Content-Security-Policy of one page. */
export function contentSecurityPolicy(needs: PageNeeds): string {
  return [
    "default-src 'none'",
    "style-src 'self'",
    ...(needs.pictureOrigin === undefined ? [] : [`img-src ${needs.pictureOrigin}`]),
    ...(needs.form === true ? [] : ["form-action 'none'"]),
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** Answers with a page. */
export function sendPage(response: Response, status: number, page: Html, needs: PageNeeds = {}): void {
  response
    .status(status)
    .set({
      'Cache-Control': 'no-store',
      'Content-Security-Policy': contentSecurityPolicy(needs),
      'Referrer-Policy': 'no-referrer',
      'X-Content-Type-Options': 'nosniff',
      'X-Frame-Options': 'DENY',
    })
    .type('html')
    .send(page.markup);
}
