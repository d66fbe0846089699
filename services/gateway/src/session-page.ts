// The page relying parties keep in a hidden frame to ask whether the login changed (OpenID Connect Session Management 1.0
// §3.2, §3.3). It may be framed by anybody, which is its purpose; it reads one cookie and tells one word.
import { createHash } from 'node:crypto';
import type { OutgoingHttpHeaders } from 'node:http';

/** The page for a cookie's name, and its headers. */
export function sessionPage(cookieName: string): { html: string; headers: OutgoingHttpHeaders } {
  const script = `addEventListener('message', async (event) => {
  if (event.source === null || event.origin === 'null') return;
  const answer = (word) => event.source.postMessage(word, event.origin);
  const asked = /^(.+) ([0-9a-f]{64})\\.([\\w-]+)$/.exec(event.data);
  if (asked === null || !crypto.subtle) return answer('error');
  const [, clientId, hash, salt] = asked;
  const cookie = document.cookie.split('; ').find((pair) => pair.startsWith(${JSON.stringify(`${cookieName}=`)}));
  const state = cookie === undefined ? '' : cookie.slice(cookie.indexOf('=') + 1);
  const bytes = new TextEncoder().encode([clientId, event.origin, state, salt].join(' '));
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  const own = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
  answer(own === hash ? 'unchanged' : 'changed');
});`;
  const allowed = `'sha256-${createHash('sha256').update(script).digest('base64')}'`;
  return {
    html: `<!doctype html>\n<html lang="en">\n<title>Session state</title>\n<script>${script}</script>\n</html>\n`,
    headers: {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy': `default-src 'none'; script-src ${allowed}; base-uri 'none'; form-action 'none'; frame-ancestors *`,
      'X-Content-Type-Options': 'nosniff',
      'Referrer-Policy': 'no-referrer',
    },
  };
}
