// The language of an answer to a browser: `ui_locales` of the request, then what the browser prefers (OpenID Connect Core
// §3.1.2.1, RFC 9110 §12.5.4). Whatever is malformed asks for nothing.
import { chooseLanguage, type Language } from '@cardea/pages';
import type { IncomingMessage } from 'node:http';
import { contextOf } from './context.js';

/** What tags of languages with spaces between them are made of, and as many of them as somebody may mean. */
const wellFormed = /^[a-z0-9][a-z0-9 -]{0,199}$/i;

/** `ui_locales` of the query, or of the form once it is read; undefined where the application names no language. */
export function uiLocalesOf(request: IncomingMessage): string | undefined {
  const address = request.url ?? '';
  const mark = address.indexOf('?');
  const inQuery = mark === -1 ? null : new URLSearchParams(address.slice(mark + 1)).get('ui_locales');
  const asked = inQuery ?? contextOf(request).form.find(({ name }) => name === 'ui_locales')?.value;
  return asked !== undefined && wellFormed.test(asked) ? asked : undefined;
}

export function languageOf(request: IncomingMessage): Language {
  return chooseLanguage(uiLocalesOf(request), request.headers['accept-language']);
}
