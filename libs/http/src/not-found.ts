// What a path answers that nothing answers: JSON to programs, a page to people (RFC 9110 §12.5.1; hydra-wire §0.1).
import type { OAuthError } from '@cardea/oauth';
import { html } from '@cardea/pages';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { contextOf } from './context.js';
import { sendPage } from './html.js';
import { languageOf } from './language.js';
import { caching, errorIdHeader } from './manner.js';
import { notFoundTexts } from './not-found-texts.js';
import { plainJson, sendBytes } from './send.js';
import { framed, sheet, sheetHeaders } from './sheet.js';

/** The page, in the language of whoever looks. */
function page(request: IncomingMessage, titled: 'title' | 'routeTitle', id: string): string {
  const texts = notFoundTexts[languageOf(request)];
  const { language, what, errorId } = texts;
  const title = texts[titled];
  const facts = html`<dl class="facts">
    <dt>${errorId}</dt>
    <dd><code>${id}</code></dd>
  </dl>`;
  const content = html`<h1>${title}</h1>
    <p>${what}</p>
    ${facts}`;
  return framed({ language, title }, sheet(content));
}

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
    sendPage(response, 404, sheetHeaders, page(request, 'title', id));
    return true;
  }
  const said = { ...caching(request), [errorIdHeader]: id };
  // Programs are told in the language of their documentation.
  const { what } = notFoundTexts.en;
  if (kind === 'json') {
    const body = { error: { code: 404, message: 'Not Found', reason: what } };
    sendBytes(response, 404, { ...said, 'Content-Type': plainJson }, Buffer.from(`${JSON.stringify(body)}\n`));
  } else if (kind === 'plain') {
    const type = { 'Content-Type': 'text/plain; charset=utf-8' };
    sendBytes(response, 404, { ...said, ...type }, Buffer.from(`${what} (${id})\n`));
  } else sendPage(response, 404, { ...said, ...sheetHeaders }, page(request, 'routeTitle', id));
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
