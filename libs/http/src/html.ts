// Headers of the few pages we write ourselves: nothing runs, nothing loads, nobody frames them
// (security catalogue S07: CSP default-src 'none', hashes instead of 'unsafe-inline').
import { createHash } from 'node:crypto';
import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { caching } from './manner.js';
import { sendBytes } from './send.js';

/** The CSP source that allows exactly this inline style or script. */
function inlineHash(content: string): string {
  return `'sha256-${createHash('sha256').update(content).digest('base64')}'`;
}

/** What a page may do beside being read. */
export interface PagePolicy {
  /** The inline style of the page. */
  readonly style: string;
  /** Its one inline script, if any. */
  readonly script?: string;
  /** Whether it posts a form elsewhere; then the policy says nothing about forms, because it cannot name the target. */
  readonly postsForm?: true;
  /** Addresses it loads in frames; their origins, and no others, are allowed. */
  readonly frames?: readonly string[];
}

/** Computes the headers of a page once; they depend on its style and script alone. */
export function pageHeaders(policy: PagePolicy): OutgoingHttpHeaders {
  const directives = [
    "default-src 'none'",
    `style-src ${inlineHash(policy.style)}`,
    ...(policy.script === undefined ? [] : [`script-src ${inlineHash(policy.script)}`]),
    ...(policy.frames === undefined ? [] : [`frame-src ${origins(policy.frames).join(' ')}`]),
    ...(policy.postsForm === undefined ? ["form-action 'none'"] : []),
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ];
  return {
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Security-Policy': directives.join('; '),
    'X-Frame-Options': 'DENY',
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
  };
}

const origins = (addresses: readonly string[]) => [...new Set(addresses.map((address) => new URL(address).origin))];

/** Answers with a page. */
export function sendPage(response: ServerResponse, status: number, headers: OutgoingHttpHeaders, html: string): void {
  sendBytes(response, status, { ...caching(response.req), ...headers }, Buffer.from(html));
}
