// What a path answers that nothing answers: JSON to programs, a page to people (RFC 9110 §12.5.1; hydra-wire §0.1).
import type { OAuthError } from '@cardea/oauth';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { contextOf } from './context.js';
import { escapeHtml, pageHeaders, sendPage } from './html.js';
import { caching, errorIdHeader } from './manner.js';
import { plainJson, sendBytes } from './send.js';

const style = 'body{font:1rem/1.5 system-ui,sans-serif;margin:12vh auto;max-width:34rem;padding:0 1.25rem}';
const headers = pageHeaders({ style });

const page = (title: string, text: string, id: string) => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<title>${title}</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>${title}</h1>
<p>${text}</p>
<p>Error id: ${escapeHtml(id)}</p>
</main>
</body>
</html>
`;

const text = 'There is nothing at this address. Check the path, the host and the port.';

/**
 * Answers in the words of a person or of Hydra, where the caller wants them. Hydra's is a page unless a program says what
 * it is, and nested JSON.
 *
 * @returns false when the usual JSON will do
 */
export function sendNotFound(
  request: IncomingMessage,
  response: ServerResponse,
  error: OAuthError & { readonly errorId: string },
): boolean {
  const kind = wanted(request.headers.accept ?? '*/*');
  const id = error.errorId;
  if (contextOf(request).manner === 'oauth') {
    // A browser names text/html; whoever takes anything is a program.
    if (kind !== 'html') return false;
    sendPage(response, 404, headers, page('Nothing here', text, id));
    return true;
  }
  const said = { ...caching(request), [errorIdHeader]: id };
  if (kind === 'json') {
    const body = { error: { code: 404, message: 'Not Found', reason: text } };
    sendBytes(response, 404, { ...said, 'Content-Type': plainJson }, Buffer.from(`${JSON.stringify(body)}\n`));
  } else if (kind === 'plain') {
    const type = { 'Content-Type': 'text/plain; charset=utf-8' };
    sendBytes(response, 404, { ...said, ...type }, Buffer.from(`${text} (${id})\n`));
  } else sendPage(response, 404, { ...said, ...headers }, page('404 - Route not found', text, id));
  return true;
}

/** The first type of the header that we can answer in; weights are not looked at, as nobody sends them for this. */
function wanted(accept: string): 'html' | 'json' | 'plain' | 'any' {
  for (const range of accept.slice(0, 1_000).split(',', 20)) {
    const type = range.split(';', 1)[0]?.trim().toLowerCase();
    if (type === 'text/html' || type === 'application/xhtml+xml') return 'html';
    if (type === 'application/json') return 'json';
    if (type === 'text/plain') return 'plain';
  }
  return 'any';
}
