// Sends a browser elsewhere: a Location and nothing that tells where it came from; in Hydra's manner with the line of HTML
// that its redirects have (RFC 9110 §15.4, RFC 9700 §4.12).
import { escapeHtml } from '@cardea/pages';
import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { contextOf } from './context.js';
import { caching, noStore } from './manner.js';
import { sendBytes, sendEmpty } from './send.js';

/** Sends the browser elsewhere. `location` must be one we were told by the token service or by the configuration. */
export function sendRedirect(
  response: ServerResponse,
  status: 302 | 303,
  location: string,
  headers: OutgoingHttpHeaders = {},
): void {
  // Whatever is not printable ASCII would end the header or be guessed at by browsers.
  if (!/^[\x21-\x7e]+$/.test(location)) throw new Error('a redirect to something that is not a URL');
  if (contextOf(response.req).manner === 'oauth') {
    sendEmpty(response, status, { ...noStore, 'Referrer-Policy': 'no-referrer', ...headers, Location: location });
  } else if (status === 303) sendEmpty(response, status, { ...noStore, ...headers, Location: location });
  else {
    const note = Buffer.from(`<a href="${escapeHtml(location)}">Found</a>.\n\n`);
    const said = { 'Content-Type': 'text/html; charset=utf-8', ...caching(response.req) };
    sendBytes(response, status, { ...said, ...headers, Location: location }, note);
  }
}
